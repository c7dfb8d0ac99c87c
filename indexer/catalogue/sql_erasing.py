"""Erasing in SQL: rows of items with all that quotes them, and the bytes that a database keeps of deleted rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from indexer.catalogue.database import Database
from indexer.catalogue.errors import CatalogueUnavailable
from indexer.catalogue.keys import MAX_KEY_BYTES, legible
from indexer.catalogue.records import ErasedRows, Ids
from indexer.catalogue.rows import PICTURED_SINCE, as_ids, portions
from indexer.catalogue.tables import answers, items, leaves, rejects, vectors
from indexer.catalogue.turns import Turn, find_collection, take_turn
from indexer.catalogue.writing import drop_vectors

_HOLDING = (items, leaves, vectors, answers, rejects)
"""The tables whose rows hold what is known of an item."""


class SqlErasing:
    """The part of the catalogue that is about leaving nothing behind."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ids(self, collection: str) -> Ids:
        """Return the ids, ascending, of all items."""
        with self._database.reading() as connection:
            own = items.c.collection_id == find_collection(connection, collection)
            return as_ids(connection.execute(select(items.c.id).where(own).order_by(items.c.id)).scalars().all())

    def older(self, collection: str, than: datetime) -> Ids:
        """Return the ids, ascending, of items that have had their picture since before a moment.

        Items without a picture count as old as their last write that named none.
        """
        with self._database.reading() as connection:
            own = items.c.collection_id == find_collection(connection, collection)
            aged = select(items.c.id).where(own, than > PICTURED_SINCE)
            return as_ids(connection.execute(aged.order_by(items.c.id)).scalars().all())

    def own_pictures(self, collection: str, ids: Sequence[int] | Ids) -> set[str]:
        """Return the pictures of its items that no other item of any collection refers to."""
        shown = select(items.c.id, items.c.picture).where(items.c.picture.is_not(None))
        wanted = [int(item_id) for item_id in ids]
        with self._database.reading() as connection:
            own = shown.where(items.c.collection_id == find_collection(connection, collection))
            found: set[str] = set()
            for portion in portions(wanted):
                found.update(row.picture for row in connection.execute(own.where(items.c.id.in_(portion))))
            chosen = set(wanted)
            shared: set[str] = set()
            for some in portions(sorted(found)):
                rows = connection.execute(shown.where(items.c.picture.in_(some)))
                shared.update(row.picture for row in rows if row.id not in chosen)
        return found - shared

    def erase(self, collection: str, ids: Sequence[int] | Ids, keys: Sequence[str] = ()) -> ErasedRows:
        """Delete items, their vectors and rejects, the rejects of `keys`, and all kept answers, in one transaction."""
        with self._database.writing() as connection:
            if connection.dialect.name == "sqlite":
                # What is deleted is overwritten, also in those parts of the file that `scrub` then gives back.
                connection.exec_driver_sql("PRAGMA secure_delete = ON").close()
            turn = take_turn(connection, collection)
            doomed = _those_of(turn, [int(item_id) for item_id in ids])
            held = _count_vectors(connection, list(doomed))
            if doomed:
                drop_vectors(connection, list(doomed), turn.next_change())
            for portion in portions(list(doomed)):
                connection.execute(delete(items).where(items.c.id.in_(portion)))
            # An answer to a batch quotes the items in it.
            connection.execute(delete(answers).where(answers.c.collection_id == turn.collection_id))
            return ErasedRows(len(doomed), held, _delete_rejects(turn, [*doomed.values(), *keys]))

    def scrub(self) -> None:
        """Let the database's files hold nothing of deleted rows."""
        if self._database.engine.dialect.name == "postgresql":
            with self._database.selecting() as connection:
                names = ", ".join(table.name for table in _HOLDING)
                connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {names}")
            return
        with self._database.selecting() as connection:
            # First the zeros are written over what was deleted, then the file is made anew and gets shorter.
            self._empty_journal(connection)
            connection.exec_driver_sql("VACUUM")
            self._empty_journal(connection)

    def _empty_journal(self, connection: Connection) -> None:
        """Move SQLite's journal into its file and leave no byte in it.

        Raises:
            CatalogueUnavailable: somebody reads what the journal holds.
        """
        (busy, *_) = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if busy:
            message = (
                f"The journal of the catalogue at {self._database.address} could not be emptied, for somebody reads "
                "it: what was erased may still stand there; run the same command again."
            )
            raise CatalogueUnavailable(message)


def _those_of(turn: Turn, ids: Sequence[int]) -> dict[int, str]:
    """Return the keys of those of the items that the collection holds."""
    own = select(items.c.id, items.c.key).where(items.c.collection_id == turn.collection_id)
    return {
        row.id: row.key
        for portion in portions(ids)
        for row in turn.connection.execute(own.where(items.c.id.in_(portion)))
    }


def _count_vectors(connection: Connection, ids: Sequence[int]) -> int:
    """Return how many vectors the items have, over all checkpoints."""
    held = select(func.count()).select_from(vectors).where(vectors.c.vector.is_not(None))
    return sum(connection.execute(held.where(vectors.c.item_id.in_(portion))).scalar_one() for portion in portions(ids))


def _delete_rejects(turn: Turn, keys: Sequence[str]) -> int:
    """Delete the rejects of some keys, and return how many there were."""
    own = delete(rejects).where(rejects.c.collection_id == turn.collection_id)
    labels = [legible(key, MAX_KEY_BYTES) for key in keys]
    return sum(turn.connection.execute(own.where(rejects.c.key.in_(portion))).rowcount for portion in portions(labels))
