"""Pasted pictures and heat in boxes, against closed forms and plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.pasting import FEWEST_PIXELS, SPREAD, Box, centred, heat_share, paste, peak_inside
from models.images import Picture

shares = st.floats(0, 1)


def plain(height: int, width: int, level: int) -> Picture:
    """A picture of one grey."""
    return Picture(np.full((height, width, 3), level, np.uint8))


@pytest.mark.parametrize("beneath", [(30, 60), (700, 500)])
@pytest.mark.parametrize("above", [(10, 40), (90, 20)])
@pytest.mark.parametrize("share", [0.25, 0.45, 1.0])
@pytest.mark.parametrize("place", [(0.0, 0.0), (0.3, 0.8), (1.0, 1.0)])
def test_the_box_is_where_the_pasted_picture_is(
    beneath: tuple[int, int], above: tuple[int, int], share: float, place: tuple[float, float]
) -> None:
    """Pixel by pixel; its larger side takes the share, its proportions stay, and it lies as far along as is said."""
    made, box = paste(plain(*beneath, 200), plain(*above, 20), share, place)
    assert min(made.width, made.height) >= FEWEST_PIXELS
    assert made.width / made.height == pytest.approx(beneath[1] / beneath[0], rel=0.01)
    down, across = (((np.arange(count) + 0.5) / count).tolist() for count in (made.height, made.width))
    # Whether a point lies in a box is decided for each direction alone.
    inside = np.outer([box.holds(box.left, y) for y in down], [box.holds(x, box.top) for x in across])
    assert ((made.rgb == 20).all(axis=2) == inside).all()
    assert ((made.rgb == 200).all(axis=2) != inside).all()
    assert box.area == pytest.approx(inside.mean())
    wide, high = box.right - box.left, box.bottom - box.top
    assert max(wide, high) == pytest.approx(share, abs=0.01)
    assert wide * made.width / (high * made.height) == pytest.approx(above[1] / above[0], rel=0.05)
    assert box.left == pytest.approx(place[0] * (1 - wide), abs=0.003)
    assert box.top == pytest.approx(place[1] * (1 - high), abs=0.003)


@given(st.tuples(shares, shares).map(sorted), st.tuples(shares, shares).map(sorted))
def test_the_same_heat_everywhere_has_the_boxs_share(across: list[float], down: list[float]) -> None:
    """Whatever the box: that makes the measure 1."""
    box = Box(across[0], down[0], across[1], down[1])
    assert heat_share(np.full((9, 7), 0.3), box) == pytest.approx(box.area, abs=1e-12)


def test_places_count_by_the_part_that_the_box_covers() -> None:
    """A loop over fine points of a random heat finds nearly as much."""
    heat = np.random.default_rng(1).random((3, 4))
    box = Box(0.2, 0.15, 0.83, 0.6)
    points = (np.arange(1200) + 0.5) / 1200
    inside = [heat[int(3 * y), int(4 * x)] for y in points[::10] for x in points[::10] if box.holds(x, y)]
    assert heat_share(heat, box) == pytest.approx(sum(inside) / len(points[::10]) ** 2 / heat.mean(), abs=0.01)
    assert heat_share(heat, Box(0, 0, 1, 1)) == pytest.approx(1)
    assert heat_share(heat, Box(0.25, 1 / 3, 0.75, 1)) == pytest.approx(heat[1:, 1:3].sum() / heat.sum())


def test_the_peak_is_in_the_box_with_its_middle() -> None:
    """The hottest place may be cut: what counts is where its middle lies."""
    heat = np.ones((4, 4))
    heat[1, 2] = 2
    assert peak_inside(heat, Box(0.6, 0.3, 0.65, 0.4))
    assert not peak_inside(heat, Box(0.63, 0.3, 0.9, 0.4))
    assert not peak_inside(heat, Box(0, 0.5, 1, 1))


def test_no_heat_is_nowhere() -> None:
    """Neither a share of it nor its peak lies in any box."""
    nothing, everywhere = np.zeros((3, 3)), Box(0, 0, 1, 1)
    assert heat_share(nothing, everywhere) == 0
    assert not peak_inside(nothing, everywhere)


def test_who_looks_at_the_middle_sees_a_gaussian() -> None:
    """Its values are those of the formula at the middles of the places, the highest in the middle."""
    found = centred((3, 5))
    for y, x in np.ndindex(3, 5):
        away = ((y + 0.5) / 3 - 0.5) ** 2 + ((x + 0.5) / 5 - 0.5) ** 2
        assert found[y, x] == pytest.approx(math.exp(-away / (2 * SPREAD**2)))
    assert found[1, 2] == found.max() == 1
