"""Curves, judged by closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demo import curves
from app.demo.curves import Point

coordinate = st.floats(-300, 300).map(lambda value: round(value, 2))
knots = st.lists(
    st.tuples(coordinate, coordinate), min_size=3, max_size=8, unique_by=lambda p: (round(p[0]), round(p[1]))
)
CIRCLE = curves.ellipse((0, 0), 50, 50, count=720)


def area(path: curves.Path) -> float:
    """Area of a closed outline by the shoelace formula."""
    x, y = np.asarray(path).T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


@given(knots)
def test_smooth_passes_through_every_knot(points: list[Point]) -> None:
    """A smooth curve meets each of its knots, in their order, to a micrometre."""
    curve = curves.smooth(points, steps=7)
    assert np.allclose(curve[::7], points, atol=1e-3)


@given(knots)
def test_smooth_closed_returns_to_its_start(points: list[Point]) -> None:
    """A closed curve has as many points for the way back as for every other way."""
    curve = curves.smooth(points, closed=True, steps=5)
    assert len(curve) == 5 * len(points)
    assert np.allclose(curve[::5], points, atol=1e-3)


def test_smooth_keeps_a_straight_line_straight() -> None:
    """Knots on a line, however unevenly spaced, give that line."""
    curve = np.asarray(curves.smooth([(0, 0), (1, 2), (30, 60), (31, 62)]))
    assert np.allclose(curve[:, 1], 2 * curve[:, 0], atol=2e-3)


def test_smooth_draws_a_circle_from_twelve_knots() -> None:
    """Knots on a circle give a curve that leaves it by less than half a per cent."""
    ring = [(50 * math.cos(math.tau * k / 12), 50 * math.sin(math.tau * k / 12)) for k in range(12)]
    radii = np.hypot(*np.asarray(curves.smooth(ring, closed=True)).T)
    assert np.abs(radii - 50).max() < 0.25


def test_length_of_a_circle() -> None:
    """The length of a finely drawn circle is its circumference."""
    assert curves.length((*CIRCLE, CIRCLE[0])) == pytest.approx(math.tau * 50, rel=1e-4)


@given(knots, st.floats(0, 1), st.floats(0, 1))
def test_part_has_its_share_of_the_length(points: list[Point], one: float, other: float) -> None:
    """A part from share to share is as long as that share of the whole."""
    begin, end = sorted((one, other))
    expected = (end - begin) * curves.length(points)
    assert curves.length(curves.part(points, begin, end)) == pytest.approx(expected, abs=0.02)


@given(knots)
def test_part_ends_are_places_on_the_path(points: list[Point]) -> None:
    """The middle of a path, cut or looked up, is the same place."""
    assert np.allclose(curves.part(points, 0.5, 1.0)[0], curves.at(points, 0.5), atol=2e-3)


@given(knots, st.integers(2, 40))
def test_resample_keeps_the_ends(points: list[Point], count: int) -> None:
    """Resampling gives the asked number of points between the same ends."""
    dense = curves.resample(points, count)
    assert len(dense) == count
    assert np.allclose((dense[0], dense[-1]), (points[0], points[-1]), atol=1e-3)


def test_resample_spaces_evenly() -> None:
    """On a straight path the resampled points stand at equal distances."""
    dense = np.asarray(curves.resample([(0, 0), (1, 0), (90, 0)], 10))
    assert np.allclose(np.diff(dense[:, 0]), 10)


def test_offset_of_a_line_lies_to_its_left() -> None:
    """The parallel of a line that runs to the right lies above it."""
    assert np.allclose(curves.offset([(0, 0), (10, 0), (20, 0)], 3), [(0, 3), (10, 3), (20, 3)])


def test_offset_of_a_circle_changes_its_radius() -> None:
    """The parallel to the left of an anticlockwise arc is a smaller arc."""
    radii = np.hypot(*np.asarray(curves.offset(CIRCLE[:200], 5))[2:-2].T)
    assert np.allclose(radii, 45, atol=0.01)


@given(st.floats(2, 8), st.floats(1, 5))
def test_dashes_share_the_path(dash: float, gap: float) -> None:
    """Dashes together cover the dash's share of the path."""
    pieces = curves.dashes([(0, 0), (100, 0)], dash, gap)
    assert sum(map(curves.length, pieces)) == pytest.approx(100 * dash / (dash + gap), abs=0.1)


def test_ribbon_area_is_length_times_width() -> None:
    """A straight ribbon is a rectangle."""
    assert area(curves.ribbon([(0, 0), (40, 30)], 6)) == pytest.approx(300, rel=1e-3)


def test_ribbon_with_two_widths_is_a_trapezium() -> None:
    """A ribbon that widens has the area of its mean width."""
    assert area(curves.ribbon([(0, 0), (60, 0)], [2, 8])) == pytest.approx(300, rel=1e-3)


@pytest.mark.parametrize("turn", [0, 33, 90])
def test_ellipse_area(turn: float) -> None:
    """An ellipse has its area however it is turned."""
    assert area(curves.ellipse((3, 4), 20, 10, turn, count=400)) == pytest.approx(math.pi * 200, rel=1e-3)


def test_box_stays_within_its_sides() -> None:
    """A rounded box reaches its width and height and no farther."""
    left, bottom, right, top = curves.bounds([curves.box((0, 0), 20, 10)])
    assert 19 < right - left <= 20
    assert 9 < top - bottom <= 10


def test_join_drops_the_repeated_point() -> None:
    """Two paths that meet are joined at one point."""
    assert curves.join([(0.0, 0.0), (1.0, 0.0)], [(1.0, 0.0), (1.0, 1.0)]) == ((0, 0), (1, 0), (1, 1))


def test_shift_and_reverse() -> None:
    """Moving and turning round keep every point."""
    assert curves.reverse(curves.shift([(0.0, 0.0), (1.0, 2.0)], 1, 1)) == ((2, 3), (1, 1))


@given(st.floats(0, 360))
def test_turn_is_a_direction(degrees: float) -> None:
    """A direction has length one."""
    assert math.hypot(*curves.turn(degrees)) == pytest.approx(1)
