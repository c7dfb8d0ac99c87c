"""A query moved towards what its asker likes and away from what is disliked, after Rocchio (1971).

On unit vectors: the direction of the query + LIKED · the mean of what is liked - DISLIKED · the mean of what is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.contracts import Vectors

LIKED = 0.75
DISLIKED = 0.15
"""Together less than 1, the weight of the query, which so always decides to some part: no marks can cancel it out."""


@dataclass(frozen=True)
class Marks:
    """What the asker thinks of some items, by their ids; an item without vector says nothing."""

    liked: tuple[int, ...] = ()
    disliked: tuple[int, ...] = ()


def refine(queries: Vectors, liked: Vectors, disliked: Vectors) -> Vectors:
    """Move each of the queries, and return them with unit length.

    Args:
        queries: unit vectors, shape (n, dim).
        liked: unit vectors, shape (m, dim); m may be 0.
        disliked: likewise.
    """
    moved = queries.astype(np.float64)
    for vectors, weight in ((liked, LIKED), (disliked, -DISLIKED)):
        if len(vectors):
            moved += weight * vectors.mean(axis=0, dtype=np.float64)
    unit: Vectors = (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)
    return unit
