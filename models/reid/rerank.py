"""k-reciprocal re-ranking (Zhong, Zheng, Cao, Li; CVPR 2017): who has the same neighbours is the same.

Distances are squared Euclidean ones of unit vectors, each row divided by its largest. No matrix of all pairs is held:
neighbours and rows are computed in parts, and all else is sparse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from models.contracts import Vectors

_ROWS = 512


@dataclass(frozen=True)
class Reranking:
    """The paper's settings.

    Attributes:
        neighbours: how many nearest neighbours must have each other among theirs (k1).
        averaged: over how many nearest ones an encoding is averaged, itself included (k2).
        share: of the original distance in the result (lambda), 0 to 1.
    """

    neighbours: int = 20
    averaged: int = 6
    share: float = 0.3


PAPER = Reranking()


def rerank(queries: Vectors, gallery: Vectors, settings: Reranking = PAPER) -> NDArray[np.float32]:
    """Score a gallery anew for every query, exactly: all queries and the whole gallery are each other's neighbours.

    Args:
        queries: unit vectors (q, dim).
        gallery: unit vectors (g, dim).
        settings: the paper's unless given.

    Returns:
        float32 (q, g), 1 - distance of section 3.5 of the paper, rising with likeness, 0 to 1.
    """
    vectors = np.concatenate([queries, gallery])
    nearest, largest = _neighbours(vectors, settings)
    encoded = _averaged(_encoded(vectors, nearest, largest, settings), nearest, settings)
    count = len(queries)
    of_gallery = encoded[count:].tocsc()
    scores = np.empty((count, len(gallery)), np.float32)
    for row in range(count):
        original = _distances(queries[row : row + 1], gallery)[0] / largest[row]
        jaccard = _jaccard(encoded[row], of_gallery)
        scores[row] = 1 - (1 - settings.share) * jaccard - settings.share * original
    return scores


def rerank_best(query: Vectors, best: Vectors, settings: Reranking = PAPER) -> NDArray[np.float32]:
    """Score the best hits of one query anew, as if they were the whole gallery: what a search has time for.

    Args:
        query: unit vector (dim,).
        best: unit vectors (k, dim) of what it finds first, 100 as a rule, which are each other's only neighbours.
        settings: the paper's unless given.

    Returns:
        float32 (k,), as `rerank` gives.
    """
    scores: NDArray[np.float32] = rerank(query[None], best, settings)[0]
    return scores


def _distances(rows: Vectors, vectors: Vectors) -> NDArray[np.float32]:
    """Squared Euclidean distances of unit vectors."""
    squared: NDArray[np.float32] = np.maximum(2 - 2 * rows @ vectors.T, 0)
    return squared


def _parts(vectors: Vectors) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """First row, and the distances of that and the next rows to all vectors, part after part."""
    for start in range(0, len(vectors), _ROWS):
        yield start, _distances(vectors[start : start + _ROWS], vectors)


def _neighbours(vectors: Vectors, settings: Reranking) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Each one's nearest, itself first, int64 (n, k1 + 1), and each one's largest distance, float32 (n,)."""
    count = min(max(settings.neighbours + 1, settings.averaged), len(vectors))
    nearest, largest = [], []
    for start, distances in _parts(vectors):
        largest.append(distances.max(axis=1))
        distances[np.arange(len(distances)), start + np.arange(len(distances))] = -1
        some = np.argpartition(distances, count - 1, axis=1)[:, :count]
        some.sort(axis=1)
        order = np.argsort(np.take_along_axis(distances, some, axis=1), axis=1, kind="stable")
        nearest.append(np.take_along_axis(some, order, axis=1))
    # Where all are the same there is no distance to divide by.
    return np.concatenate(nearest), np.maximum(np.concatenate(largest), np.finfo(np.float32).tiny)


def _reciprocal(nearest: NDArray[np.int64], count: int) -> sparse.csr_array:
    """R(i, count): who is among the nearest of i and has i among its own; a matrix of 0 and 1, (n, n)."""
    forward = _choice(nearest[:, : count + 1])
    return forward.multiply(forward.T).tocsr()


def _choice(chosen: NDArray[np.int64]) -> sparse.csr_array:
    """Matrix (n, n) with 1 where a row names a column."""
    rows, width = chosen.shape
    ones = np.ones(rows * width, np.float32)
    return sparse.csr_array((ones, chosen.ravel(), np.arange(rows + 1) * width), shape=(rows, rows))


def _expanded(nearest: NDArray[np.int64], settings: Reranking) -> sparse.csr_array:
    """R*(i): R(i, k1) and the R(j, k1 / 2) of those j in it most of whose R(j, k1 / 2) is in R(i, k1)."""
    whole = _reciprocal(nearest, settings.neighbours)
    half = _reciprocal(nearest, round(settings.neighbours / 2))
    sizes = half.sum(axis=1)
    shared = (whole @ half.T).multiply(whole).tocoo()
    # More than two thirds, in whole numbers.
    joins = 3 * shared.data > 2 * sizes[shared.col]
    joining = sparse.csr_array((np.ones(joins.sum(), np.float32), (shared.row[joins], shared.col[joins])), whole.shape)
    return (whole + joining @ half).tocsr()


def _encoded(
    vectors: Vectors, nearest: NDArray[np.int64], largest: NDArray[np.float32], settings: Reranking
) -> sparse.csr_array:
    """V: row i holds exp(-distance) of those in R*(i), with sum 1."""
    encoded = _expanded(nearest, settings)
    encoded.sort_indices()
    for start, distances in _parts(vectors):
        stop = start + len(distances)
        first, last = encoded.indptr[start], encoded.indptr[stop]
        rows = np.repeat(np.arange(start, stop), np.diff(encoded.indptr[start : stop + 1]))
        columns = encoded.indices[first:last]
        encoded.data[first:last] = np.exp(-distances[rows - start, columns] / largest[rows])
    return (sparse.diags_array(1 / encoded.sum(axis=1)) @ encoded).tocsr()


def _averaged(encoded: sparse.csr_array, nearest: NDArray[np.int64], settings: Reranking) -> sparse.csr_array:
    """Local query expansion: the mean encoding of the k2 nearest."""
    averaged = nearest[:, : settings.averaged]
    return (_choice(averaged) @ encoded / averaged.shape[1]).tocsr()


def _jaccard(query: sparse.csr_array, gallery: sparse.csc_array) -> NDArray[np.float64]:
    """Jaccard distance of one encoding, (1, n), to those of a gallery, (g, n): float64 (g,)."""
    common = np.zeros(gallery.shape[0])
    query = query.tocoo()
    for column, weight in zip(query.coords[-1], query.data, strict=True):
        first, last = gallery.indptr[column], gallery.indptr[column + 1]
        common[gallery.indices[first:last]] += np.minimum(gallery.data[first:last], weight)
    distance: NDArray[np.float64] = 1 - common / (2 - common)
    return distance
