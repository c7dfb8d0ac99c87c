"""Small parts, judged by where they sit and what they are made of."""

from __future__ import annotations

import math
from collections import Counter
from random import Random

import pytest

from app.demo import curves
from app.demo.finish import Finish, darker
from app.demo.shoes import details, palette
from app.demo.shoes.shape import Bench, Form, Line, Role, Style

RED = Finish("leather", (200, 100, 50))
LOOK = palette.dress("oxford", Random(1))
RIDGE = curves.smooth([(80, 60), (110, 80), (140, 110)])


def bench() -> Bench:
    """Clear a bench."""
    return Bench("oxford", 20)


def counted(made: Bench) -> Counter[Role]:
    """Count a bench's marks by role."""
    return Counter(mark.role for mark in made.marks)


def middle(path: curves.Path) -> curves.Point:
    """Find the middle of a path's bounds."""
    left, bottom, right, top = curves.bounds([path])
    return (left + right) / 2, (bottom + top) / 2


def test_darker_keeps_the_material() -> None:
    """A darker finish is the same material with less of every colour."""
    assert darker(RED, 0.5) == Finish("leather", (100, 50, 25))


@pytest.mark.parametrize("rows", [3, 5, 9])
@pytest.mark.parametrize("metal", [True, False])
def test_lacing_has_two_bars_and_an_eyelet_a_row(rows: int, metal: bool) -> None:
    """Each row has a hole, a ring round it if it is metal, and two bars; no bow was asked for."""
    made = bench()
    details.lacing(made, RIDGE, LOOK, rows, bow=0, metal=metal)
    assert counted(made) == {Role.BUCKLE: rows * (2 if metal else 1), Role.LACE: 2 * rows}


def test_eyelets_lie_inside_the_ridge() -> None:
    """Eyelets are as far from the ridge as asked, on the shoe's side of it."""
    made = bench()
    details.lacing(made, RIDGE, LOOK, 4, inset=15, bow=0, metal=False)
    ridge = curves.resample(RIDGE, 400)
    for mark in made.marks:
        if mark.role is Role.BUCKLE:
            x, y = middle(mark.path)
            nearest = min(ridge, key=lambda point: math.dist(point, (x, y)))
            assert math.dist(nearest, (x, y)) == pytest.approx(15, abs=1)
            assert x > nearest[0]
            assert y < nearest[1]


def test_a_bow_adds_loops_ends_and_a_knot() -> None:
    """A bow has two loops and two ends, as cords, and one knot."""
    plain, bowed = bench(), bench()
    details.lacing(plain, RIDGE, LOOK, 4, bow=0)
    details.lacing(bowed, RIDGE, LOOK, 4, bow=1.0)
    added = bowed.marks[len(plain.marks) :]
    assert [isinstance(mark, Line) for mark in added] == [True] * 4 + [False]


def test_hooks_replace_the_topmost_eyelets() -> None:
    """Three hooks are three more metal parts."""
    plain, hooked = bench(), bench()
    details.lacing(plain, RIDGE, LOOK, 6, bow=0)
    details.lacing(hooked, RIDGE, LOOK, 6, bow=0, hooks=3)
    assert counted(hooked)[Role.BUCKLE] == counted(plain)[Role.BUCKLE] + 3


def test_a_ribbon_bow_is_symmetric_about_its_knot() -> None:
    """Its wings reach as far to the left as to the right."""
    made = bench()
    details.ribbon_bow(made, (50, 50), RED, 20)
    left, _, right, _ = curves.bounds([mark.path for mark in made.marks if mark.role is Role.ORNAMENT])
    assert 50 - left == pytest.approx(right - 50, abs=0.01)
    assert 16 < right - 50 < 22


@pytest.mark.parametrize(("width", "rows"), [(5.0, 0), (12.0, 2)])
def test_only_wide_straps_are_stitched(width: float, rows: int) -> None:
    """A wide strap has a row of stitches along each edge, a narrow one has none."""
    made = bench()
    details.strap(made, curves.resample([(0, 0), (60, 0)], 8), width, RED, RED)
    assert counted(made)[Role.STITCH] == rows
    for mark in made.marks[1:]:
        assert abs(middle(mark.path)[1]) < width / 2


def test_a_strap_without_stitching_has_none() -> None:
    """Stitches are drawn only if they are asked for."""
    made = bench()
    details.strap(made, curves.resample([(0, 0), (60, 0)], 8), 12, RED)
    assert counted(made) == {Role.STRAP: 1}


@pytest.mark.parametrize("shape", ["square", "round"])
@pytest.mark.parametrize("turn", [0, 40])
def test_a_buckle_sits_where_it_is_put(shape: str, turn: float) -> None:
    """Frame, opening and pin share one middle; frame and pin are metal."""
    made = bench()
    details.buckle(made, (30, 40), 12, turn, LOOK, shape)
    assert all(middle(mark.path) == pytest.approx((30, 40), abs=0.3) for mark in made.marks)
    assert [mark.finish.material for mark in made.marks][::2] == ["metal", "metal"]


@pytest.mark.parametrize("count", [1, 4])
def test_holes_are_counted(count: int) -> None:
    """A strap gets as many holes as asked, all on its middle line."""
    made = bench()
    details.holes(made, ((0.0, 0.0), (50.0, 0.0)), count)
    assert len(made.marks) == count
    assert all(middle(mark.path)[1] == pytest.approx(0, abs=0.01) for mark in made.marks)


def test_perforations_alternate() -> None:
    """A brogue's holes are large and small in turn."""
    made = bench()
    details.perforations(made, ((0.0, 0.0), (46.0, 0.0)))
    widths = [curves.bounds([mark.path])[2] - curves.bounds([mark.path])[0] for mark in made.marks]
    assert len(widths) == 10
    assert min(widths[::2]) > 1.5 * max(widths[1::2])


def test_tassels_hang_from_their_knot() -> None:
    """Two tassels reach below the knot and none above it."""
    made = bench()
    details.tassels(made, (50, 50), RED, 30)
    ornaments = [mark for mark in made.marks if mark.role is Role.ORNAMENT]
    assert len(ornaments) == 3
    assert curves.bounds([mark.path for mark in ornaments])[1] < 25
    assert curves.bounds([mark.path for mark in ornaments])[3] < 60


def test_a_zip_runs_from_end_to_end() -> None:
    """Teeth stand along the tape, and the puller hangs at its top."""
    made = bench()
    details.zipper(made, ((50.0, 10.0), (50.0, 100.0)), LOOK)
    tape, *teeth, puller = made.marks
    assert curves.bounds([tape.path]) == (50, 10, 50, 100)
    assert len(teeth) == round(90 / 2.9)
    assert 80 < middle(puller.path)[1] < 100


def test_ribs_of_elastic_stay_inside_it() -> None:
    """Every rib is clipped by the gore, and by what the gore lies in."""
    made = bench()
    gore = curves.box((50, 50), 30, 40)
    limit = curves.box((50, 50), 80, 80)
    with made.inside(limit):
        details.elastic(made, gore, RED, 8)
    ribs = [mark for mark in made.marks if isinstance(mark, Line)]
    assert len(ribs) == 7
    assert {mark.within for mark in ribs} == {(limit, gore)}
    assert {mark.style for mark in ribs} == {Style.GROOVE}
    assert made.marks[0].role is Role.ELASTIC


def test_a_pull_tab_stands_at_its_foot() -> None:
    """The loop starts at the place it is sewn to and stands out to the right of it."""
    made = bench()
    details.pull_tab(made, (200, 120), RED, 20)
    left, bottom, right, top = curves.bounds([made.marks[0].path])
    assert left < 200 < right
    assert bottom < 120 < top
    assert top - bottom < 32


def test_parts_are_lit_on_their_own() -> None:
    """A buckle's frame is round by itself, not as the shoe is."""
    made = bench()
    details.buckle(made, (0, 0), 10, 0, LOOK)
    assert all(mark.form is Form.OWN for mark in made.marks if not isinstance(mark, Line))
