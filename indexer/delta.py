"""What changed since a generation: few vectors, compared one by one, so that a write is found at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.vectors.contracts import Mask, Nearest
from indexer.vectors.scanning import nothing, select
from models.contracts import Vectors

Ids = NDArray[np.int64]
"""int64: ids of items."""

SMALLEST = 64


@dataclass(eq=False)
class _Rows:
    """Room for vectors that only ever grows at its end, so that older values of a delta stay true."""

    ids: Ids
    vectors: Vectors
    used: int


@dataclass(frozen=True, eq=False)
class Delta:
    """The vectors of changed items; a value: a change returns a new one and leaves this one as it is.

    Attributes:
        rows: the vectors, shared by successive values.
        alive: which of the rows belong to this value; its length says how many rows this value knows of.
    """

    rows: _Rows
    alive: Mask

    @classmethod
    def empty(cls) -> Delta:
        """Return a delta without vectors."""
        nowhere = _Rows(np.empty(0, dtype=np.int64), np.empty((0, 0), dtype=np.float32), 0)
        return cls(nowhere, np.empty(0, dtype=np.bool_))

    @property
    def count(self) -> int:
        """How many items have a vector here."""
        return int(np.count_nonzero(self.alive))

    @property
    def ids(self) -> Ids:
        """Ids of the items that have a vector here, in no order."""
        return self.rows.ids[: len(self.alive)][self.alive]

    def changed(self, ids: Ids, vectors: Vectors, removed: Ids) -> Delta:
        """Return this delta with new vectors for `ids`, and without those of `removed`.

        Adding costs the time to copy the new vectors and one bit per row. Only one thread at a time may call this.
        """
        known = self.rows.ids[: len(self.alive)]
        alive = self.alive & ~np.isin(known, ids) & ~np.isin(known, removed)
        rows = self.rows
        if rows.used != len(alive) or rows.used + len(ids) > len(rows.ids):
            rows = _copied(rows, alive, room=len(ids), dim=vectors.shape[1] if len(ids) else rows.vectors.shape[1])
            alive = np.ones(rows.used, dtype=np.bool_)
        end = rows.used + len(ids)
        if len(ids):
            rows.ids[rows.used : end] = ids
            rows.vectors[rows.used : end] = vectors
        rows.used = end
        return Delta(rows, np.concatenate([alive, np.ones(len(ids), dtype=np.bool_)]))

    def vector(self, item: int) -> Vectors | None:
        """Return the vector of an item, shape (dim,); None if it has none here."""
        found = np.flatnonzero(self.alive & (self.rows.ids[: len(self.alive)] == item))
        return self.rows.vectors[found[0]] if len(found) else None

    def search(self, queries: Vectors, k: int, allowed: Ids | None, excluded: Ids) -> Nearest:
        """Find the nearest items of each query, shape (n, dim), among the allowed; positions are ids of items."""
        ids = self.rows.ids[: len(self.alive)]
        keep = self.alive
        if len(excluded):
            keep = keep & ~np.isin(ids, excluded)
        if allowed is not None:
            keep = keep & np.isin(ids, allowed)
        kept = np.flatnonzero(keep)
        if len(kept) == 0:
            return nothing(len(queries), k)
        # Gathering rows copies them: where most are kept, computing a few too many is quicker.
        if 2 * len(kept) > len(ids):
            known, vectors = np.where(keep, ids, -1), self.rows.vectors[: len(ids)]
        else:
            known, vectors = ids[kept], self.rows.vectors[kept]
        scores = queries @ vectors.T
        return select(scores, np.broadcast_to(known, scores.shape), k)


def _copied(rows: _Rows, alive: Mask, *, room: int, dim: int) -> _Rows:
    """Copy the live rows to a place with room for as many again."""
    kept = np.flatnonzero(alive)
    capacity = max(SMALLEST, 2 * (len(kept) + room))
    copy = _Rows(np.empty(capacity, dtype=np.int64), np.empty((capacity, dim), dtype=np.float32), len(kept))
    copy.ids[: len(kept)] = rows.ids[kept]
    if len(kept):
        copy.vectors[: len(kept)] = rows.vectors[kept]
    return copy
