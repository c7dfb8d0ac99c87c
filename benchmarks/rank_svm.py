"""A linear ranking support vector machine: learns what a nearer item has over a farther one.

Source: Joachims, Optimizing Search Engines using Clickthrough Data (KDD 2002). Each triplet is one example, the
difference of two comparisons; there is no bias. The paper does not say how its baselines compare a drawing and an item.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.svm import LinearSVC

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.contracts import Vectors

TOLERANCE, ITERATIONS = 1e-3, 500


def product(queries: Vectors, items: Vectors) -> Vectors:
    """Compare number by number: what both have much of; weights of one make the sum their cosine."""
    compared: Vectors = queries * items
    return compared


def difference(queries: Vectors, items: Vectors) -> Vectors:
    """Compare number by number: how far they are from each other, below zero."""
    compared: Vectors = -np.abs(queries - items)
    return compared


COMPARISONS: Mapping[str, Callable[[Vectors, Vectors], Vectors]] = {"product": product, "difference": difference}


@dataclass(frozen=True, eq=False)
class RankSVM:
    """Weights of a comparison.

    Attributes:
        comparison: one of `COMPARISONS`.
        weights: float32 (dim,).
    """

    comparison: str
    weights: Vectors

    def scores(self, queries: Vectors, items: Vectors) -> Vectors:
        """Score each item for each query, float32 (queries, items), rising with likeness; vectors are (n, dim)."""
        compare = COMPARISONS[self.comparison]
        return np.stack([compare(query[None], items) @ self.weights for query in queries])


def fit_ranking(queries: Vectors, items: Vectors, triplets: NDArray[np.int64], comparison: str, cost: float) -> RankSVM:
    """Learn weights by which nearer items score above farther ones.

    Args:
        queries: float32 (queries, dim).
        items: float32 (items, dim).
        triplets: int64 (n, 3), at least two: query, nearer item, farther item.
        comparison: one of `COMPARISONS`.
        cost: of a unit of hinge, squared; the larger, the closer the weights follow the triplets.
    """
    compare = COMPARISONS[comparison]
    query, nearer, farther = triplets.T
    examples = compare(queries[query], items[nearer]) - compare(queries[query], items[farther])
    # A classifier wants two classes: every other example is turned round, which changes nothing without a bias.
    signs = np.where(np.arange(len(examples)) % 2, -1, 1)
    machine = LinearSVC(C=cost, dual=False, fit_intercept=False, tol=TOLERANCE, max_iter=ITERATIONS)
    machine.fit(examples * signs[:, None], signs)
    return RankSVM(comparison, machine.coef_[0].astype(np.float32))
