"""Lines of a raster drawing as strokes, so that it can be changed as a vector drawing can.

The skeleton's branches are joined where one goes straight on in another, as a pen would. In which order strokes were
drawn is not known: the longest come first, as people draw them (the paper's section 3.3).
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

from models.contracts import Strokes
from models.sketch.arc_length import lengths, points_at
from models.sketch.branches import Branches, End, cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import Tensor

INK = 128
"""Tone below which a pixel of a canvas is ink."""
SHORTEST = 6.0
"""Strokes shorter than that, in pixels of the canvas, are bristles of the skeleton."""
# Points along a branch by which its direction at an end is told, and the cosine below which two go on in each other.
_REACH = 7
_STRAIGHT_ON = -0.6
# Pixels between the points of a stroke, and the deviation in points of what smooths away the steps of pixels.
_SPACING = 3.0
_SMOOTHING = 1.5


def trace(canvas: Tensor) -> Strokes:
    """Follow the lines of a canvas.

    Args:
        canvas: uint8 (1, 256, 256), dark lines on white.

    Returns:
        Strokes in pixels of the canvas, the longest first; bristles are left out, and nothing remains of mere specks.
    """
    branches = cut(skeletonize(canvas[0].numpy() < INK))
    lines = [_smooth(line) for line in _joined(branches, _partners(branches))]
    ways = lengths(lines)
    order = [row for row in np.argsort(-ways, kind="stable") if ways[row] >= SHORTEST]
    return Strokes(tuple(lines[row].astype(np.float32) for row in order))


def _partners(branches: Branches) -> Mapping[End, End]:
    """Which end goes straight on in which other; at each meeting the straightest pairs come first."""
    partners: dict[End, End] = {}
    for ends in branches.meetings:
        directions = {end: _direction(branches, end) for end in ends}
        pairs = sorted((float(directions[one] @ directions[other]), one, other) for one, other in combinations(ends, 2))
        for cosine, one, other in pairs:
            if cosine < _STRAIGHT_ON and one not in partners and other not in partners:
                partners |= {one: other, other: one}
    return partners


def _direction(branches: Branches, end: End) -> NDArray[np.float64]:
    """Unit vector from an end into its branch."""
    points = branches.lines[end.branch]
    inwards = points if end.side == 0 else points[::-1]
    way = inwards[min(_REACH, len(inwards) - 1)] - inwards[0]
    unit: NDArray[np.float64] = way / max(float(np.linalg.norm(way)), 1.0)
    return unit


def _joined(branches: Branches, partners: Mapping[End, End]) -> Iterator[NDArray[np.float64]]:
    """Branches one after the other, each turned so that it goes on where the last one ended."""
    every = [End(branch, side) for branch in range(len(branches.lines)) for side in (0, -1)]
    left = {end.branch for end in every}
    # Those that go on on both sides and were not reached from a free end lie in rings, which begin anywhere.
    for start in sorted(every, key=lambda end: end in partners):
        chain, end = list[NDArray[np.float64]](), start
        while end.branch in left:
            left.remove(end.branch)
            line = branches.lines[end.branch]
            chain.append(line if end.side == 0 else line[::-1])
            end = partners.get(End(end.branch, -1 - end.side), end)
        if chain:
            yield np.concatenate(chain)


def _smooth(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take the steps of pixels away; the ends stay where they are."""
    smooth = ndimage.gaussian_filter1d(line, _SMOOTHING, axis=0, mode="nearest")
    smooth[[0, -1]] = line[[0, -1]]
    way = float(lengths([smooth])[0])
    return points_at(smooth, np.linspace(0, way, max(2, round(way / _SPACING) + 1)))
