"""Figures by which systems are judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def ranks(scores: NDArray[np.floating], truth: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rank of the true item for each query, 1 being first.

    A tie counts against the query: an item that scores as much as the true one stands before it.

    Args:
        scores: (queries, items), rising with likeness.
        truth: (queries,), index of the true item.

    Returns:
        int64 (queries,).
    """
    true_scores = scores[np.arange(len(truth)), truth]
    better: NDArray[np.int64] = (scores >= true_scores[:, None]).sum(axis=1)
    return better


def accuracy_at(found: NDArray[np.int64], k: int) -> float:
    """acc@k: per cent of the queries whose true item ranks among the first k."""
    return 100 * float((found <= k).mean())


def mean_reciprocal_rank(found: NDArray[np.int64]) -> float:
    """Mean of 1 / rank of the true item, 0 to 1; moves with every rank, where acc@1 sees the first place alone."""
    return float((1 / found).mean())


def correct_triplets(scores: NDArray[np.floating], triplets: Sequence[NDArray[np.int64]]) -> float:
    """%corr: per cent of all human triplets (query; nearer, farther) in which the nearer item scores higher.

    Args:
        scores: (queries, items), rising with likeness.
        triplets: for each query, int (votes, 2): (nearer, farther).
    """
    return 100 * float(np.concatenate(agreements(scores, triplets)).mean())


def agreements(scores: NDArray[np.floating], triplets: Sequence[NDArray[np.int64]]) -> list[NDArray[np.bool_]]:
    """Tell for each query in which of its human triplets the nearer item scores higher: bool (votes,) each.

    Args:
        scores: (queries, items), rising with likeness.
        triplets: for each query, int (votes, 2): (nearer, farther).
    """
    return [scores[query, votes[:, 0]] > scores[query, votes[:, 1]] for query, votes in enumerate(triplets)]


def brier_score(probabilities: NDArray[np.floating], true: NDArray[np.bool_]) -> float:
    """Mean square difference of probabilities and what turned out, 0 to 1, 0 being best; 0.25 for always saying 0.5.

    Source: Brier, Verification of Forecasts Expressed in Terms of Probability (1950), for one of two classes.

    Args:
        probabilities: (n,), 0 to 1.
        true: (n,).
    """
    return float(np.square(probabilities - true).mean())


def expected_calibration_error(probabilities: NDArray[np.floating], true: NDArray[np.bool_], bins: int = 15) -> float:
    """Mean difference of probabilities and the share that came true of those about as probable, 0 to 1, 0 being best.

    Source: Guo et al., On Calibration of Modern Neural Networks (ICML 2017), section 2, for one probability a pair.

    Args:
        probabilities: (n,), 0 to 1.
        true: (n,).
        bins: equal parts of 0 to 1 within which the two are compared.
    """
    chosen = np.minimum((probabilities * bins).astype(np.int64), bins - 1)
    differences = np.bincount(chosen, weights=probabilities - true, minlength=bins)
    return float(np.abs(differences).sum() / len(probabilities))


def bootstrap_interval(
    values: NDArray[np.floating], draws: int = 2000, seed: int = 0, groups: NDArray[np.int64] | None = None
) -> tuple[float, float]:
    """95 % interval of a mean by resampling its values (percentile bootstrap).

    Args:
        values: (n,).
        draws: how often the values are resampled.
        seed: of the draws.
        groups: (n,), what each value belongs to, where values of one thing depend on each other: whole groups are
            drawn then, and the mean is over all values of those drawn.
    """
    members = np.arange(len(values)) if groups is None else np.unique(groups, return_inverse=True)[1]
    sums, counts = np.bincount(members, weights=values), np.bincount(members)
    picks = np.random.default_rng(seed).integers(0, len(sums), (draws, len(sums)))
    low, high = np.quantile(sums[picks].sum(axis=1) / counts[picks].sum(axis=1), (0.025, 0.975))
    return float(low), float(high)
