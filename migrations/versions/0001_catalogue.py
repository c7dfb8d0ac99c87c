"""The catalogue: collections, items with their values and vectors, rejects, generations.

Revision: 0001; the first.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# What the tables were made of at this revision; later changes of indexer.catalogue.tables do not reach back.
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
DIGEST = sa.String(64)
ORDERED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "collections",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", ORDERED, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("checkpoint", DIGEST),
        sa.Column("change_seq", sa.BigInteger, nullable=False),
        sa.Column("published", sa.Integer),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_collections"),
        sa.UniqueConstraint("name", name="uq_collections_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "items",
        sa.Column("id", NUMBER, nullable=False),
        owner(),
        sa.Column("key", ORDERED, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.Column("picture", DIGEST),
        sa.Column("source", DIGEST),
        sa.Column("change_seq", sa.BigInteger, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
        sa.UniqueConstraint("collection_id", "key", name="uq_items_collection_id_key"),
        owned("items"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_items_collection_id_id", "items", ["collection_id", "id"])
    op.create_table(
        "leaves",
        sa.Column("item_id", NUMBER, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("collection_id", NUMBER, nullable=False),
        sa.Column("path", ORDERED, nullable=False),
        sa.Column("number", sa.Double),
        sa.Column("text", ORDERED),
        sa.Column("start", ORDERED),
        sa.Column("flag", sa.Boolean),
        sa.PrimaryKeyConstraint("item_id", "position", name="pk_leaves"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], ondelete="CASCADE", name="fk_leaves_item_id"),
    )
    op.create_index("ix_leaves_collection_id_path_number_start", "leaves", ["collection_id", "path", "number", "start"])
    op.create_table(
        "vectors",
        sa.Column("item_id", NUMBER, nullable=False),
        sa.Column("digest", DIGEST, nullable=False),
        owner(),
        sa.Column("change_seq", sa.BigInteger, nullable=False),
        sa.Column("vector", sa.LargeBinary),
        sa.PrimaryKeyConstraint("item_id", "digest", name="pk_vectors"),
        owned("vectors"),
    )
    op.create_index("ix_vectors_collection_id_digest_change_seq", "vectors", ["collection_id", "digest", "change_seq"])
    op.create_table(
        "rejects",
        owner(),
        sa.Column("key", ORDERED, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("source", DIGEST),
        sa.Column("rejected_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("collection_id", "key", name="pk_rejects"),
        owned("rejects"),
    )
    op.create_table(
        "generations",
        owner(),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("digest", DIGEST, nullable=False),
        sa.Column("change_seq", sa.BigInteger, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("factory", sa.Text, nullable=False),
        sa.Column("recall", sa.Double),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("collection_id", "number", name="pk_generations"),
        owned("generations"),
        sa.CheckConstraint("number > 0", name=op.f("ck_generations_number_is_positive")),
    )


def downgrade() -> None:
    for table in ("generations", "rejects", "vectors", "leaves", "items", "collections"):
        op.drop_table(table)


def owner() -> sa.Column[int]:
    """Return the column that names the collection a row belongs to."""
    return sa.Column("collection_id", NUMBER, nullable=False)


def owned(table: str) -> sa.ForeignKeyConstraint:
    """Return the rule that rows go with their collection."""
    return sa.ForeignKeyConstraint(
        ["collection_id"], ["collections.id"], ondelete="CASCADE", name=f"fk_{table}_collection_id"
    )
