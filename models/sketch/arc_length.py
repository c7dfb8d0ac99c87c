"""How far the pen has come at every point of a line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def travelled(line: NDArray[np.floating]) -> NDArray[np.float64]:
    """Measure the way from a line's first point to each of its points, (points, 2), in their unit.

    Returns:
        float64 (points,), from 0 and never falling.
    """
    steps = np.diff(line.astype(np.float64), axis=0)
    return np.concatenate([np.zeros(len(line[:1])), np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])


def lengths(lines: Sequence[NDArray[np.floating]]) -> NDArray[np.float64]:
    """Measure each of n lines: float64 (n,); a dot and a line without points have length 0."""
    return np.array([travelled(line)[-1] if len(line) else 0.0 for line in lines], np.float64)


def points_at(line: NDArray[np.floating], ways: NDArray[np.float64]) -> NDArray[np.float64]:
    """Find where on a line, (points, 2), the pen is after each of k ways; before the start and past the end it rests.

    Returns:
        float64 (k, 2).
    """
    reached = travelled(line)
    return np.stack([np.interp(ways, reached, line[:, axis]) for axis in (0, 1)], axis=1)
