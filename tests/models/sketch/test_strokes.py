"""Strokes: one renderer, which draws the shape and forgets where and how large it was."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.contracts import EmptyDrawing, InvalidStrokes, Strokes
from models.sketch.canvas import EXTENT, LINE_WIDTH, SIDE, WHITE
from models.sketch.ink import draw_ink
from models.sketch.strokes import MAX_POINTS, check_strokes, fit, parse_strokes, render
from tests.models.sketch.drawings import SHAPES, chamfer, grey, ink_box, page

coordinate = st.floats(-1000, 1000, width=32)
drawings = st.lists(st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=6), min_size=1, max_size=4)
MIDDLE = (SIDE - 1) / 2


def parsed(lines: Any) -> Strokes:
    """Strokes of any nested numbers."""
    return parse_strokes(lines)


def difference(one: torch.Tensor, other: torch.Tensor) -> int:
    """Largest difference of grey levels."""
    return int((one.int() - other.int()).abs().max())


@pytest.mark.parametrize("shape", range(len(SHAPES)))
@pytest.mark.parametrize("shift", [(0.0, 0.0), (1000.0, -500.0), (-3.0, 7.0)])
@pytest.mark.parametrize("scale", [0.001, 1.0, 17.0, 4000.0])
def test_place_and_scale_do_not_matter(shape: int, shift: tuple[float, float], scale: float) -> None:
    """The same shape anywhere and of any size gives the same canvas, up to the last digits of float32."""
    lines = [np.array(line) for line in SHAPES[shape]]
    moved = [line * scale + np.array(shift) * min(scale, 1) for line in lines]
    assert chamfer(render(parsed(lines)), render(parsed(moved))) < 0.1


@given(drawings, st.integers(-100, 100), st.integers(-100, 100), st.sampled_from([0.25, 0.5, 2.0, 8.0]))
@settings(deadline=None, max_examples=40)
def test_fitted_points_do_not_know_where_they_were(
    lines: list[list[tuple[float, float]]], right: int, down: int, scale: float
) -> None:
    """After `fit`, translation and scale are forgotten by any strokes that have an extent."""
    strokes = parsed(lines)
    points = np.concatenate(strokes.lines)
    if np.ptp(points, axis=0).max() < 1:
        return
    moved = Strokes(tuple((line * scale + (right, down)).astype(np.float32) for line in strokes.lines))
    for ours, theirs in zip(fit(strokes).lines, fit(moved).lines, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=0.5)


@given(drawings)
@settings(deadline=None, max_examples=60)
def test_the_box_is_208_and_centred(lines: list[list[tuple[float, float]]]) -> None:
    """The longer side of the fitted points' box is 208, its middle the canvas's, and angles are kept."""
    strokes = parsed(lines)
    before, after = (np.concatenate(parts).astype(np.float64) for parts in (strokes.lines, fit(strokes).lines))
    np.testing.assert_allclose((after.min(axis=0) + after.max(axis=0)) / 2, MIDDLE, atol=1e-2)
    extent, fitted = np.ptp(before, axis=0), np.ptp(after, axis=0)
    if extent.max() > 0:
        assert fitted.max() == pytest.approx(EXTENT, abs=1e-2)
        np.testing.assert_allclose(fitted, extent * (EXTENT / extent.max()), atol=1e-2)


@given(drawings)
@settings(deadline=None, max_examples=30)
def test_whatever_can_be_drawn_is_drawn(lines: list[list[tuple[float, float]]]) -> None:
    """Every drawing leaves ink within the middle 208 pixels and a line's width, and white paper around it."""
    canvas = render(parsed(lines))
    assert (canvas.dtype, tuple(canvas.shape)) == (torch.uint8, (1, SIDE, SIDE))
    top, bottom, left, right = ink_box(canvas)
    margin = math.floor((SIDE - EXTENT) / 2 - LINE_WIDTH)
    assert min(top, left) >= margin
    assert max(bottom, right) < SIDE - margin


@given(st.lists(st.lists(st.tuples(st.floats(width=32), st.floats(width=32)), max_size=4), max_size=3))
@settings(deadline=None, max_examples=100)
def test_no_numbers_crash_the_renderer(lines: list[list[tuple[float, float]]]) -> None:
    """Infinite, undefined, denormal and huge numbers are refused or drawn, and nothing else."""
    try:
        canvas = render(parsed(lines))
    except (EmptyDrawing, InvalidStrokes):
        return
    assert int(canvas.min()) < WHITE // 2


@pytest.mark.parametrize("angle", [0, 30, 45, 90])
def test_a_line_is_as_wide_as_it_should_be(angle: int) -> None:
    """The ink of a straight line is its length times 2.5, plus the round ends, at any angle."""
    end = (math.cos(math.radians(angle)), math.sin(math.radians(angle)))
    ink = float((WHITE - render(parsed([[(0, 0), end]])).float()).sum()) / WHITE
    length = EXTENT / max(abs(end[0]), abs(end[1]))
    assert ink == pytest.approx(length * LINE_WIDTH + math.pi * (LINE_WIDTH / 2) ** 2, rel=0.12)


def test_a_line_lies_where_it_should() -> None:
    """A horizontal line runs through the middle, from 24 to 232, up to half a pixel and its own width."""
    canvas = render(parsed([[(0, 0), (5, 0)]]))[0].float()
    ink = WHITE - canvas
    rows = (ink.sum(dim=1) * torch.arange(SIDE)).sum() / ink.sum()
    assert float(rows) == pytest.approx(MIDDLE, abs=0.3)
    _, _, left, right = ink_box(canvas[None].to(torch.uint8))
    assert left == pytest.approx(23, abs=1)
    assert right == pytest.approx(232, abs=1)


def test_a_dot_is_a_dot() -> None:
    """A drawing without extent is one dot in the middle, whether of one point or of many."""
    one = render(parsed([[(3, 4)]]))
    many = render(parsed([[(3, 4)] * 5, [(3, 4)]]))
    assert difference(one, many) <= 1
    assert ink_box(one) == (pytest.approx((126, 129, 126, 129), abs=1))


def test_strokes_and_a_picture_of_them_meet() -> None:
    """The same drawing as strokes and as pixels comes to lie within a line's width on the canvas."""
    for shape, lines in enumerate(SHAPES):
        assert chamfer(render(parsed(lines)), draw_ink(grey(page(shape)))) < 2.5


def test_the_order_and_direction_of_strokes_do_not_matter() -> None:
    """Drawn from the other end and in another order, it is the same drawing."""
    lines = [list(line) for line in SHAPES[1]]
    assert chamfer(render(parsed(lines)), render(parsed([line[::-1] for line in lines[::-1]]))) < 0.1


@pytest.mark.parametrize("lines", [[], [[]], [[], []]])
def test_no_point_at_all_is_empty(lines: Any) -> None:
    """Nothing drawn is an empty drawing, not a malformed one."""
    with pytest.raises(EmptyDrawing, match="at least one stroke"):
        parsed(lines)
    with pytest.raises(EmptyDrawing):
        render(Strokes(tuple(np.empty((0, 2), np.float32) for _ in lines)))


@pytest.mark.parametrize(
    "lines",
    [
        [[(1, 2, 3)]],
        [[(1,)]],
        [[1, 2]],
        [[1, 2], [3, 4]],
        [[(1, 2), (3,)]],
        [[("a", "b")]],
        [[(None, 1)]],
        [[(math.nan, 1)]],
        [[(math.inf, 1)]],
        [[(1e39, 1)]],
        [[(10**400, 1)]],
        [[[[1], [2]]]],
        [5],
        [None],
        5,
    ],
)
def test_what_is_no_pair_of_numbers_is_invalid(lines: Any) -> None:
    """Points of another length, depth or kind, and numbers that cannot be drawn, are refused in one sentence."""
    with pytest.raises(InvalidStrokes, match="pair of"):
        parsed(lines)


def test_too_many_points_are_refused_and_as_many_as_allowed_are_drawn() -> None:
    """The bound is exact."""
    angles = np.linspace(0, 40 * math.pi, MAX_POINTS)
    spiral = np.stack([np.cos(angles) * angles, np.sin(angles) * angles], axis=1).astype(np.float32)
    parse_strokes([spiral])  # type: ignore[list-item]
    with pytest.raises(InvalidStrokes, match="100,000"):
        parse_strokes([spiral, [(0, 0)]])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "line", [np.zeros((2, 3), np.float32), np.zeros(4, np.float32), np.full((2, 2), np.nan, np.float32)]
)
def test_strokes_that_bypass_the_parser_are_checked_too(line: Any) -> None:
    """The renderer checks what it is given, whoever made it."""
    for check in (check_strokes, render):
        with pytest.raises(InvalidStrokes):
            check(Strokes((line.astype(np.float32),)))


def test_neighbouring_points_are_joined() -> None:
    """Between any two points of a stroke there is ink; between two strokes there is none."""
    lines = [[(0.0, 0.0), (100.0, 0.0)], [(0.0, 100.0), (50.0, 60.0), (100.0, 100.0)]]
    strokes = fit(parsed(lines))
    canvas = render(strokes)[0]
    for line in strokes.lines:
        for start, end in pairwise(line):
            x, y = np.round((start + end) / 2).astype(int)
            assert int(canvas[y, x]) < WHITE // 2
    assert int(canvas[round(MIDDLE) - 10 : round(MIDDLE) - 4].min()) == WHITE
