"""The ranking machine, judged by what it must minimise and by weights that are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.rank_svm import COMPARISONS, RankSVM, difference, fit_ranking, product

RANDOM = np.random.default_rng(0)
QUERIES, ITEMS = (RANDOM.random((count, 6)).astype(np.float32) for count in (12, 9))


def every_triplet(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Every (query, nearer item, farther item) by scores (queries, items)."""
    query, nearer, farther = np.nonzero(scores[:, :, None] > scores[:, None, :])
    return np.column_stack([query, nearer, farther])


def test_comparisons_by_hand() -> None:
    """Products number by number, whose sum is the cosine of unit vectors, and distances below zero."""
    query, item = np.array([[0.6, 0.8]], np.float32), np.array([[0.8, 0.6], [0.6, 0.8]], np.float32)
    np.testing.assert_allclose(product(query, item), np.array([[0.48, 0.48], [0.36, 0.64]]), rtol=1e-6)
    np.testing.assert_allclose(difference(query, item), np.array([[-0.2, -0.2], [0, 0]]), atol=1e-6)
    np.testing.assert_allclose(RankSVM("product", np.ones(2, np.float32)).scores(query, item), query @ item.T)


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_known_weights_are_found(comparison: str) -> None:
    """Of triplets ordered by known weights nearly all are ordered alike, and a number of no weight is let be."""
    weights = np.array([3, 1, 0, 2, 0, 0.5], np.float32)
    triplets = every_triplet(RankSVM(comparison, weights).scores(QUERIES, ITEMS))
    learnt = fit_ranking(QUERIES, ITEMS, triplets, comparison, 100)
    scores = learnt.scores(QUERIES, ITEMS)
    query, nearer, farther = triplets.T
    assert (scores[query, nearer] > scores[query, farther]).mean() > 0.97
    np.testing.assert_allclose(learnt.weights / learnt.weights.max(), weights / 3, atol=0.1)


def test_the_objective_is_at_its_least() -> None:
    """Half the squared length and the cost of the squared hinges: no step from the weights makes their sum less."""
    triplets = np.array([[0, 1, 2], [0, 3, 1], [1, 2, 0], [2, 0, 1], [3, 4, 5]])
    cost = 2.0
    learnt = fit_ranking(QUERIES, ITEMS, triplets, "difference", cost)
    query, nearer, farther = triplets.T
    examples = difference(QUERIES[query], ITEMS[nearer]) - difference(QUERIES[query], ITEMS[farther])

    def objective(weights: NDArray[np.float32]) -> float:
        hinges = np.maximum(0, 1 - examples @ weights)
        return float(weights @ weights / 2 + cost * (hinges**2).sum())

    least = objective(learnt.weights)
    steps = 0.05 * np.concatenate([np.eye(6), -np.eye(6), RANDOM.normal(size=(20, 6))]).astype(np.float32)
    assert all(objective(learnt.weights + step) > least for step in steps)


def test_no_triplet_is_turned_round() -> None:
    """With a small cost the weights point along the sum of all examples, whatever their order."""
    triplets = every_triplet(RANDOM.random((12, 9)).astype(np.float32))[:7]
    query, nearer, farther = triplets.T
    examples = product(QUERIES[query], ITEMS[nearer]) - product(QUERIES[query], ITEMS[farther])
    weights = fit_ranking(QUERIES, ITEMS, triplets, "product", 1e-4).weights
    total = examples.sum(axis=0)
    assert weights @ total / np.linalg.norm(weights) / np.linalg.norm(total) > 0.999
