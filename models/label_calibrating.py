"""How a tagger is calibrated, and judged: by held-out pictures whose labels are known.

The curve is Platt's, as in `models.calibrating`. Most labels are too seldom seen for a threshold of their own, so to a
label's counts those of all labels together are added, as if they had been seen on a few pictures more.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.calibrating import NothingToCalibrate, fit_curve
from models.calibration import logistic
from models.label_calibration import LabelCalibration, odds
from models.metrics import brier_score, expected_calibration_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PRECISIONS = (0.5, 0.7, 0.9)
"""Precisions for which thresholds are kept beside those for F1."""
BORROWED = 4.0
"""True labels that all labels together lend to each, at their own rates."""
GRID = np.linspace(0.02, 0.98, 49)
"""Thresholds that are tried."""
_PARTS = 5


@dataclass(frozen=True)
class LabelQuality:
    """How well probabilities agree with what turned out, for pairs of a picture and a label that has any chance.

    Attributes:
        brier: mean square difference, 0 being best.
        brier_of_chance: the same for whoever says how often such labels are true on the whole.
        calibration_error: expected calibration error, 0 being best.
        pictures: how many.
        pairs: how many.
    """

    brier: float
    brier_of_chance: float
    calibration_error: float
    pictures: int
    pairs: int

    def figures(self) -> dict[str, float]:
        """Return all of it by name."""
        return asdict(self)


def fit_labels(
    marginals: NDArray[np.floating], true: NDArray[np.bool_], precisions: Sequence[float] = PRECISIONS
) -> LabelCalibration:
    """Learn one curve for all labels, and thresholds for each.

    Args:
        marginals: (pictures, labels), 0 to 1, chances of each label along the paths; 0 of none at all.
        true: bool (pictures, labels), of pictures that were not learnt from.
        precisions: for which thresholds are fitted beside those for F1.

    Raises:
        NothingToCalibrate: no label that has a chance is true, or all are; or marginals do not rise with truth.
    """
    slope, intercept = _curve(marginals, true)
    likely = np.where(marginals > 0, logistic(slope * odds(marginals) + intercept), 0.0)
    right, said, truths = _counts(likely, true)
    return LabelCalibration(
        slope,
        intercept,
        _highest(2 * right / np.maximum(said + truths, 1)),
        {precision: _lowest((said > 0) & (right >= precision * said)) for precision in precisions},
    )


def judge_labels(marginals: NDArray[np.floating], true: NDArray[np.bool_]) -> LabelQuality:
    """Judge curves like the one that `fit_labels` learns, each on a fifth of the pictures that it was not learnt from.

    Raises:
        NothingToCalibrate: there are too few.
    """
    said = marginals > 0
    likely = np.zeros(marginals.shape)
    for part in range(_PARTS):
        left_out = np.arange(len(marginals)) % _PARTS == part
        slope, intercept = _curve(marginals[~left_out], true[~left_out])
        likely[left_out] = logistic(slope * odds(marginals[left_out]) + intercept)
    truths = true[said]
    return LabelQuality(
        brier_score(likely[said], truths),
        brier_score(np.full(len(truths), truths.mean()), truths),
        expected_calibration_error(likely[said], truths),
        len(marginals),
        len(truths),
    )


def _curve(marginals: NDArray[np.floating], true: NDArray[np.bool_]) -> tuple[float, float]:
    said = marginals > 0
    if not said.any():
        message = "No label has a chance on these pictures; calibrate on pictures of what the weights know."
        raise NothingToCalibrate(message)
    return fit_curve(odds(marginals[said]), true[said])


def _counts(
    likely: NDArray[np.float64], true: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Count at each threshold of the grid, for each label, with what is borrowed: right ones, said ones, true ones.

    Shapes are (thresholds, labels); the last is the same at each threshold.
    """
    said = np.stack([(likely >= threshold).sum(axis=0) for threshold in GRID]).astype(np.float64)
    right = np.stack([((likely >= threshold) & true).sum(axis=0) for threshold in GRID]).astype(np.float64)
    truths = np.broadcast_to(true.sum(axis=0).astype(np.float64), said.shape)
    rate = BORROWED / max(float(true.sum()), 1.0)
    right, said, truths = (part + rate * part.sum(axis=1, keepdims=True) for part in (right, said, truths))
    return right, said, truths


def _highest(figure: NDArray[np.float64]) -> tuple[float, ...]:
    """Threshold at which a figure, (thresholds, labels), is highest; in the middle of a plateau."""
    best = figure >= figure.max(axis=0) - np.finfo(np.float64).eps
    return tuple(float(np.median(GRID[column])) for column in best.T)


def _lowest(reached: NDArray[np.bool_]) -> tuple[float, ...]:
    """Lowest threshold of the grid at which what is wanted is reached, bool (thresholds, labels); 1 where at none."""
    return tuple(float(GRID[column][0]) if column.any() else 1.0 for column in reached.T)
