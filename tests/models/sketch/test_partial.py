"""Parts of drawings: prefixes of the pen's way, measured step by step."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.contracts import EmptyDrawing, InvalidStrokes, Strokes
from models.sketch.partial import first_part
from models.sketch.strokes import render
from tests.models.sketch.polylines import all_points, drawings, same, strokes_of, way

shares = st.floats(0.001, 1)


def whole_way(strokes: Strokes) -> float:
    """All that the pen draws."""
    return math.fsum(way(line) for line in strokes.lines)


@given(drawings(), shares)
@settings(deadline=None, max_examples=100)
def test_the_share_is_of_the_way(strokes: Strokes, share: float) -> None:
    """What is left is as long as the share says, up to the rounding of one point, and can be drawn."""
    part = first_part(strokes, share)
    assert whole_way(part) == pytest.approx(share * whole_way(strokes), abs=2e-3)
    assert int(render(part).min()) < 128


@given(drawings(), shares)
@settings(deadline=None, max_examples=100)
def test_a_part_is_a_beginning(strokes: Strokes, share: float) -> None:
    """All strokes but the last are whole; the last begins with the stroke's points and ends on its next step."""
    part = first_part(strokes, share)
    *whole, last = part.lines
    assert [line.tolist() for line in whole] == [line.tolist() for line in strokes.lines[: len(whole)]]
    stroke = strokes.lines[len(whole)]
    if len(last) == len(stroke) and np.array_equal(last, stroke):
        return
    count = len(last) - 1
    np.testing.assert_array_equal(last[:count], stroke[:count])
    start, end = stroke[max(count - 1, 0)].tolist(), stroke[count].tolist()
    on_step = math.dist(start, last[-1].tolist()) + math.dist(last[-1].tolist(), end)
    assert on_step == pytest.approx(math.dist(start, end), abs=1e-3)


@given(drawings(), st.floats(0.05, 1), st.floats(0.05, 1))
@settings(deadline=None, max_examples=60)
def test_a_part_of_a_part_is_a_smaller_part(strokes: Strokes, share: float, further: float) -> None:
    """Half of a half is a quarter: the pen rests at the same place, and less share never shows more."""
    part, smaller = first_part(strokes, share), first_part(strokes, share * further)
    assert len(smaller.lines) <= len(part.lines)
    twice = first_part(part, further)
    if whole_way(strokes) > 0 and all(way(line) > 0 for line in strokes.lines):
        assert whole_way(twice) == pytest.approx(whole_way(smaller), abs=5e-3)
        np.testing.assert_allclose(twice.lines[0][0], smaller.lines[0][0])


@given(drawings())
@settings(deadline=None, max_examples=40)
def test_the_whole_share_is_the_whole_drawing(strokes: Strokes) -> None:
    """At 1 not a point is missing or moved."""
    assert same(first_part(strokes, 1), strokes)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6), shares)
@settings(deadline=None, max_examples=20)
def test_dots_take_no_way(dots: list[tuple[int, int]], share: float) -> None:
    """Dots before a line are there from its start, those after it once it is drawn, and dots alone always."""
    spots: list[list[tuple[float, float]]] = [[dot] for dot in dots]
    line: list[tuple[float, float]] = [(0, 0), (8, 0)]
    assert same(first_part(strokes_of(spots), share), strokes_of(spots))
    before, after = strokes_of([*spots, line]), strokes_of([line, *spots])
    assert len(first_part(before, share).lines) == len(dots) + 1
    assert len(first_part(after, share).lines) == (len(dots) + 1 if share == 1 else 1)


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.25, [[(0, 0), (3, 4)]]),
        (0.2, [[(0, 0), (2.4, 3.2)]]),
        (0.5, [[(0, 0), (3, 4), (3, 9)]]),
        (0.75, [[(0, 0), (3, 4), (3, 9)], [(20, 0), (25, 0)]]),
        (1.0, [[(0, 0), (3, 4), (3, 9)], [(20, 0), (30, 0)]]),
    ],
)
def test_known_parts(share: float, expected: list[list[tuple[float, float]]]) -> None:
    """Quarters of two strokes of length 10, cut between points and on them; a cut on a stroke's end begins no other."""
    drawing = strokes_of([[(0, 0), (3, 4), (3, 9)], [], [(20, 0), (30, 0)]])
    found = first_part(drawing, share)
    assert [len(line) for line in found.lines] == [len(line) for line in expected]
    np.testing.assert_allclose(all_points(found), [point for line in expected for point in line], atol=1e-6)


def test_the_smallest_share_shows_the_first_point() -> None:
    """A way that no float can hold still leaves a dot to draw."""
    assert all_points(first_part(strokes_of([[(3, 5), (3.25, 5)], [(9, 9)]]), 5e-324)) == [[3, 5]]


def test_what_is_no_part_is_refused() -> None:
    """Nothing of a drawing, more than all of it, and what is no drawing."""
    for share in (0.0, -0.5, 1.01, math.nan):
        with pytest.raises(ValueError, match="at most 1"):
            first_part(strokes_of([[(1, 1)]]), share)
    with pytest.raises(EmptyDrawing):
        first_part(strokes_of([[]]), 0.5)
    with pytest.raises(InvalidStrokes):
        first_part(Strokes((np.zeros((2, 3), np.float32),)), 0.5)
