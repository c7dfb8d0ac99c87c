"""Collections may be marked personal, and state for how many days their items are kept.

Revision: 0007; after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("collections", sa.Column("personal", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("collections", sa.Column("keep_days", sa.Integer))


def downgrade() -> None:
    op.drop_column("collections", "keep_days")
    op.drop_column("collections", "personal")
