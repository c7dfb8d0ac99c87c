"""Vectors in SQL: what has changed, all there are, and those that are missing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import exists, func, select

from indexer.catalogue.database import Database
from indexer.catalogue.records import Changes, Ids, Item, VectorPage
from indexer.catalogue.rows import ITEM_COLUMNS, as_ids, pack, to_item, unpack
from indexer.catalogue.tables import collections, items, vectors
from indexer.catalogue.turns import find_collection, take_turn, unknown_collection
from indexer.catalogue.writing import pictures_of, write_vectors
from models.contracts import Vectors


class SqlVectors:
    """The part of the catalogue that is about vectors."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def changes(self, collection: str, since: int, digest: str) -> Changes:
        """Return what happened to the vectors of one checkpoint after change number `since`; one consistent read."""
        own = select(collections.c.id, collections.c.change_seq).where(collections.c.name == collection)
        with self._database.reading() as connection:
            row = connection.execute(own).one_or_none()
            if row is None:
                raise unknown_collection(collection)
            after = (
                vectors.c.collection_id == row.id,
                vectors.c.digest == digest,
                vectors.c.change_seq > since,
            )
            rows = connection.execute(select(vectors.c.item_id, vectors.c.vector).where(*after)).all()
        written = sorted((item_id, vector) for item_id, vector in rows if vector is not None)
        removed = sorted(item_id for item_id, vector in rows if vector is None)
        ids = as_ids([item_id for item_id, _ in written])
        return Changes(row.change_seq, ids, unpack([vector for _, vector in written]), as_ids(removed))

    def vectors(
        self, collection: str, digest: str, *, after: int = 0, limit: int = 1000, until: int | None = None
    ) -> VectorPage:
        """Return vectors of one checkpoint by ascending id of their items, of items with an id above `after`."""
        with self._database.reading() as connection:
            collection_id = find_collection(connection, collection)
            held = (
                select(items.c.id, vectors.c.vector)
                .join(vectors, vectors.c.item_id == items.c.id)
                .where(items.c.collection_id == collection_id, items.c.id > after)
                .where(vectors.c.digest == digest, vectors.c.vector.is_not(None))
            )
            if until is not None:
                held = held.where(vectors.c.change_seq <= until)
            rows = connection.execute(held.order_by(items.c.id).limit(limit)).all()
        return VectorPage(as_ids([row.id for row in rows]), unpack([row.vector for row in rows]))

    def vector_count(self, collection: str, digest: str) -> int:
        """Return how many items have a vector of a checkpoint."""
        with self._database.reading() as connection:
            collection_id = find_collection(connection, collection)
            held = (vectors.c.collection_id == collection_id, vectors.c.digest == digest, vectors.c.vector.is_not(None))
            return connection.execute(select(func.count()).select_from(vectors).where(*held)).scalar_one()

    def lacking(self, collection: str, digest: str, *, after: int = 0, limit: int = 1000) -> list[Item]:
        """Return items that have a picture but no vector of a checkpoint, by ascending id, above `after`."""
        held = exists().where(
            vectors.c.item_id == items.c.id, vectors.c.digest == digest, vectors.c.vector.is_not(None)
        )
        with self._database.reading() as connection:
            collection_id = find_collection(connection, collection)
            without = (
                select(*ITEM_COLUMNS)
                .where(items.c.collection_id == collection_id, items.c.id > after)
                .where(items.c.picture.is_not(None), ~held)
            )
            return [to_item(row) for row in connection.execute(without.order_by(items.c.id).limit(limit))]

    def add_vectors(self, collection: str, digest: str, items: Sequence[Item], vectors: Vectors) -> Ids:
        """Add vectors of a checkpoint to items, in one transaction, and return the ids of those that got theirs."""
        if np.ndim(vectors) != 2 or len(vectors) != len(items):  # noqa: PLR2004 - a matrix
            message = f"For {len(items)} items there have to be as many rows of vectors, not {np.shape(vectors)}."
            raise ValueError(message)
        packed = [(item, pack(vector)) for item, vector in zip(items, vectors, strict=True)]
        with self._database.writing() as connection:
            turn = take_turn(connection, collection)
            pictures = pictures_of(turn, [item.id for item in items])
            rows = [
                (item.id, digest, vector)
                for item, vector in packed
                if item.picture is not None and pictures.get(item.id) == item.picture
            ]
            if rows:
                write_vectors(turn, turn.next_change(), rows)
        return as_ids([item_id for item_id, _, _ in rows])
