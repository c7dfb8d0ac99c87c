"""What builds leave behind, in SQL: rejects, and generations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select

from indexer.catalogue.database import Database
from indexer.catalogue.errors import PublishedGeneration
from indexer.catalogue.keys import MAX_KEY_BYTES, legible
from indexer.catalogue.needs import find_searched_with
from indexer.catalogue.records import GenerationRecord, Reject
from indexer.catalogue.rows import portions, to_generation, to_reject
from indexer.catalogue.sql_locks import demand_build_lock
from indexer.catalogue.tables import generations, rejects
from indexer.catalogue.turns import find_collection, take_turn
from indexer.catalogue.writing import upserting

MAX_REASON_BYTES = 1000

_REJECT = select(rejects.c.key, rejects.c.reason, rejects.c.source, rejects.c.rejected_at).order_by(rejects.c.key)
_GENERATION = select(
    generations.c.number,
    generations.c.digest,
    generations.c.change_seq,
    generations.c.count,
    generations.c.factory,
    generations.c.recall,
    generations.c.created_at,
).order_by(generations.c.number)


class SqlBuilds:
    """The part of the catalogue that is about builds: what they refused, and what they published."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reject(self, collection: str, key: str, reason: str, source: str | None = None) -> None:
        """Note why something could not be indexed, in place of an earlier reason for the same key."""
        row = {
            "key": legible(key, MAX_KEY_BYTES),
            "reason": legible(reason, MAX_REASON_BYTES),
            "source": source,
            "rejected_at": datetime.now(UTC),
        }
        with self._database.writing() as connection:
            turn = take_turn(connection, collection)
            statement = upserting(connection, rejects).values(collection_id=turn.collection_id, **row)
            known = [rejects.c.collection_id, rejects.c.key]
            connection.execute(statement.on_conflict_do_update(index_elements=known, set_=row))

    def rejects(self, collection: str) -> list[Reject]:
        """Return all rejects by key."""
        with self._database.reading() as connection:
            own = rejects.c.collection_id == find_collection(connection, collection)
            return [to_reject(row) for row in connection.execute(_REJECT.where(own)).mappings()]

    def clear_rejects(self, collection: str, keys: Sequence[str] | None = None) -> int:
        """Forget the rejects of some keys, or all, and return how many there were."""
        with self._database.writing() as connection:
            turn = take_turn(connection, collection)
            own = delete(rejects).where(rejects.c.collection_id == turn.collection_id)
            if keys is None:
                return connection.execute(own).rowcount
            labels = [legible(key, MAX_KEY_BYTES) for key in keys]
            return sum(
                connection.execute(own.where(rejects.c.key.in_(portion))).rowcount for portion in portions(labels)
            )

    def begin_build(self, collection: str, digest: str) -> None:
        """Let `needs` name a checkpoint that items are being embedded with."""
        with self._database.writing() as connection:
            take_turn(connection, collection).note(building=digest)

    def end_build(self, collection: str, digest: str) -> None:
        """Let `needs` no longer name a checkpoint because of a build."""
        with self._database.writing() as connection:
            turn = take_turn(connection, collection)
            if turn.building == digest:
                turn.note(building=None)

    def publish(self, collection: str, generation: GenerationRecord, token: str | None = None) -> None:
        """Let searches use a generation, in one transaction; one whose number is not known yet is added."""
        row = {
            "number": generation.number,
            "digest": generation.digest,
            "change_seq": generation.change_seq,
            "count": generation.count,
            "factory": generation.factory,
            "recall": generation.recall,
            "created_at": datetime.now(UTC),
        }
        with self._database.writing() as connection:
            turn = take_turn(connection, collection)
            demand_build_lock(turn, collection, token)
            before = find_searched_with(connection, collection)
            own = (generations.c.collection_id == turn.collection_id, generations.c.number == generation.number)
            known = connection.execute(_GENERATION.where(*own)).one_or_none()
            if known is None:
                connection.execute(insert(generations).values(collection_id=turn.collection_id, **row))
            elif (known.digest, known.change_seq) != (generation.digest, generation.change_seq):
                message = f"The collection {collection} has another generation {generation.number} already."
                raise ValueError(message)
            turn.note(published=generation.number, former=before if before != generation.digest else None)

    def generations(self, collection: str) -> list[GenerationRecord]:
        """Return all generations that were ever published and not forgotten, newest last."""
        with self._database.reading() as connection:
            own = generations.c.collection_id == find_collection(connection, collection)
            return [to_generation(row) for row in connection.execute(_GENERATION.where(own)).mappings()]

    def forget_generation(self, collection: str, number: int, token: str | None = None) -> None:
        """Forget a generation; one that is not known is no error."""
        with self._database.writing() as connection:
            turn = take_turn(connection, collection)
            demand_build_lock(turn, collection, token)
            if turn.published == number:
                message = f"Generation {number} of {collection} is published; publish another before it is forgotten."
                raise PublishedGeneration(message)
            own = (generations.c.collection_id == turn.collection_id, generations.c.number == number)
            connection.execute(delete(generations).where(*own))
