"""How many chances a search has to be misled: fewer than it compares items, for pictures of one thing mislead together.

Source: Leadbetter, Extremes and local dependence in stationary sequences (1983): the highest of n dependent scores lies
as that of theta x n independent ones; theta is the extremal index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaincinv

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST_SEARCHES = 100
"""Fewer say nothing of what seldom misleads."""
MISLED = 0.1
"""Share of the searches, those that strangers mislead most, by which is judged: a match is asked for where few others
are, not where strangers usually score.
"""
CONFIDENCE = 0.95
"""How sure it is that no more items mislead than is said."""


def extremal_index(exceedances: NDArray[np.float64]) -> float:
    """Bound the extremal index from above, by searches for things that are not there.

    With theta, how often the highest score of each search would be exceeded among its items, if they were independent,
    is exponentially distributed with mean 1 / theta. Of the smallest k, `MISLED` of them, the sum counts, and of the
    others that they are no smaller: under such type II censoring theta times all that has a gamma distribution of
    shape k, whatever theta is, and the bound is the theta that is exceeded with a probability of 1 - `CONFIDENCE`.

    Args:
        exceedances: (n,), at least 0: of each search, how many of its items are expected to reach the highest score.

    Returns:
        Above 0 and at most 1; 1, which is on the safe side, where there are fewer than `FEWEST_SEARCHES`.
    """
    count = len(exceedances)
    if count < FEWEST_SEARCHES:
        return 1.0
    smallest = np.sort(exceedances)[: int(MISLED * count)]
    waited = float(smallest.sum() + (count - len(smallest)) * smallest[-1])
    bound = float(gammaincinv(len(smallest), CONFIDENCE))
    return bound / max(waited, bound)
