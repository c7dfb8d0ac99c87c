"""The lock of a collection's indexer, in SQL: taken, held by beating, and demanded by what only its holder may do."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import delete, select, update

from indexer.catalogue.database import Database
from indexer.catalogue.errors import BuildLockLost
from indexer.catalogue.records import BuildLock
from indexer.catalogue.tables import build_locks
from indexer.catalogue.turns import Turn, find_collection
from indexer.catalogue.writing import upserting

_LOCK = select(build_locks.c.token, build_locks.c.holder, build_locks.c.beat)


class SqlLocks:
    """The part of the catalogue that is about who builds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def build_lock(self, collection: str) -> BuildLock | None:
        """Return the lock as it is held; None if nobody holds it."""
        with self._database.reading() as connection:
            own = build_locks.c.collection_id == find_collection(connection, collection)
            row = connection.execute(_LOCK.where(own)).one_or_none()
        return None if row is None else BuildLock(*row)

    def take_build_lock(self, collection: str, lock: BuildLock, seen: BuildLock | None = None) -> bool:
        """Put a lock in the place of the one `seen`, None for none; False if that is not what is there by now."""
        with self._database.writing() as connection:
            collection_id = find_collection(connection, collection)
            if seen is None:
                added = upserting(connection, build_locks).values(collection_id=collection_id, **asdict(lock))
                # What an INSERT that may do nothing has done, only its rows tell on every database.
                told = added.on_conflict_do_nothing().returning(build_locks.c.token)
                return connection.execute(told).one_or_none() is not None
            same = (
                build_locks.c.collection_id == collection_id,
                build_locks.c.token == seen.token,
                build_locks.c.beat == seen.beat,
            )
            return connection.execute(update(build_locks).where(*same), asdict(lock)).rowcount > 0

    def beat_build_lock(self, collection: str, token: str) -> bool:
        """Count the beat of a held lock up by one; False if it is no longer held."""
        with self._database.writing() as connection:
            own = build_locks.c.collection_id == find_collection(connection, collection)
            beaten = update(build_locks).where(own, build_locks.c.token == token).values(beat=build_locks.c.beat + 1)
            return connection.execute(beaten).rowcount > 0

    def release_build_lock(self, collection: str, token: str) -> None:
        """Let go of a lock; one that is no longer held is no error."""
        with self._database.writing() as connection:
            own = build_locks.c.collection_id == find_collection(connection, collection)
            connection.execute(delete(build_locks).where(own, build_locks.c.token == token))


def demand_build_lock(turn: Turn, collection: str, token: str | None) -> None:
    """Make sure that a lock is held until the transaction ends; None demands none.

    Raises:
        BuildLockLost: it is not held.
    """
    if token is None:
        return
    held = select(build_locks.c.holder, build_locks.c.token).where(build_locks.c.collection_id == turn.collection_id)
    row = turn.connection.execute(held.with_for_update()).one_or_none()
    if row is None or row.token != token:
        raise lost(collection, None if row is None else row.holder)


def lost(collection: str, holder: str | None) -> BuildLockLost:
    """Return the error that says who has taken over."""
    other = "another indexer was at work" if holder is None else f"{holder} has taken over"
    return BuildLockLost(
        f"The lock of the collection {collection} was lost, {other}: nothing was published; "
        "see `likeness index status`, and run the command again."
    )
