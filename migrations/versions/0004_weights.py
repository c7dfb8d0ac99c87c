"""Collections name the weights that writes need beside those of the published generation.

Revision: 0004; after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("building", "former"):
        op.add_column("collections", sa.Column(name, sa.String(64)))


def downgrade() -> None:
    for name in ("former", "building"):
        op.drop_column("collections", name)
