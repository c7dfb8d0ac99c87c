"""The tables. Their migrations lie in `migrations`, and a check compares the two."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    column,
    false,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

START = 50
"""How many characters of a text stand in an index."""

# SQLite numbers rows by itself only in a column that is called INTEGER; it holds 64 bits too.
_Number = BigInteger().with_variant(Integer, "sqlite")
_Digest = String(64)
# Text is ordered by code points, in every language and on every machine.
_Ordered = Text().with_variant(Text(collation="C"), "postgresql")


class Moment(TypeDecorator[datetime]):
    """A point in time: goes in and comes out in UTC, also where the database keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Take a moment of any zone."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return it in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


collections = Table(
    "collections",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("name", _Ordered, nullable=False),
    Column("title", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("checkpoint", _Digest),
    Column("change_seq", BigInteger, nullable=False),
    Column("published", Integer),
    Column("created_at", Moment, nullable=False),
    # Digests of the weights that a running build uses, and of those that searches used before the last publishing.
    Column("building", _Digest),
    Column("former", _Digest),
    # The cosine under which a best hit is none; null for that of the weights.
    Column("threshold", Double),
    # Whether its pictures are of people, and for how many days its items may be kept; null for ever.
    Column("personal", Boolean, nullable=False, server_default=false()),
    Column("keep_days", Integer),
    UniqueConstraint("name"),
    # An id is never used twice, so that what is derived of a deleted collection cannot be taken for another's.
    sqlite_autoincrement=True,
)

items = Table(
    "items",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), nullable=False),
    Column("key", _Ordered, nullable=False),
    Column("title", Text, nullable=False),
    Column("metadata", Text, nullable=False),
    Column("picture", _Digest),
    Column("source", _Digest),
    Column("change_seq", BigInteger, nullable=False),
    Column("updated_at", Moment, nullable=False),
    # Null where a server of the version before has added the item, beside this one during an upgrade.
    Column("pictured_at", Moment),
    UniqueConstraint("collection_id", "key"),
    Index(None, "collection_id", "id"),
    sqlite_autoincrement=True,
)

# The single values of every item's metadata, one of `number`, `text` and `flag` each, none for null. Filters compare
# these, so that every database compares doubles with doubles and text by code points, and none has to read JSON.
# `start` is the beginning of `text`, as much as an index of PostgreSQL has room for.
leaves = Table(
    "leaves",
    metadata,
    Column("item_id", ForeignKey("items.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("collection_id", _Number, nullable=False),
    Column("path", _Ordered, nullable=False),
    Column("number", Double),
    Column("text", _Ordered),
    Column("start", _Ordered),
    Column("flag", Boolean),
    PrimaryKeyConstraint("item_id", "position"),
    Index(None, "collection_id", "path", "number", "start"),
)

# The last word about each item and checkpoint. The vector is null once it is gone, and such a row outlives its item:
# it tells whoever saw the vector that it is gone, and since which change.
vectors = Table(
    "vectors",
    metadata,
    Column("item_id", _Number, nullable=False),
    Column("digest", _Digest, nullable=False),
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), nullable=False),
    Column("change_seq", BigInteger, nullable=False),
    Column("vector", LargeBinary),
    PrimaryKeyConstraint("item_id", "digest"),
    Index(None, "collection_id", "digest", "change_seq"),
)

# What callers were answered who asked under a key of their own; whoever asks again gets the same answer.
answers = Table(
    "answers",
    metadata,
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), nullable=False),
    Column("key", _Ordered, nullable=False),
    Column("request", _Digest, nullable=False),
    Column("answer", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
    PrimaryKeyConstraint("collection_id", "key"),
)

rejects = Table(
    "rejects",
    metadata,
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), nullable=False),
    Column("key", _Ordered, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source", _Digest),
    Column("rejected_at", Moment, nullable=False),
    PrimaryKeyConstraint("collection_id", "key"),
)

generations = Table(
    "generations",
    metadata,
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", _Digest, nullable=False),
    Column("change_seq", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("factory", Text, nullable=False),
    Column("recall", Double),
    Column("created_at", Moment, nullable=False),
    PrimaryKeyConstraint("collection_id", "number"),
    CheckConstraint("number > 0", name="number_is_positive"),
)

# Keys for the API. The digest is of the whole secret, which is stored nowhere; a name is free again once its key was
# revoked.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(8), nullable=False),
    Column("name", _Ordered, nullable=False),
    Column("scope", Text, nullable=False),
    Column("digest", _Digest, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    PrimaryKeyConstraint("id"),
    Index(
        "uq_api_keys_name",
        "name",
        unique=True,
        sqlite_where=column("revoked_at").is_(None),
        postgresql_where=column("revoked_at").is_(None),
    ),
)

# What a browser holds in place of a key, for a while; the digest is of the token.
sessions = Table(
    "sessions",
    metadata,
    Column("digest", _Digest, nullable=False),
    Column("key_id", ForeignKey("api_keys.id", ondelete="CASCADE"), nullable=False),
    Column("expires_at", Moment, nullable=False),
    PrimaryKeyConstraint("digest"),
)

# Who has searched collections of people. The name stands here and no reference, for a line outlives its collection.
searches = Table(
    "searches",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("collection", _Ordered, nullable=False),
    Column("caller", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("hits", Integer, nullable=False),
    Column("matched", Boolean),
    Column("searched_at", Moment, nullable=False),
    Index(None, "collection", "id"),
    sqlite_autoincrement=True,
)

# Who alone may change the generations of a collection. The beat rises while the holder lives; no clock is kept.
build_locks = Table(
    "build_locks",
    metadata,
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), nullable=False),
    Column("token", String(32), nullable=False),
    Column("holder", Text, nullable=False),
    Column("beat", BigInteger, nullable=False),
    PrimaryKeyConstraint("collection_id"),
)
