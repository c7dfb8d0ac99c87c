"""Straps over a foot that one does not see."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demo import curves
from app.demo.shoes import palette
from app.demo.shoes.last import Last
from app.demo.shoes.shape import Bench, Form, Role, Surface
from app.demo.shoes.straps import Strapping, hoop, instep, open_shoe

LAST = Last(40, 6, tilt=0.24)
LOOK = palette.dress("sandal", Random(3))
places = st.floats(0.12, 0.6)


def laid(strapping: Strapping) -> Bench:
    """Put straps on a bench as a shoe does."""
    bench = Bench("sandal", 40)
    open_shoe(bench, strapping)
    strapping.lay(bench)
    return bench


@given(st.floats(0, 0.65), st.floats(0, 0.65))
def test_the_instep_rises_towards_the_ankle(one: float, other: float) -> None:
    """A foot is never lower nearer to the leg."""
    low, high = sorted((one, other))
    assert instep(low) <= instep(high)


@given(places, places)
def test_a_hoop_starts_at_one_edge_and_ends_at_the_other(near: float, far: float) -> None:
    """The near half starts at the near edge, the far half at the far edge, and they meet over the middle."""
    front, behind = hoop(LAST, near, far)
    top = LAST.at((near + far) / 2, instep((near + far) / 2))
    assert front[0] == pytest.approx(LAST.at(near, -5, 1.0), abs=0.01)
    assert behind[0] == pytest.approx(LAST.at(far, 0, -0.95), abs=0.01)
    assert behind[-1] == pytest.approx(top, abs=0.01)
    assert min(abs(x - top[0]) + abs(y - top[1]) for x, y in front) < 0.01


def test_far_halves_are_painted_before_near_ones() -> None:
    """What is behind the foot never covers what is before it."""
    strapping = Strapping(LAST, LOOK)
    for u in (0.2, 0.25):
        strapping.band(u, u, 10)
    marks = [mark for mark in laid(strapping).marks if mark.role is Role.STRAP]
    assert len(marks) == 4
    heights = [curves.bounds([mark.path])[1] for mark in marks]
    assert max(heights[2:]) < min(heights[:2])


def test_the_footbed_comes_first() -> None:
    """The foot's surface lies under every strap."""
    strapping = Strapping(LAST, LOOK)
    strapping.band(0.3, 0.3, 10)
    assert laid(strapping).marks[0].role is Role.FOOTBED


def test_an_ankle_strap_goes_round_the_leg() -> None:
    """Its near half hangs below its far half, and both have the leg's width."""
    strapping = Strapping(LAST, LOOK)
    strapping.ankle(70, 8, front=84, buckled=False)
    far, near = (next(m for m in b.marks if m.role is Role.STRAP) for b in (strapping.behind, strapping.front))
    left, low, right, _ = curves.bounds([near.path])
    assert low < curves.bounds([far.path])[1]
    assert right - left == pytest.approx(84, abs=8)


@pytest.mark.parametrize("buckled", [True, False])
def test_buckles_are_fastened_when_asked(buckled: bool) -> None:
    """A buckled strap has metal on it, another has none."""
    strapping = Strapping(LAST, LOOK)
    strapping.sling(0.55, 50, 9, buckled=buckled)
    assert any(mark.role is Role.BUCKLE for mark in strapping.front.marks) == buckled


def test_a_counter_stands_on_the_seat() -> None:
    """The cup reaches from the seat to the height asked, at the back of the shoe."""
    strapping = Strapping(LAST, LOOK)
    strapping.counter(60, 0.85)
    left, _, _, top = curves.bounds([strapping.front.marks[0].path])
    assert top == pytest.approx(LAST.rise(1.0) + 60, abs=1)
    assert left > LAST.x(0.8)


def test_a_bar_ends_where_it_is_led() -> None:
    """A bar led to a place on the leg reaches it."""
    strapping = Strapping(LAST, LOOK)
    strapping.bar(0.2, 0.5, 8, (84, 70))
    x, y = LAST.leg(84, 70)
    _, _, right, top = curves.bounds([strapping.front.marks[0].path])
    assert right == pytest.approx(x, abs=6)
    assert top == pytest.approx(y, abs=6)


@pytest.mark.parametrize("peep", [0.0, 0.13])
def test_a_vamp_covers_the_front_and_leaves_the_back_open(peep: float) -> None:
    """A vamp ends behind its throat, lets its lining show, and is lit as an upper."""
    strapping = Strapping(LAST, LOOK)
    outline = strapping.vamp(0.35, 50, 0.5, 28, 0.5, peep)
    left, _, right, _ = curves.bounds([outline])
    assert left < 2
    assert right < LAST.x(0.5) + 15
    assert [mark.role for mark in strapping.far_marks()] == [Role.LINING, Role.SEAM]
    upper = next(mark for mark in strapping.front.marks if isinstance(mark, Surface))
    assert upper.path == outline
    assert bool(upper.within) == bool(peep)
    assert [form for form, _ in strapping.front.volumes] == [Form.UPPER]


def test_straps_alone_have_a_volume_to_be_lit_by() -> None:
    """A shoe of straps gets an upper's volume, a shoe with a vamp keeps the one it has."""
    bare, covered = Strapping(LAST, LOOK), Strapping(LAST, LOOK)
    covered.vamp(0.35, 50, 0.5, 28, 0.5)
    for strapping in (bare, covered):
        assert [form for form, _ in laid(strapping).volumes].count(Form.UPPER) == 1
