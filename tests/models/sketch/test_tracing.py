"""Tracing, judged by figures whose strokes are known and by drawing again what was traced."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from models.contracts import Strokes
from models.sketch.arc_length import lengths
from models.sketch.canvas import EXTENT, SIDE, WHITE
from models.sketch.strokes import fit, render
from models.sketch.tracing import INK, SHORTEST, trace

Line = list[tuple[float, float]]
# A line's ends lie under the pen's round tip; its thinning and smoothing move points by about as much.
NEAR = 3.0


def drawn(*lines: Line) -> Strokes:
    """Strokes as the canvas shows them."""
    return fit(Strokes(tuple(np.array(line, np.float32) for line in lines)))


def arc(start: float, stop: float, radius: float = 1.0) -> Line:
    """Points on a circle around the origin, angles in degrees."""
    return [(radius * math.cos(at), radius * math.sin(at)) for at in np.radians(np.linspace(start, stop, 90))]


def ends(line: NDArray[np.float32]) -> set[tuple[float, float]]:
    """Both ends of a stroke."""
    return {(float(x), float(y)) for x, y in line[[0, -1]]}


def near(found: NDArray[np.float32], line: NDArray[np.float32]) -> bool:
    """Whether a stroke leads from where another does to where it does, either way round."""
    return any(float(np.abs(found[[0, -1]] - line[turn]).max()) <= NEAR for turn in ([0, -1], [-1, 0]))


def assert_traced(*lines: Line) -> None:
    """What was drawn by these strokes is found to be these strokes."""
    known = drawn(*lines)
    found = trace(render(known))
    assert len(found.lines) == len(known.lines)
    for line in known.lines:
        assert sum(near(other, line) for other in found.lines) == 1
    np.testing.assert_allclose(sorted(lengths(found.lines)), sorted(lengths(known.lines)), rtol=0.03, atol=2 * NEAR)


def test_a_line_is_one_stroke() -> None:
    """A straight line and an open arc come back as one stroke each, from end to end."""
    assert_traced([(0, 0), (3, 1)])
    assert_traced(arc(20, 300))


@pytest.mark.parametrize("turn", [0, 17, 45, 80])
def test_crossing_lines_go_straight_on(turn: float) -> None:
    """A cross is two strokes, however it is turned, and not four."""
    across, along = arc(turn, turn, 1.0)[0], arc(turn + 90, turn + 90, 0.8)[0]
    assert_traced([across, (-across[0], -across[1])], [along, (-along[0], -along[1])])


def test_a_line_that_ends_on_another() -> None:
    """The bar of a T is one stroke, its stem another that reaches the bar."""
    assert_traced([(-1, 0), (1, 0)], [(0, 0), (0, 1.4)])


def test_equal_angles_are_no_way_on() -> None:
    """Of three lines that meet under 120 degrees each is a stroke."""
    middle = (0.0, 0.0)
    assert_traced([middle, (0, -1.3)], [middle, arc(30, 30)[0]], [middle, arc(150, 150, 1.15)[0]])


def test_a_ring_comes_back() -> None:
    """A circle is one stroke that ends where it began and is as long as its circumference."""
    found = trace(render(drawn(arc(0, 360))))
    assert len(found.lines) == 1
    assert np.abs(found.lines[0][0] - found.lines[0][-1]).max() <= NEAR
    assert lengths(found.lines)[0] == pytest.approx(math.pi * (EXTENT - 1), rel=0.02)


def test_rings_that_cross_lines() -> None:
    """A circle that two lines pass through stays one ring beside two lines."""
    found = trace(render(drawn(arc(0, 360, 0.6), [(-1, 0.1), (1, 0.1)], [(0.1, -1), (0.1, 1)])))
    assert len(found.lines) == 3
    assert sum(bool(np.abs(line[0] - line[-1]).max() <= 2 * NEAR) for line in found.lines) == 1


def test_longest_first_and_no_bristles() -> None:
    """Strokes come in order of length, and none is shorter than a bristle."""
    random = np.random.default_rng(3)
    many = [[(float(x), float(y)) for x, y in random.uniform(0, 200, (2, 2))] for _ in range(30)]
    ways = lengths(trace(render(drawn(*many))).lines)
    assert (np.diff(ways) <= 0).all()
    assert ways[-1] >= SHORTEST


@pytest.mark.parametrize("specks", [[], [(128, 128)], [(128, 128), (128, 129), (129, 128), (128, 127), (127, 128)]])
def test_no_lines_no_strokes(specks: list[tuple[int, int]]) -> None:
    """White paper has no strokes, and neither have a dot and a tiny cross on it."""
    canvas = torch.full((1, SIDE, SIDE), WHITE, dtype=torch.uint8)
    for row, column in specks:
        canvas[0, row, column] = 0
    assert trace(canvas).lines == ()


points = st.tuples(st.integers(0, 100), st.integers(0, 100))


@given(st.lists(st.lists(points, min_size=2, max_size=5, unique=True), min_size=1, max_size=6))
@settings(deadline=None, max_examples=40)
def test_what_is_traced_draws_the_same(lines: list[Line]) -> None:
    """All ink of the drawn strokes lies where there was ink, and nearly all that there was lies where they are."""
    canvas = render(drawn(*lines))
    strokes = trace(canvas)
    if not strokes.lines:
        return
    again = _ink_of(strokes)
    before = canvas[0].numpy() < INK
    assert _share_near(again, before) >= 0.99
    assert _share_near(before, again) >= 0.9


def _ink_of(strokes: Strokes) -> NDArray[np.bool_]:
    """Pixels that strokes on the canvas pass through."""
    ink = np.zeros((SIDE, SIDE), np.bool_)
    for line in strokes.lines:
        for start, stop in itertools.pairwise(line):
            steps = np.linspace(start, stop, 8)
            ink[tuple(np.clip(np.rint(steps[:, ::-1]).astype(int), 0, SIDE - 1).T)] = True
    return ink


def _share_near(some: NDArray[np.bool_], others: NDArray[np.bool_]) -> float:
    """Which share of some pixels lies within the reach of a pen's width of others."""
    return float((ndimage.distance_transform_edt(~others)[some] <= NEAR).mean())
