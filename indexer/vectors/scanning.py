"""Exact search: every query against every vector, with ties in the order of their positions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer.vectors.contracts import Nearest, Positions
from models.contracts import Vectors

BLOCK = 16_384
"""Vectors compared at once: 16 MiB of 256 floats, so that a scan of a mapped file needs no more memory than that."""


def scan(queries: Vectors, vectors: Vectors, k: int, positions: Positions | None = None) -> Nearest:
    """Find the k nearest of `vectors`, or of those at `positions` (ascending), by comparing with each.

    Vectors of equal score come in the order of their positions, so that the answer is the only right one.
    """
    total = len(vectors) if positions is None else len(positions)
    best = nothing(len(queries), k)
    for start in range(0, total, BLOCK):
        if positions is None:
            block = vectors[start : start + BLOCK]
            numbers = np.arange(start, start + len(block), dtype=np.int64)
        else:
            numbers = positions[start : start + BLOCK]
            block = vectors[numbers]
        scores = np.asarray(queries @ block.T, dtype=np.float32)
        best = merge(best, Nearest(scores, np.broadcast_to(numbers, scores.shape)), k)
    return best


def merge(first: Nearest, second: Nearest, k: int) -> Nearest:
    """Return the k nearest of two answers to the same queries."""
    return select(np.hstack([first.scores, second.scores]), np.hstack([first.positions, second.positions]), k)


def select(scores: NDArray[np.float32], positions: Positions, k: int) -> Nearest:
    """Return the k nearest of each row: by falling score, then by rising position; -1 is no position."""
    best = nothing(len(scores), k)
    for row in range(len(scores)):
        order = _best_of(scores[row], positions[row], k)
        best.scores[row, : len(order)] = scores[row, order]
        best.positions[row, : len(order)] = positions[row, order]
    return best


def nothing(rows: int, k: int) -> Nearest:
    """Return an answer without any hit."""
    return Nearest(np.full((rows, k), -np.inf, dtype=np.float32), np.full((rows, k), -1, dtype=np.int64))


def _best_of(scores: NDArray[np.float32], positions: Positions, k: int) -> NDArray[np.intp]:
    found = np.flatnonzero(positions >= 0)
    if len(found) > k:
        # Sorting all is slow, and a bare partition would choose among equals by accident.
        threshold = np.partition(scores[found], len(found) - k)[len(found) - k]
        found = found[scores[found] >= threshold]
    return found[np.lexsort((positions[found], -scores[found]))[:k]]
