"""Why an item is like a query: how much each place of it adds to the likeness, and a picture of that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

THIRDS = 3
"""Into how many parts `shares` cuts each side."""

# Of lines that say nothing for the match, and of those that say most; dark on light also where no colour is seen.
_SILENT = np.array([176, 180, 188], np.float32)
_TELLING = np.array([200, 30, 0], np.float32)
_PAPER = 255.0
# Of the ink that supports a match this share is painted less than full, so that a single dot does not pale the rest.
_FULL_FROM = 0.95


@dataclass(frozen=True, eq=False)
class Explanation:
    """What of an item supports its match with a query.

    Attributes:
        lines: what the network sees of the item, uint8 grey (height, width), dark lines on white.
        support: float32 (height, width), what is there adds so much to the likeness, or takes from it where below 0; in
            any unit, the same for all places.
    """

    lines: NDArray[np.uint8]
    support: NDArray[np.float32]

    def picture(self) -> NDArray[np.uint8]:
        """Return the lines on white, uint8 RGB (height, width, 3): grey, the redder the more they support the match.

        What is fully red supports this match most; pictures of two items do not compare.
        """
        ink = (1 - self.lines.astype(np.float32) / _PAPER)[..., None]
        positive = np.maximum(self.support, 0)
        strength = (positive / _quantile(positive, self._weights()))[..., None].clip(0, 1)
        colour = _SILENT + strength * (_TELLING - _SILENT)
        painted: NDArray[np.uint8] = (_PAPER + ink * (colour - _PAPER)).round().astype(np.uint8)
        return painted

    def shares(self) -> NDArray[np.float64]:
        """Return how much of the support lies in each ninth, float64 (3, 3), rows from the top; sums to 1, or to 0."""
        weights = self._weights()
        rows = np.array_split(weights, THIRDS, axis=0)
        sums = np.array([[part.sum() for part in np.array_split(row, THIRDS, axis=1)] for row in rows])
        return sums / max(float(sums.sum()), np.finfo(np.float64).tiny)

    def _weights(self) -> NDArray[np.float64]:
        """Support of each pixel by the ink that it has."""
        weights: NDArray[np.float64] = np.maximum(self.support, 0) * (1.0 - self.lines / _PAPER)
        return weights


def _quantile(values: NDArray[np.float32], weights: NDArray[np.float64]) -> float:
    """Value below which `_FULL_FROM` of the weight lies; 1 where there is no weight."""
    order = np.argsort(values, axis=None)
    summed = weights.ravel()[order].cumsum()
    if not summed[-1] > 0:
        return 1.0
    return float(values.ravel()[order[np.searchsorted(summed, _FULL_FROM * summed[-1])]])
