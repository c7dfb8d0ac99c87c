"""Placements: one move and one size, there and back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.contracts import Strokes
from models.sketch.canvas import SIDE
from models.sketch.placement import PAGE, place, place_on_page
from models.sketch.strokes import fit
from tests.models.sketch.polylines import drawings, largest_side, strokes_of


@given(drawings(), st.floats(-50, 50), st.floats(1, 500))
@settings(deadline=None, max_examples=50)
def test_the_box_is_centred_and_as_large_as_asked(strokes: Strokes, middle: float, extent: float) -> None:
    """Both axes are centred, and the longer side of the box has the extent, if the drawing has one at all."""
    placement = place(strokes, middle, extent)
    placed = np.concatenate([placement.there(line) for line in strokes.lines])
    np.testing.assert_allclose((placed.min(axis=0) + placed.max(axis=0)) / 2, middle, atol=1e-6)
    if largest_side(strokes) > 0:
        assert np.ptp(placed, axis=0).max() == pytest.approx(extent)


@given(drawings())
@settings(deadline=None, max_examples=50)
def test_there_and_back(strokes: Strokes) -> None:
    """What was carried onto the page comes back as it was, and all distances grow alike."""
    placement = place_on_page(strokes)
    lines = [placement.there(line) for line in strokes.lines]
    for line, placed in zip(strokes.lines, lines, strict=True):
        assert placement.back(placed).dtype == np.float32
        np.testing.assert_allclose(placement.back(placed), line, atol=1e-4)
        ends = math.dist(placed[0].tolist(), placed[-1].tolist())
        assert ends == pytest.approx(placement.scale * math.dist(line[0].tolist(), line[-1].tolist()), abs=1e-6)


@given(drawings())
@settings(deadline=None, max_examples=30)
def test_page_and_canvas_show_the_same(strokes: Strokes) -> None:
    """The page is the canvas in another size: relative to the middle, points lie at the same share of the side."""
    placement = place_on_page(strokes)
    if largest_side(strokes) == 0:
        return
    for placed, fitted in zip(strokes.lines, fit(strokes).lines, strict=True):
        shares = (placement.there(placed) - PAGE / 2) / PAGE
        np.testing.assert_allclose(shares, (fitted - (SIDE - 1) / 2) / SIDE, atol=1e-5)


def test_a_dot_is_moved_into_the_middle() -> None:
    """Without extent there is no size to change, and lines without points do not count."""
    placement = place_on_page(strokes_of([[], [(3, 5)]]))
    assert placement.scale == 1
    np.testing.assert_array_equal(placement.there(np.array([[3.0, 5.0], [4.0, 5.0]])), [[400, 400], [401, 400]])
