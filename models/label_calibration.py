"""From a label's chance along the paths to how likely it is true, and from which probability on it is said.

Source: Platt, Probabilistic Outputs for Support Vector Machines (1999), on the logarithm of the odds of a chance.
One curve serves all labels, for most of them are seldom seen; what differs by label is the threshold.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.calibration import Calibration, NotCalibrated, logistic

MARGIN = 1e-6
"""Chances nearer to 0 or 1 count as this far away: nothing is certain."""
_LARGEST = 1e300
_LARGEST_LOGIT = 36.0
_SAME = 1e-9


@dataclass(frozen=True)
class LabelCalibration:
    """What the marginals of a tagger say, learnt from held-out pictures.

    The logarithm of the odds that a label is true is slope x that of its marginal + intercept.

    Attributes:
        slope: above 0 and below 1e300, so that probabilities rise with marginals.
        intercept: below 1e300 in size.
        thresholds: of each label, 0 to 1, the probability from which on it is said, fitted for F1; 1, which is never
            reached, where the label is best never said.
        precise: precision, above 0 and at most 1 -> thresholds from which on so many of 100 that are said are true.
    """

    slope: float
    intercept: float
    thresholds: tuple[float, ...]
    precise: Mapping[float, tuple[float, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what is no such calibration with a ValueError."""
        if not (0 < self.slope < _LARGEST and abs(self.intercept) < _LARGEST):
            message = f"A calibration needs a slope above 0 and an intercept, not {self.slope} and {self.intercept}."
            raise ValueError(message)
        for thresholds in (self.thresholds, *self.precise.values()):
            if len(thresholds) != len(self.thresholds) or not all(0 <= one <= 1 for one in thresholds):
                message = "A calibration needs a threshold from 0 to 1 for every label."
                raise ValueError(message)
        if not all(0 < precision <= 1 for precision in self.precise):
            message = f"A precision is above 0 and at most 1, not {sorted(self.precise)}."
            raise ValueError(message)

    def probability(self, marginals: ArrayLike) -> NDArray[np.float64]:
        """Return how likely labels are true that have these chances along the paths, 0 to 1, of any shape."""
        logits = self.slope * odds(marginals) + self.intercept
        return logistic(np.clip(logits, -_LARGEST_LOGIT, _LARGEST_LOGIT))

    def thresholds_for(self, precision: float | None) -> tuple[float, ...]:
        """Return the thresholds that are fitted for a precision, or, for None, for F1.

        Raises:
            NotCalibrated: there are none for this precision.
        """
        if precision is None:
            return self.thresholds
        for known, thresholds in self.precise.items():
            if abs(known - precision) < _SAME:
                return thresholds
        known_ones = ", ".join(map(str, sorted(self.precise))) or "none"
        message = (
            f"The weights have no thresholds for a precision of {precision:g}, but for: {known_ones}; ask for one of "
            "these, or for labels by min_probability."
        )
        raise NotCalibrated(message)

    def card(self) -> dict[str, Any]:
        """Return what a checkpoint keeps, for `from_card`."""
        return {
            "slope": self.slope,
            "intercept": self.intercept,
            "thresholds": list(self.thresholds),
            "precise": {str(precision): list(values) for precision, values in self.precise.items()},
        }

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> LabelCalibration:
        """Read what `card` gave, after JSON.

        Raises:
            ValueError: it holds no such numbers.
        """
        try:
            precise = {float(precision): _numbers(values) for precision, values in card.get("precise", {}).items()}
            slope, intercept = _numbers([card.get("slope"), card.get("intercept")])
            return cls(slope, intercept, _numbers(card.get("thresholds")), precise)
        except (TypeError, AttributeError) as error:
            message = f"it states no thresholds ({error})"
            raise ValueError(message) from None


def odds(marginals: ArrayLike) -> NDArray[np.float64]:
    """Return the logarithms of the odds of chances, 0 to 1, of any shape, kept away from certainty."""
    chances = np.clip(np.asarray(marginals, np.float64), MARGIN, 1 - MARGIN)
    found: NDArray[np.float64] = np.log(chances / (1 - chances))
    return found


def read_calibration(card: object) -> Calibration | LabelCalibration:
    """Read the calibration of weights of either kind.

    Raises:
        ValueError: it is none.
    """
    if isinstance(card, dict) and "thresholds" in card:
        return LabelCalibration.from_card(card)
    return Calibration.from_card(card)


def _numbers(values: object) -> tuple[float, ...]:
    if not isinstance(values, list) or not all(
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) for value in values
    ):
        message = "it states no list of numbers"
        raise ValueError(message)
    return tuple(map(float, values))
