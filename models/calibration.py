"""From a score to a probability: how sure a system may be that a hit is the very thing that was asked for.

Source: Platt, Probabilistic Outputs for Support Vector Machines (1999): a logistic curve in the score alone. How it is
found stands in `models.calibrating`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Logits beyond which the probability would round to 1.
_LARGEST_LOGIT = 36.0
_LARGEST = 1e300
FEWEST_ITEMS = 2
"""In a gallery of one item the curve would be sure of it, whatever was asked for."""


@dataclass(frozen=True)
class Calibration:
    """What a cosine says about a hit, learnt from queries whose true item was in a gallery of known size.

    Among `items` items of which exactly one is true, the logarithm of the odds is slope x score + intercept.

    Attributes:
        slope: below 1e300 and above 0, so that probabilities rise with scores.
        intercept: below 1e300 in size.
        items: size of the gallery that the intercept is for, at least 2.
        threshold: a cosine, -1 to 1: the score that 95 of 100 true pairs reach.
    """

    slope: float
    intercept: float
    items: int
    threshold: float

    def __post_init__(self) -> None:
        """Refuse what is no such curve with a ValueError."""
        # Whole numbers of JSON may be greater than any float.
        sound = 0 < self.slope < _LARGEST and abs(self.intercept) < _LARGEST
        if not (sound and self.items >= FEWEST_ITEMS and -1 <= self.threshold <= 1):
            message = (
                f"A calibration needs a slope above 0, an intercept, at least {FEWEST_ITEMS} items and a threshold "
                f"from -1 to 1, not {self.slope}, {self.intercept}, {self.items} and {self.threshold}."
            )
            raise ValueError(message)

    def probability(self, scores: ArrayLike, items: int) -> NDArray[np.float64]:
        """Return how likely hits of these scores are true, among so many items of which one is.

        Before anything is compared, each of n items is as likely the true one as any other: 1 / n. The curve was learnt
        where that was 1 / `self.items`; so the logarithm of the odds is moved by that of (1 / n) less that of
        (1 / `self.items`), log(self.items - 1) - log(n - 1). What looks alike by chance is so allowed for: it happens
        more often in a large collection. That the true item is there at all is taken for granted.

        Args:
            scores: cosines, of any shape.
            items: how many items could have been found; fewer than 2 count as 2.

        Returns:
            float64 of the shape of `scores`, above 0 and below 1.
        """
        moved = self.intercept + math.log(self.items - 1) - math.log(max(items, FEWEST_ITEMS) - 1)
        with np.errstate(over="ignore"):
            logits = self.slope * np.asarray(scores, np.float64) + moved
        return logistic(np.clip(logits, -_LARGEST_LOGIT, _LARGEST_LOGIT))

    def card(self) -> dict[str, float]:
        """Return what a checkpoint's card keeps, for `from_card`."""
        return asdict(self)

    @classmethod
    def from_card(cls, card: object) -> Calibration:
        """Read what `card` gave, after JSON.

        Raises:
            ValueError: it holds no such numbers.
        """
        stated: Mapping[str, Any] = card if isinstance(card, dict) else {}
        values = {name: stated.get(name) for name in ("slope", "intercept", "threshold")}
        numbers = {name: value for name, value in values.items() if isinstance(value, int | float)}
        items = stated.get("items")
        if len(numbers) < len(values) or not isinstance(items, int):
            message = f"{card} is no calibration"
            raise ValueError(message)
        return cls(items=items, **numbers)


def logistic(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-logits)), above 0 as long as float64 can hold it."""
    # Through its logarithm, which neither overflows nor loses small probabilities.
    likely: NDArray[np.float64] = np.exp(-np.logaddexp(0, -logits))
    return likely
