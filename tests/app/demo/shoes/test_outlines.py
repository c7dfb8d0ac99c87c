"""Line drawings and their distance, judged by plain geometry."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from app.demo import curves
from app.demo.finish import Finish
from app.demo.shoes import outlines
from app.demo.shoes.catalogue import KINDS, draft
from app.demo.shoes.painter import shape_bounds
from app.demo.shoes.shape import Bench, Form, Role, ShoeShape, Style

RED = Finish("leather", (200, 20, 20))


def square(low: float, high: float) -> curves.Path:
    """Draw a square on the diagonal."""
    return ((low, low), (high, low), (high, high), (low, high))


def layers(*paths: curves.Path) -> ShoeShape:
    """Lay surfaces on each other."""
    bench = Bench("pump", 5)
    for path in paths:
        bench.fill(Role.UPPER, path, RED, Form.OWN)
    return bench.finish()


def placed(shape: ShoeShape) -> NDArray[np.float64]:
    """Points along a shoe's lines, closely set, its frame scaled to one."""
    left, bottom, right, top = shape_bounds(shape)
    scale = outlines.ROOM / outlines.SIDE / max(right - left, top - bottom)
    middle = np.array([(left + right) / 2, (bottom + top) / 2])
    dense = [curves.resample(path, max(2, round(curves.length(path)))) for path in outlines.outline(shape)]
    points: NDArray[np.float64] = (np.concatenate([np.asarray(path) for path in dense]) - middle) * scale
    return points


def apart(one: ShoeShape, other: ShoeShape) -> float:
    """Tell two shoes apart without pixels: points of one that are far from every point of the other."""
    a, b = placed(one), placed(other)
    alone = [np.mean(cKDTree(p).query(q)[0] > outlines.CLOSE) for p, q in ((a, b), (b, a))]
    return float(np.mean(alone))


def test_the_outline_of_a_square_is_its_border() -> None:
    """A single surface is drawn round once."""
    paths = outlines.outline(layers(square(0, 100)))
    assert sum(map(curves.length, paths)) == pytest.approx(400, rel=0.02)


def test_a_part_behind_another_is_not_drawn() -> None:
    """What a later surface covers wholly leaves no line."""
    paths = outlines.outline(layers(square(30, 60), square(0, 100)))
    assert sum(map(curves.length, paths)) == pytest.approx(400, rel=0.02)


def test_a_part_before_another_is_drawn() -> None:
    """A smaller square on a larger one adds its own border."""
    paths = outlines.outline(layers(square(0, 100), square(30, 60)))
    assert sum(map(curves.length, paths)) == pytest.approx(520, rel=0.03)


def test_stitches_and_small_parts_are_left_out() -> None:
    """Nobody draws single stitches or eyelets."""
    bench = Bench("pump", 5)
    bench.fill(Role.UPPER, square(0, 100), RED, Form.OWN)
    before = outlines.outline(bench.finish())
    bench.stitch([(10.0, 50.0), (90.0, 50.0)], RED)
    bench.fill(Role.BUCKLE, square(40, 43), RED, Form.OWN)
    assert outlines.outline(bench.finish()) == before


def test_a_clipped_line_ends_at_its_limit() -> None:
    """Of a seam that is clipped to the left half, half is drawn."""
    bench = Bench("pump", 5)
    bench.fill(Role.UPPER, square(0, 100), RED, Form.OWN)
    with bench.inside(((0.0, 0.0), (50.0, 0.0), (50.0, 100.0), (0.0, 100.0))):
        bench.draw(Role.SEAM, [(10.0, 50.0), (90.0, 50.0)], RED, Style.SEAM, 1)
    assert sum(map(curves.length, outlines.outline(bench.finish()))) == pytest.approx(440, rel=0.03)


@pytest.mark.parametrize("kind", KINDS)
def test_lines_stay_within_the_shoe(kind: str) -> None:
    """Every line of a drawing lies within what shows of the shoe."""
    shape = draft(kind, 1)[0]
    left, bottom, right, top = shape_bounds(shape)
    low_x, low_y, high_x, high_y = curves.bounds(outlines.outline(shape))
    slack = 4.0
    assert left - slack <= low_x <= high_x <= right + slack
    assert bottom - slack <= low_y <= high_y <= top + slack


def test_a_shoe_is_not_apart_from_itself() -> None:
    """The distance to itself is nothing."""
    drawn = outlines.drawing(draft("pump", 0)[0])
    assert outlines.apart(drawn, drawn) == 0


def test_apart_is_symmetric() -> None:
    """It does not matter which drawing is named first."""
    one, other = (outlines.drawing(draft("boot", number)[0]) for number in (0, 1))
    assert outlines.apart(one, other) == outlines.apart(other, one)
    assert 0 < outlines.apart(one, other) <= 1


def test_size_and_place_do_not_tell_shoes_apart() -> None:
    """A square is the same square twice as large and elsewhere."""
    one, other = (outlines.drawing(layers(square(*ends))) for ends in ((0, 100), (300, 500)))
    assert outlines.apart(one, other) == 0


def test_a_square_and_a_disc_are_told_apart() -> None:
    """How much of a square and of the circle in it lies far from the other is what geometry says."""
    plate, disc = layers(square(0, 100)), layers(curves.ellipse((50, 50), 50, 50, count=360))
    close = outlines.CLOSE * outlines.SIDE / outlines.ROOM * 100
    # Walking along a side from its middle, and along the circle from where it touches, as far as the other stays close.
    side = math.sqrt((50 + close) ** 2 - 50**2) / 50
    arc = math.acos(1 - close / 50) / (math.pi / 4)
    expected = 1 - (side + arc) / 2
    assert apart(plate, disc) == pytest.approx(expected, abs=0.02)
    assert outlines.apart(outlines.drawing(plate), outlines.drawing(disc)) == pytest.approx(expected, abs=0.08)


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_and_points_agree(kind: str) -> None:
    """The distance by pixels is the distance by points, within what a pixel can tell."""
    one, other = (draft(kind, number)[0] for number in (2, 9))
    assert outlines.apart(outlines.drawing(one), outlines.drawing(other)) == pytest.approx(apart(one, other), abs=0.13)
