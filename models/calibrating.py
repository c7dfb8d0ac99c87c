"""How a calibration is found, and judged: by held-out queries, each looked for in a gallery of its own kind.

Source: Platt, Probabilistic Outputs for Support Vector Machines (1999). The pairs must not have been trained on, or the
curve is too sure of itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.calibration import FALSE_MATCH_RATES, FEWEST_ITEMS, Calibration, NotCalibrated, logistic
from models.contracts import RetrievalError
from models.extremes import extremal_index
from models.metrics import brier_score, expected_calibration_error

REACHED = 95
"""Of 100 true pairs so many, at least, score as much as the threshold, and it is the highest such score."""
FEWEST_FALSE_PAIRS = 1000
"""Fewer say nothing of what 1 in 1,000 of them reaches."""

_MOST_STEPS = 100
_SMALLEST_STEP = 1e-10
# Share of a score by which equal scores may differ.
_ROUNDING = 1e-12


class NothingToCalibrate(RetrievalError):
    """Pairs from which no rising curve can be learnt: of one kind only, all of one score, or better the less alike."""


@dataclass(frozen=True, eq=False)
class Scores:
    """Held-out queries of one kind, each compared with every item of a gallery that holds a true one.

    Attributes:
        scores: (queries, items), cosines as the service computes them, at least 2 items.
        truth: int64 (queries,), which thing is asked for.
        things: int64 (items,), which thing each item shows; None where there is one item of each, thing i item i.
        compared: bool (queries, items), which pairs count; None for all. Queries that have no true item left, or no
            other, are passed over. Searches are misled by the other pairs too.
    """

    scores: NDArray[np.floating]
    truth: NDArray[np.int64]
    things: NDArray[np.int64] | None = None
    compared: NDArray[np.bool_] | None = None

    @property
    def shown(self) -> NDArray[np.int64]:
        """Which thing each item shows."""
        return np.arange(self.scores.shape[1]) if self.things is None else self.things


@dataclass(frozen=True)
class Quality:
    """How well probabilities agree with what turned out, for pairs of a query and an item.

    Attributes:
        brier: mean square difference, 0 being best.
        brier_of_chance: the same for whoever looks at nothing and says 1 / items.
        calibration_error: expected calibration error, 0 being best.
        queries: how many.
        pairs: how many.
    """

    brier: float
    brier_of_chance: float
    calibration_error: float
    queries: int
    pairs: int

    def figures(self) -> dict[str, float]:
        """Return all of it by name."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pairs of all galleries in a row: score, truth, the logarithm of the odds of chance, thing asked for, query."""

    scores: NDArray[np.float64]
    true: NDArray[np.bool_]
    chance: NDArray[np.float64]
    groups: NDArray[np.int64]
    queries: NDArray[np.int64]

    def among(self, chosen: NDArray[np.bool_]) -> _Pairs:
        return _Pairs(*(getattr(self, name)[chosen] for name in _Pairs.__dataclass_fields__))


def fit_calibration(galleries: Sequence[Scores]) -> Calibration:
    """Learn one curve from the pairs of several galleries.

    Galleries differ in size, so each pair's odds of chance, true items to others, are given and not learnt: what is
    learnt is what a score adds to them. Every pair counts alike, of whatever kind. The intercept is stated for one true
    item in the largest gallery.

    Raises:
        NothingToCalibrate: there are no queries, a gallery has fewer than 2 items, or true items score no higher.
        ValueError: a score is not finite.
    """
    pairs = _together(galleries)
    slope, intercept = fit_curve(pairs.scores, pairs.true, pairs.chance)
    items = max(gallery.scores.shape[1] for gallery in galleries)
    reached = np.sort(pairs.scores[pairs.true])
    threshold = float(reached[len(reached) * (100 - REACHED) // 100])
    found = Calibration(
        slope,
        intercept - math.log(items - 1),
        items,
        # A cosine of float32 vectors may be greater than 1 by what was rounded.
        min(max(threshold, -1.0), 1.0),
        _false_matches(pairs.scores[~pairs.true]),
    )
    return replace(found, extremal_index=_extremal_index(galleries, found))


def judge_calibration(galleries: Sequence[Scores]) -> Quality:
    """Judge curves like the one that `fit_calibration` learns, each on queries that it was not learnt from.

    One thing after the other is left out with all its queries, for pictures of one thing are alike.

    Raises:
        NothingToCalibrate: there are too few.
        ValueError: a score is not finite.
    """
    pairs = _together(galleries)
    likely = np.empty(len(pairs.scores))
    for group in np.unique(pairs.groups):
        left_out = pairs.groups == group
        learnt = pairs.among(~left_out)
        slope, intercept = fit_curve(learnt.scores, learnt.true, learnt.chance)
        likely[left_out] = logistic(slope * pairs.scores[left_out] + intercept + pairs.chance[left_out])
    return Quality(
        brier_score(likely, pairs.true),
        brier_score(logistic(pairs.chance), pairs.true),
        expected_calibration_error(likely, pairs.true),
        len(np.unique(pairs.queries)),
        len(likely),
    )


def fit_curve(
    scores: NDArray[np.floating], true: NDArray[np.bool_], known: NDArray[np.floating] | float = 0.0
) -> tuple[float, float]:
    """Learn the likeliest line for the logarithm of the odds: slope x score + intercept + what is known of each pair.

    As Platt does, the curve is drawn towards (k + 1) / (k + 2) for k true pairs and 1 / (k + 2) for k others instead of
    1 and 0: a score that happens to part a few pairs perfectly does not make it infinitely steep.

    Args:
        scores: (n,), finite, such as cosines.
        true: (n,), whether a pair is one.
        known: (n,), or one for all.

    Returns:
        Slope, above 0, and intercept.

    Raises:
        NothingToCalibrate: there are no true pairs, or only such; or scores do not rise with truth.
        ValueError: the shapes differ, or a score is not finite.
    """
    values = np.asarray(scores, np.float64)
    if values.ndim != 1 or values.shape != np.shape(true) or not np.isfinite(values).all():
        message = f"Scores and truths must be lists of one length, not {values.shape} and {np.shape(true)}, and finite."
        raise ValueError(message)
    count = int(np.count_nonzero(true))
    if count in {0, len(values)}:
        message = f"Of {len(values)} pairs {count} are true; calibrating needs some that are and some that are not."
        raise NothingToCalibrate(message)
    mean, deviation = float(values.mean()), float(values.std())
    if deviation <= _ROUNDING * float(np.abs(values).max()):
        message = f"All pairs have the score {mean}; calibrating needs a system that can tell them apart."
        raise NothingToCalibrate(message)
    targets = np.where(true, (count + 1) / (count + 2), 1 / (len(values) - count + 2))
    # In deviations from the mean every score is of the order of 1, whatever its unit.
    slope, intercept = _likeliest((values - mean) / deviation, targets, np.broadcast_to(known, values.shape))
    if slope <= 0:
        message = "True pairs do not score higher than others; calibrating needs a system that is better than chance."
        raise NothingToCalibrate(message)
    return slope / deviation, intercept - slope * mean / deviation


def false_match_score(scores: NDArray[np.floating], rate: float) -> float:
    """Return the lowest score that at most a share of pairs of different things reaches.

    Args:
        scores: (n,), at least one.
        rate: the share, at least 0 and below 1.
    """
    falling = np.sort(np.asarray(scores, np.float64))[::-1]
    return float(np.nextafter(falling[math.floor(rate * len(falling))], np.inf))


def _false_matches(scores: NDArray[np.float64]) -> tuple[float, float] | None:
    if len(scores) < FEWEST_FALSE_PAIRS:
        return None
    often, seldom = (min(false_match_score(scores, rate), 1.0) for rate in FALSE_MATCH_RATES)
    return often, seldom


def _extremal_index(galleries: Sequence[Scores], found: Calibration) -> float:
    """Search once more for every query, as if what it asks for were not there; 1 where no such score can be told."""
    expected = []
    for gallery in galleries:
        others = gallery.truth[:, None] != gallery.shown
        best = np.where(others, gallery.scores.astype(np.float64), -np.inf).max(axis=1)
        met = np.count_nonzero(others, axis=1)
        misled = met > 0
        try:
            expected.append(met[misled] * found.exceedances(best[misled]))
        except NotCalibrated:
            return 1.0
    return extremal_index(np.concatenate(expected))


def _together(galleries: Sequence[Scores]) -> _Pairs:
    if not sum(len(gallery.truth) for gallery in galleries):
        message = "There are no held-out queries; calibrating needs some that training has not seen."
        raise NothingToCalibrate(message)
    if min(gallery.scores.shape[1] for gallery in galleries) < FEWEST_ITEMS:
        message = f"Every gallery needs at least {FEWEST_ITEMS} items; calibrate with more held-out data."
        raise NothingToCalibrate(message)
    things = np.cumsum([0, *(1 + int(gallery.shown.max()) for gallery in galleries)])
    queries = np.cumsum([0, *(len(gallery.truth) for gallery in galleries)])
    parts = [_pairs(*each) for each in zip(galleries, things[:-1].tolist(), queries[:-1].tolist(), strict=True)]
    return _Pairs(*(np.concatenate([getattr(part, name) for part in parts]) for name in _Pairs.__dataclass_fields__))


def _pairs(gallery: Scores, thing: int, query: int) -> _Pairs:
    """Pairs of one gallery, whose things and queries are numbered from these."""
    true = gallery.truth[:, None] == gallery.shown
    compared = np.ones_like(true) if gallery.compared is None else gallery.compared
    matches = np.count_nonzero(true & compared, axis=1)
    others = np.count_nonzero(~true & compared, axis=1)
    compared = compared & ((matches > 0) & (others > 0))[:, None]
    # Of queries that are passed over no pair is left that would need it.
    chance = np.log(np.maximum(matches, 1)) - np.log(np.maximum(others, 1))
    rows = np.nonzero(compared)[0]
    return _Pairs(
        np.asarray(gallery.scores, np.float64)[compared],
        true[compared],
        chance[rows],
        gallery.truth[rows] + thing,
        rows + query,
    )


def _likeliest(
    values: NDArray[np.float64], targets: NDArray[np.float64], known: NDArray[np.floating]
) -> tuple[float, float]:
    """Slope and intercept of least cross-entropy, a convex function, by Newton steps that never lead uphill."""
    inputs = np.stack([values, np.ones_like(values)], axis=1)
    weights = np.zeros(2)
    for _ in range(_MOST_STEPS):
        likely = logistic(inputs @ weights + known)
        curvature = (inputs * (likely * (1 - likely))[:, None]).T @ inputs
        step = np.linalg.solve(curvature, inputs.T @ (targets - likely))
        cost = _cross_entropy(inputs @ weights + known, targets)
        while _cross_entropy(inputs @ (weights + step) + known, targets) > cost:
            step /= 2
            if np.abs(step).max() < _SMALLEST_STEP:
                break
        weights += step
        if np.abs(step).max() < _SMALLEST_STEP:
            break
    return float(weights[0]), float(weights[1])


def _cross_entropy(logits: NDArray[np.float64], targets: NDArray[np.float64]) -> float:
    return float((np.logaddexp(0, logits) - targets * logits).sum())
