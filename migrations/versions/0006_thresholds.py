"""Collections may state the score under which a best hit is no match.

Revision: 0006; after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("collections", sa.Column("threshold", sa.Double))


def downgrade() -> None:
    op.drop_column("collections", "threshold")
