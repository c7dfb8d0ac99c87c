"""Which weights a collection is searched with, and which ones its new items have to be embedded with."""

from __future__ import annotations

from sqlalchemy import Connection, and_, bindparam, func, select

from indexer.catalogue.errors import VectorsLacking
from indexer.catalogue.records import Needs
from indexer.catalogue.tables import collections, generations
from indexer.catalogue.turns import Turn, unknown_collection

WITH_PUBLISHED = collections.outerjoin(
    generations,
    and_(generations.c.collection_id == collections.c.id, generations.c.number == collections.c.published),
)
"""Every collection beside its published generation, if it has one."""

SEARCHED_WITH = func.coalesce(generations.c.digest, collections.c.checkpoint)
"""Digest of the checkpoint that searches use: the published generation's, else the collection's own."""

_NEEDS = (
    select(collections.c.model, SEARCHED_WITH, collections.c.former, collections.c.building)
    .select_from(WITH_PUBLISHED)
    .where(collections.c.name == bindparam("collection"))
)


def find_needs(connection: Connection, collection: str) -> Needs:
    """Return what new items of a collection have to be embedded with.

    Raises:
        UnknownCollection: there is none of that name.
    """
    row = connection.execute(_NEEDS, {"collection": collection}).one_or_none()
    if row is None:
        raise unknown_collection(collection)
    return Needs(row[0], row[1], frozenset(digest for digest in row[1:] if digest is not None))


def find_searched_with(connection: Connection, collection: str) -> str | None:
    """Return the digest of the checkpoint that searches of a collection use; None while it was never written to."""
    searched = select(SEARCHED_WITH).select_from(WITH_PUBLISHED).where(collections.c.name == collection)
    digest: str | None = connection.execute(searched).scalar_one()
    return digest


def check_needs(turn: Turn, collection: str, embedded: frozenset[str]) -> None:
    """Make sure that a writer knew of all weights needed; what is needed stays so until its transaction ends.

    Raises:
        VectorsLacking: it did not.
    """
    # A statement of its own: PostgreSQL shows the one that waited for the turn what was published before it waited.
    lacking = find_needs(turn.connection, collection).digests - embedded
    if lacking:
        shown = ", ".join(sorted(digest[:12] for digest in lacking))
        message = f"The collection {collection} has come to need vectors of the weights {shown}; try again."
        raise VectorsLacking(message)
