"""Drawings that are not finished yet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.contracts import Strokes
from models.sketch.arc_length import lengths, points_at, travelled
from models.sketch.strokes import check_strokes


def first_part(strokes: Strokes, share: float) -> Strokes:
    """Cut a drawing off where the pen, in drawing order, had drawn a share of its whole way.

    The way between strokes, with the pen lifted, does not count. A stroke under way is cut between its points. A dot
    takes no way: it is there as soon as everything before it is. Of a drawing of dots alone every part is the whole.

    Args:
        strokes: a drawing in any unit; lines without a point are left out.
        share: above 0, and at most 1, the whole drawing.

    Returns:
        At least one stroke with a point.

    Raises:
        EmptyDrawing: there is no point.
        InvalidStrokes: the strokes are malformed.
        ValueError: the share is not one.
    """
    if not 0 < share <= 1:
        message = f"The share of a drawing must lie above 0 and be at most 1, not {share}."
        raise ValueError(message)
    lines = [line for line in check_strokes(strokes).lines if len(line)]
    ends = np.cumsum(lengths(lines))
    way = share * ends[-1]
    complete = int(np.searchsorted(ends, way, side="right"))
    kept = lines[:complete]
    begun = way - (ends[complete - 1] if complete else 0.0)
    # Where nothing is complete there is at least the first point, even of a way too short for a float.
    if complete < len(lines) and (begun > 0 or not complete):
        kept.append(_cut(lines[complete], float(begun)))
    return Strokes(tuple(kept))


def _cut(line: NDArray[np.float32], way: float) -> NDArray[np.float32]:
    """Return the points that come before a way is drawn, and the point where it is."""
    passed = line[travelled(line) < way]
    return np.concatenate([passed, points_at(line, np.array([way])).astype(np.float32)])
