"""The canvas: lines of one width, judged against the distance from the centre line."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.sketch import SPEC
from models.sketch.canvas import EXTENT, LINE_WIDTH, SIDE, WHITE, draw_lines


@given(st.lists(st.tuples(st.integers(0, SIDE - 1), st.integers(0, SIDE - 1)), min_size=1, max_size=4))
@settings(deadline=None, max_examples=15)
def test_every_pixel_by_its_distance(points: list[tuple[int, int]]) -> None:
    """A pixel is paper in the measure in which the nearest centre point is farther away than half a line, by loops."""
    lines = np.zeros((SIDE, SIDE), np.bool_)
    for row, column in points:
        lines[row, column] = True
    canvas = draw_lines(lines)
    assert (canvas.dtype, tuple(canvas.shape)) == (torch.uint8, (1, SIDE, SIDE))
    for row, column in [*points, *((row + 1, column) for row, column in points), (0, 0), (100, 30)]:
        if row < SIDE:
            distance = min(((row - other) ** 2 + (column - side) ** 2) ** 0.5 for other, side in points)
            expected = min(max(distance - (LINE_WIDTH - 1) / 2, 0), 1) * WHITE
            assert int(canvas[0, row, column]) == pytest.approx(expected, abs=1)


def test_no_lines_leave_the_paper_white() -> None:
    """Where nothing is to be drawn nothing is drawn."""
    assert (draw_lines(np.zeros((SIDE, SIDE), np.bool_)) == WHITE).all()


def test_a_straight_line_has_the_width() -> None:
    """The ink of a straight line, summed across it, is 2.5 pixels."""
    lines = np.zeros((SIDE, SIDE), np.bool_)
    lines[100] = True
    ink = (WHITE - draw_lines(lines)[0].float()).sum(dim=0) / WHITE
    torch.testing.assert_close(ink, torch.full((SIDE,), LINE_WIDTH), atol=0.02, rtol=0)


def test_the_margin_survives_the_crops_of_both_networks() -> None:
    """Ink as far out as it can lie, with its line's width, is within the central 224 pixels."""
    assert EXTENT + 2 * LINE_WIDTH < 224


def test_a_query_is_seen_from_both_sides() -> None:
    """The views of a drawing are itself and its mirror image, so mirroring a drawing only swaps them."""
    drawing = torch.randint(0, 256, (1, SIDE, SIDE), dtype=torch.uint8, generator=torch.Generator().manual_seed(3))
    views, mirrored = SPEC.query_views(drawing), SPEC.query_views(drawing.flip(-1))
    assert views.shape == (2, *SPEC.query_shape)
    assert torch.equal(views[0], drawing)
    assert torch.equal(views.flip(0), mirrored)
