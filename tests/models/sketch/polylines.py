"""Drawings as hypothesis makes them, and what is measured on them point by point."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.contracts import Strokes

# Quarters up to 800: float32 holds them and their differences exactly.
coordinates = st.integers(0, 3200).map(lambda quarters: quarters / 4)
points = st.tuples(coordinates, coordinates)


def drawings(min_strokes: int = 1, max_strokes: int = 6, max_points: int = 6) -> st.SearchStrategy[Strokes]:
    """Drawings of a few strokes, dots and repeated points among them."""
    lines = st.lists(points, min_size=1, max_size=max_points)
    return st.lists(lines, min_size=min_strokes, max_size=max_strokes).map(strokes_of)


def strokes_of(lines: Iterable[Iterable[tuple[float, float]]]) -> Strokes:
    """Strokes of lists of points; a list may be empty."""
    return Strokes(tuple(np.array(list(line), np.float32).reshape(-1, 2) for line in lines))


def way(line: NDArray[np.floating]) -> float:
    """Length of a line, step by step."""
    return math.fsum(math.dist(start, end) for start, end in pairwise(line.tolist()))


def largest_side(strokes: Strokes) -> float:
    """The longer side of a drawing's box."""
    return max(float(max(axis) - min(axis)) for axis in zip(*all_points(strokes), strict=True))


def all_points(strokes: Strokes) -> list[list[float]]:
    """Every point of a drawing."""
    return [point for line in strokes.lines for point in line.tolist()]


def same(one: Strokes, other: Strokes) -> bool:
    """Whether two drawings have the same strokes with the same points."""
    return [line.tolist() for line in one.lines] == [line.tolist() for line in other.lines]
