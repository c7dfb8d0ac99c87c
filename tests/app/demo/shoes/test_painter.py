"""Pictures of shoes, judged by looking at their pixels."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from numpy.typing import NDArray

from app.demo.finish import Finish
from app.demo.shoes.catalogue import KINDS, draft
from app.demo.shoes.painter import frame, paint, shape_bounds
from app.demo.shoes.shape import Bench, Form, Role, ShoeShape, Style

RED = Finish("nubuck", (200, 30, 30))
BLUE = Finish("nubuck", (30, 40, 200))
SIZE = 192
GROUND = 250


def pixels(shape: ShoeShape, size: int = SIZE) -> NDArray[np.int64]:
    """Paint and look."""
    return np.asarray(paint(shape, size)).astype(np.int64)


def plate(*marks: tuple[float, Finish]) -> Bench:
    """Lay squares of a finish, each smaller by what is asked, on top of each other."""
    bench = Bench("pump", 5)
    for inset, finish in marks:
        far = 100 - inset
        square = ((inset, inset), (far, inset), (far, far), (inset, far))
        bench.fill(Role.UPPER, square, finish, Form.UPPER)
        bench.volume(Form.UPPER, square)
    return bench


def colour_at(picture: NDArray[np.int64], x: float, y: float) -> NDArray[np.int64]:
    """Look at a place given in shares of the picture."""
    size = picture.shape[0]
    pixel: NDArray[np.int64] = picture[int(y * size), int(x * size)]
    return pixel


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_shoe_is_the_same_picture(kind: str) -> None:
    """Painting twice gives the same bytes."""
    digests = {hashlib.sha256(paint(draft(kind, 7)[0], SIZE).tobytes()).hexdigest() for _ in range(2)}
    assert len(digests) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_shoe_has_room_on_all_sides(kind: str) -> None:
    """Nothing is clipped: a margin of white surrounds every shoe, and the shoe fills what it leaves."""
    for number in range(3):
        dark = np.argwhere(pixels(draft(kind, number)[0]).min(axis=2) < 215)
        low, high = dark.min(axis=0), dark.max(axis=0)
        assert min(low.min(), (SIZE - 1 - high).min()) >= 0.04 * SIZE
        assert (high - low).max() > 0.7 * SIZE


@pytest.mark.parametrize("kind", KINDS)
def test_the_ground_is_white(kind: str) -> None:
    """The corners and the whole upper border are pure white."""
    picture = pixels(draft(kind, 3)[0])
    assert (picture[0] == 255).all()
    assert (picture[-1, [0, -1]] >= GROUND).all()


@pytest.mark.parametrize("kind", ["sneaker", "pump", "boot", "oxford", "wedge", "ballerina"])
def test_the_higher_half_is_the_right_one(kind: str) -> None:
    """With the toe at the left, a closed shoe reaches higher in the picture's right half."""
    dark = pixels(draft(kind, 5)[0]).min(axis=2) < 215
    columns = np.flatnonzero(dark.any(axis=0))
    toe, heel = columns[: len(columns) // 6], columns[-len(columns) // 3 :]
    assert dark[:, heel].any(axis=1).argmax() <= dark[:, toe].any(axis=1).argmax()


@pytest.mark.parametrize("size", [64, 200, 512])
def test_the_picture_has_the_size_asked(size: int) -> None:
    """A picture is square, RGB, and as large as asked."""
    picture = paint(draft("pump", 0)[0], size)
    assert (picture.size, picture.mode) == ((size, size), "RGB")


def test_sizes_show_the_same_shoe() -> None:
    """Painted large and reduced, or painted small: much the same picture."""
    shape = draft("boot", 1)[0]
    large = np.asarray(paint(shape, 512).resize((128, 128))).astype(float)
    small = np.asarray(paint(shape, 128)).astype(float)
    assert np.abs(large - small).mean() < 4


def test_what_is_laid_later_lies_on_top() -> None:
    """A blue square on a red one is blue in the middle and red around it."""
    picture = pixels(plate((0, RED), (30, BLUE)).finish())
    middle, ring = colour_at(picture, 0.5, 0.5), colour_at(picture, 0.2, 0.5)
    assert middle[2] > 2 * middle[0]
    assert ring[0] > 2 * ring[2]


def test_nothing_shows_outside_its_limit() -> None:
    """A surface clipped to the left half leaves the right half as it was."""
    bench = plate((0, RED))
    with bench.inside(((0.0, 0.0), (50.0, 0.0), (50.0, 100.0), (0.0, 100.0))):
        bench.fill(Role.PANEL, ((-90.0, -90.0), (190.0, -90.0), (190.0, 190.0), (-90.0, 190.0)), BLUE, Form.UPPER)
    picture = pixels(bench.finish())
    assert colour_at(picture, 0.3, 0.5)[2] > 150
    assert colour_at(picture, 0.7, 0.5)[0] > 150
    assert (colour_at(picture, 0.03, 0.5) == 255).all()


def test_two_limits_leave_what_lies_in_both() -> None:
    """Clipped to the left half and to the lower half, a panel shows in the lower left quarter alone."""
    bench = plate((0, RED))
    left = ((0.0, 0.0), (50.0, 0.0), (50.0, 100.0), (0.0, 100.0))
    low = ((0.0, 0.0), (100.0, 0.0), (100.0, 50.0), (0.0, 50.0))
    with bench.inside(left), bench.inside(low):
        bench.fill(Role.PANEL, ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)), BLUE, Form.UPPER)
    picture = pixels(bench.finish())
    blue = {(x, y): bool(colour_at(picture, x, y)[2] > 150) for x in (0.3, 0.7) for y in (0.3, 0.7)}
    assert blue == {(0.3, 0.7): True, (0.3, 0.3): False, (0.7, 0.7): False, (0.7, 0.3): False}


def test_light_comes_from_above() -> None:
    """The upper rim of a cushion is brighter than its lower rim."""
    grey = Finish("nubuck", (140, 140, 140))
    picture = pixels(plate((0, grey)).finish(), 256)
    assert picture[30:40, 100:150].mean() > picture[-46:-36, 100:150].mean() + 10


def test_a_raised_edge_throws_a_shadow_on_the_shoe_and_not_on_the_ground() -> None:
    """Below a raised square the red plate is darker; beside the plate the ground stays white."""
    flat, raised = plate((0, RED)), plate((0, RED))
    square = ((30.0, 30.0), (70.0, 30.0), (70.0, 70.0), (30.0, 70.0))
    flat.fill(Role.PANEL, square, BLUE, Form.UPPER)
    raised.fill(Role.PANEL, square, BLUE, Form.UPPER, 3.0)
    without, shaded = pixels(flat.finish()), pixels(raised.finish())
    assert colour_at(shaded, 0.5, 0.685).sum() < colour_at(without, 0.5, 0.685).sum() - 15
    assert (shaded[: SIZE // 12] == 255).all()


@pytest.mark.parametrize("style", list(Style))
def test_every_style_of_line_leaves_a_trace(style: Style) -> None:
    """A line in any style changes what it is drawn over, and only near itself."""
    bench = plate((0, RED))
    before = pixels(bench.finish())
    bench.draw(Role.SEAM, ((20.0, 50.0), (80.0, 50.0)), BLUE, style, 3.0)
    changed = np.abs(pixels(bench.finish()) - before).max(axis=2) > 12
    rows = np.flatnonzero(changed.any(axis=1))
    assert rows.size > 0
    assert abs(rows.mean() - SIZE / 2) < 5
    assert np.ptp(rows) < 0.12 * SIZE


def test_a_seam_beside_the_shoe_is_not_drawn() -> None:
    """Seams and stitches need leather under them."""
    bench = plate((0, RED))
    before = pixels(bench.finish())
    bench.draw(Role.SEAM, ((40.0, 50.0), (60.0, 50.0)), BLUE, Style.SEAM, 2.0)
    bench.draw(Role.STITCH, ((2.0, 2.0), (2.0, 98.0)), BLUE, Style.STITCH, 2.0)
    after = pixels(bench.finish())
    outside = before.min(axis=2) > GROUND
    assert np.array_equal(before[outside], after[outside])


def test_the_frame_fits_wide_and_tall_shoes() -> None:
    """Millimetres are scaled alike in both directions, so that the shoe just fits, in the middle."""
    for kind in ("flip-flop", "boot"):
        shape = draft(kind, 2)[0]
        left, bottom, right, top = shape_bounds(shape)
        (x1, y1), (x2, y2) = frame(shape, 512).place([(left, bottom), (right, top)])
        assert max(x2 - x1, y1 - y2) == pytest.approx(512 * 0.83, abs=0.01)
        assert (x1 + x2, y1 + y2) == pytest.approx((512, 512), abs=0.01)


def test_a_shoe_shows_the_colour_of_its_upper() -> None:
    """The most part of a boot's shaft is near the colour the look gave its upper."""
    for number in range(6):
        shape, look = draft("chelsea boot", number)
        picture = pixels(shape)
        dark = np.argwhere(picture.min(axis=2) < 215)
        (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0)
        patch = picture[int(0.55 * top + 0.45 * bottom), int(0.5 * left + 0.5 * right) :][: SIZE // 12]
        assert np.abs(np.median(patch, axis=0) - look.upper.colour).max() < 60
