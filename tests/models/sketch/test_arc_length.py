"""Arc lengths, judged by closed forms and by measuring step by step."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.contracts import Strokes
from models.sketch.arc_length import lengths, points_at, travelled
from tests.models.sketch.polylines import drawings, strokes_of, way


@given(drawings())
@settings(deadline=None, max_examples=50)
def test_the_way_is_the_sum_of_the_steps(strokes: Strokes) -> None:
    """At every point the pen has come as far as the steps before it, added up one by one."""
    for line in strokes.lines:
        expected = [way(line[: count + 1]) for count in range(len(line))]
        np.testing.assert_allclose(travelled(line), expected, atol=1e-9)
    np.testing.assert_allclose(lengths(strokes.lines), [way(line) for line in strokes.lines], atol=1e-9)


def test_a_known_way() -> None:
    """Along the legs of triangles with sides 3, 4, 5 and 5, 12, 13, and no way at all for a dot or for nothing."""
    line, dot, nothing = strokes_of([[(0, 0), (3, 4), (3, 4), (8, 16)], [(7, 7)], []]).lines
    assert travelled(line).tolist() == [0, 5, 5, 18]
    assert travelled(nothing).tolist() == []
    assert lengths([line, dot, nothing]).tolist() == [18, 0, 0]
    assert lengths([]).shape == (0,)


@given(drawings(max_strokes=1), st.lists(st.floats(0, 1), min_size=1, max_size=5))
@settings(deadline=None, max_examples=50)
def test_a_point_found_lies_on_the_line_at_its_way(strokes: Strokes, shares: list[float]) -> None:
    """It splits one step of the line into two that add up to it, and as much way lies before it as was asked for."""
    line = strokes.lines[0].astype(np.float64)
    total = way(line)
    found = points_at(line, np.array(shares) * total)
    for share, point in zip(shares, found, strict=True):
        at_point = [
            way(line[:number]) + math.dist(start, point)
            for number, (start, end) in enumerate(pairwise(line), start=1)
            if math.dist(start, point) + math.dist(point, end) == pytest.approx(math.dist(start, end), abs=1e-6)
        ]
        assert min((abs(at - share * total) for at in at_point), default=0) < 1e-6


@given(drawings(max_strokes=1))
@settings(deadline=None, max_examples=30)
def test_the_pen_is_at_its_points_and_rests_at_the_ends(strokes: Strokes) -> None:
    """Asked for the ways of the points, the points are found; before the start and past the end, the ends."""
    line = strokes.lines[0]
    np.testing.assert_allclose(points_at(line, travelled(line)), line, atol=1e-6)
    outside = points_at(line, np.array([-1.0, way(line) + 1]))
    np.testing.assert_array_equal(outside, line[[0, -1]])
