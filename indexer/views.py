"""What one search sees: the vectors of a generation, those changed since, and nothing that was deleted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from indexer.delta import Delta, Ids
from indexer.generations import Generation
from indexer.vectors.contracts import Mask, Nearest, Positions
from indexer.vectors.scanning import merge
from models.contracts import Vectors

SPARE = 64
"""How many hits more than k are fetched at most to make up for deleted ones, before those are masked out instead."""


@dataclass(frozen=True, eq=False)
class View:
    """A collection as of one change number; a value that any number of threads may search.

    Attributes:
        collection_id: which collection.
        change_seq: the changes up to this number are contained.
        digest: of the checkpoint that embedded the vectors; None while the collection was never written to.
        generation: None while nothing is published; then everything is in the delta.
        alive: which of the generation's vectors still stand.
        delta: the vectors changed since the generation.
        threshold: as in `indexer.catalogue.Collection`.
        personal: likewise.
    """

    collection_id: int
    change_seq: int
    digest: str | None
    generation: Generation | None
    alive: Mask
    delta: Delta
    threshold: float | None = None
    personal: bool = False

    @classmethod
    def of(cls, generation: Generation) -> View:
        """Return what a generation holds, as of the number it was built at."""
        manifest = generation.manifest
        alive = np.ones(manifest.count, dtype=np.bool_)
        return cls(manifest.collection_id, manifest.change_seq, manifest.digest, generation, alive, Delta.empty())

    @classmethod
    def unpublished(cls, collection_id: int, digest: str | None) -> View:
        """Return a collection without generation, before its first change."""
        return cls(collection_id, 0, digest, None, np.empty(0, dtype=np.bool_), Delta.empty())

    @property
    def number(self) -> int | None:
        """Number of the generation."""
        return None if self.generation is None else self.generation.manifest.number

    @property
    def count(self) -> int:
        """How many items can be found."""
        return int(np.count_nonzero(self.alive)) + self.delta.count

    def count_of(self, allowed: Ids | None) -> int:
        """How many of the items whose ids are allowed, unique ones, can be found; None allows all."""
        if allowed is None:
            return self.count
        standing = 0 if self.generation is None else np.count_nonzero(self.alive[self.generation.positions(allowed)])
        return int(standing) + int(np.count_nonzero(np.isin(self.delta.ids, allowed)))

    def advanced(self, change_seq: int, ids: Ids, vectors: Vectors, removed: Ids) -> View:
        """Return the view after the changes up to `change_seq`."""
        alive = self.alive
        if self.generation is not None and len(ids) + len(removed):
            alive = alive.copy()
            alive[self.generation.positions(np.concatenate([ids, removed]))] = False
        return replace(self, change_seq=change_seq, alive=alive, delta=self.delta.changed(ids, vectors, removed))

    def vector(self, item: int) -> Vectors | None:
        """Return the vector of an item, shape (dim,); None if it has none."""
        changed = self.delta.vector(item)
        if changed is not None or self.generation is None:
            return changed
        positions = self.generation.positions(np.array([item], dtype=np.int64))
        if len(positions) == 0 or not self.alive[positions[0]]:
            return None
        found: Vectors = self.generation.index.vectors(positions)[0]
        return found

    def search(self, queries: Vectors, k: int, allowed: Ids | None = None, excluded: Ids | None = None) -> Nearest:
        """Find the k nearest items of each query, shape (n, dim); positions are ids of items.

        Fewer than k come back only where fewer items are allowed and not excluded.
        """
        excluded = np.empty(0, dtype=np.int64) if excluded is None else excluded
        changed = self.delta.search(queries, k, allowed, excluded)
        if self.generation is None or self.generation.manifest.count == 0:
            return changed
        standing = self._standing(self.generation, queries, k, allowed, excluded)
        ids = np.where(standing.positions >= 0, self.generation.ids[np.maximum(standing.positions, 0)], -1)
        return merge(Nearest(standing.scores, ids), changed, k)

    def _standing(
        self, generation: Generation, queries: Vectors, k: int, allowed: Ids | None, excluded: Ids
    ) -> Nearest:
        """Search the generation for what still stands in it."""
        unwanted = generation.positions(excluded)
        if allowed is None:
            gone = len(self.alive) - int(np.count_nonzero(self.alive)) + len(unwanted)
            found = generation.index.search(queries, k + min(gone, SPARE))
            kept = self._without(found.positions, unwanted)
            if gone == 0 or (np.count_nonzero(kept >= 0, axis=1) >= k).all():
                return Nearest(found.scores, kept)
            mask = self.alive.copy()
        else:
            mask = np.zeros(len(self.alive), dtype=np.bool_)
            mask[generation.positions(allowed)] = True
            mask &= self.alive
        mask[unwanted] = False
        return generation.index.search(queries, k, mask)

    def _without(self, positions: Positions, unwanted: Positions) -> Positions:
        keep = (positions >= 0) & self.alive[positions] & ~np.isin(positions, unwanted)
        return np.where(keep, positions, -1)
