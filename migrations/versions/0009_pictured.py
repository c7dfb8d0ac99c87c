"""Of every item it is kept since when it has its picture: days of keeping count from then, whatever else is changed.

Revision: 0009; after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nothing older is known of the items that are there. Both databases fill the column without a table made anew.
    op.add_column("items", sa.Column("pictured_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE items SET pictured_at = updated_at")


def downgrade() -> None:
    op.drop_column("items", "pictured_at")
