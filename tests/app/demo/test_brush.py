"""Windows, covers and edges, against geometry."""

from __future__ import annotations

import numpy as np
import pytest

from app.demo import brush, curves
from app.demo.brush import View

VIEW = View(2.0, 10.0, 90.0, 100, 100)
SQUARE = ((5.0, 5.0), (25.0, 5.0), (25.0, 25.0), (5.0, 25.0))


def test_millimetres_fall_where_the_view_says() -> None:
    """The origin lies at left and bottom, x grows to the right and y upwards."""
    assert VIEW.place([(0, 0), (5, 0), (0, 5)]).tolist() == [[10, 90], [20, 90], [10, 80]]


@pytest.mark.parametrize("radius", [4.0, 7.5, 12.0])
def test_a_cover_has_the_area_of_its_outline(radius: float) -> None:
    """Covered pixels sum to the area, edges by their share, within a ring of half a fine pixel."""
    window = brush.cover(curves.ellipse((20, 20), radius, radius, count=90), (), VIEW)
    wanted = np.pi * (2 * radius) ** 2
    assert abs(float(window.cover.sum()) - wanted) < 2 * np.pi * 2 * radius * 0.5
    assert window.cover.min() == 0
    assert window.cover.max() == 1


def test_a_window_holds_its_mark_and_the_rim_asked_for() -> None:
    """The window reaches as far around the mark as was asked, and lies where the mark is."""
    for spread in (2.0, 9.0):
        window = brush.cover(SQUARE, (), VIEW, spread)
        assert (window.left, window.top) == (20 - spread, 40 - spread)
        assert window.cover.shape == (40 + 2 * spread, 40 + 2 * spread)


def test_nothing_shows_outside_what_it_lies_within() -> None:
    """A half of the square lies within the other outline, and that half alone is covered."""
    half = ((0.0, 0.0), (15.0, 0.0), (15.0, 30.0), (0.0, 30.0))
    whole, cut = (float(brush.cover(SQUARE, within, VIEW).cover.sum()) for within in ((), (half,)))
    assert cut == pytest.approx(whole / 2, rel=0.03)


def test_a_mark_beside_the_picture_is_cut_off() -> None:
    """What lies outside the picture does no harm and leaves a window inside it."""
    for shift in (-400.0, 400.0):
        window = brush.cover(curves.shift(SQUARE, shift, 0), (), VIEW)
        rows, columns = window.place
        assert np.zeros((VIEW.height, VIEW.width))[rows, columns].shape == window.cover.shape
        assert window.cover.sum() == 0


def test_edges_look_away_from_the_middle() -> None:
    """A rounded part looks to the left at its left, to the right at its right, up at its top, and at us in between."""
    cover = brush.cover(SQUARE, (), VIEW, 6.0).cover
    nx, ny = brush.rounded(cover, 3.0, 4.6)
    middle = cover.shape[0] // 2
    assert nx[middle, 6] < -0.2 < 0.2 < nx[middle, -7]
    assert ny[6, middle] < -0.2 < 0.2 < ny[-7, middle]
    assert abs(nx[middle, middle]) < 0.01
    assert np.hypot(nx, ny).max() <= 1


def test_shadows_fall_on_what_is_covered_only() -> None:
    """A raised edge darkens what lies under it, and never the ground."""
    canvas, covered = np.ones((100, 100, 3), np.float32), np.zeros((100, 100), np.float32)
    covered[:, :40] = 1
    brush.drop(canvas, covered, brush.cover(SQUARE, (), VIEW), 3.0)
    assert canvas[:, 40:].min() == 1
    assert canvas[60, 30, 0] < 0.8
