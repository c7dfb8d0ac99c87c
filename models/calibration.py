"""From a score to a probability: how sure a system may be that two things are the same.

Source: Platt, Probabilistic Outputs for Support Vector Machines (1999): a logistic curve in the score alone, fitted to
pairs of which it is known whether they are true. The pairs must not have been trained on, or the curve is too sure of
itself. It speaks of pairs like them: where true pairs are a larger share than there, they are likelier than it says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.contracts import CorruptCheckpoint, RetrievalError

if TYPE_CHECKING:
    from typing import Self

# Logits beyond which the probability would round to 1.
_LARGEST_LOGIT = 36.0
_MOST_STEPS = 100
_SMALLEST_STEP = 1e-10
# Share of a score by which equal scores may differ.
_ROUNDING = 1e-12


class NothingToCalibrate(RetrievalError):
    """Pairs from which no rising curve can be learnt: of one kind only, all of one score, or better the less alike."""


@dataclass(frozen=True)
class Calibration:
    """A logistic curve: the logarithm of the odds is slope x score + intercept.

    Attributes:
        slope: finite and above 0, so that probabilities rise with scores.
        intercept: finite.
    """

    slope: float
    intercept: float

    def __post_init__(self) -> None:
        """Refuse what is no rising curve with a ValueError."""
        if not (0 < self.slope < math.inf and math.isfinite(self.intercept)):
            message = f"A calibration needs a slope above 0 and an intercept, not {self.slope} and {self.intercept}."
            raise ValueError(message)

    def probability(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Return how likely pairs of these scores, of any shape, are true: float64 of that shape, within 0 and 1.

        Neither 0 nor 1 is ever returned.
        """
        with np.errstate(over="ignore"):
            logits = self.slope * np.asarray(scores, np.float64) + self.intercept
        return _logistic(np.clip(logits, -_LARGEST_LOGIT, _LARGEST_LOGIT))

    def card(self) -> dict[str, float]:
        """Return what a checkpoint's card keeps, for `from_card`."""
        return asdict(self)

    @classmethod
    def from_card(cls, card: Mapping[str, object]) -> Self:
        """Read what `card` gave, after JSON.

        Raises:
            CorruptCheckpoint: it holds no such numbers.
        """
        slope, intercept = card.get("slope"), card.get("intercept")
        try:
            if isinstance(slope, int | float) and isinstance(intercept, int | float):
                return cls(float(slope), float(intercept))
        except (ValueError, OverflowError):
            pass
        message = f"The card states no calibration but {dict(card)}; restore it or calibrate anew."
        raise CorruptCheckpoint(message)


def fit_calibration(scores: NDArray[np.floating], true: NDArray[np.bool_]) -> Calibration:
    """Learn the likeliest curve from pairs that were not trained on.

    As Platt does, the curve is drawn towards (k + 1) / (k + 2) for k true pairs and 1 / (k + 2) for k others instead of
    1 and 0: a score that happens to part a few pairs perfectly does not make it infinitely steep.

    Args:
        scores: (n,), finite, such as cosines.
        true: (n,), whether a pair is one.

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
    slope, intercept = _likeliest((values - mean) / deviation, targets)
    if slope <= 0:
        message = "True pairs do not score higher than others; calibrating needs a system that is better than chance."
        raise NothingToCalibrate(message)
    return Calibration(slope / deviation, intercept - slope * mean / deviation)


def _likeliest(values: NDArray[np.float64], targets: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and intercept of least cross-entropy, a convex function, by Newton steps that never lead uphill."""
    inputs = np.stack([values, np.ones_like(values)], axis=1)
    weights = np.zeros(2)
    for _ in range(_MOST_STEPS):
        likely = _logistic(inputs @ weights)
        curvature = (inputs * (likely * (1 - likely))[:, None]).T @ inputs
        step = np.linalg.solve(curvature, inputs.T @ (targets - likely))
        while _cross_entropy(inputs @ (weights + step), targets) > _cross_entropy(inputs @ weights, targets):
            step /= 2
            if np.abs(step).max() < _SMALLEST_STEP:
                break
        weights += step
        if np.abs(step).max() < _SMALLEST_STEP:
            break
    return float(weights[0]), float(weights[1])


def _cross_entropy(logits: NDArray[np.float64], targets: NDArray[np.float64]) -> float:
    return float((np.logaddexp(0, logits) - targets * logits).sum())


def _logistic(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    # Through its logarithm, which neither overflows nor loses small probabilities.
    likely: NDArray[np.float64] = np.exp(-np.logaddexp(0, -logits))
    return likely
