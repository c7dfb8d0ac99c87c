"""Patterns of closed uppers, low and high."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.demo import curves
from app.demo.shoes import closed, courts, palette, pattern
from app.demo.shoes.last import Last
from app.demo.shoes.shape import Bench, Form, Role

LOOK = palette.dress("oxford", Random(5))
LAST = Last(20, 8)
PATTERNS = {
    "court": courts.low_pattern(LAST, courts.Cut()),
    "low": closed.low_pattern(LAST, closed.LowCut()),
    "ankle": closed.shaft_pattern(LAST, closed.Shaft(120)),
    "calf": closed.shaft_pattern(LAST, closed.Shaft(320, calf=12)),
}
each = pytest.mark.parametrize("cut", PATTERNS.values(), ids=PATTERNS.keys())


@each
def test_curves_meet(cut: pattern.Pattern) -> None:
    """The ridge ends where both edges of the opening begin, and these end where the back ends."""
    assert cut.ridge[-1] == pytest.approx(cut.near[0], abs=0.01)
    assert cut.near[0] == cut.far[0]
    assert cut.near[-1] == cut.far[-1] == pytest.approx(cut.back[-1], abs=0.01)
    assert cut.ridge[0] == pytest.approx(LAST.at(0, 0), abs=0.01)
    assert cut.back[0] == pytest.approx(LAST.at(1, 0), abs=0.01)


@each
def test_one_looks_into_the_opening(cut: pattern.Pattern) -> None:
    """Seen from above, the far edge of the opening lies above the near one."""
    near, far = np.asarray(curves.resample(cut.near, 50)), np.asarray(curves.resample(cut.far, 50))
    assert (far[5:-5, 1] > near[5:-5, 1]).all()


@each
def test_the_outline_encloses_the_side(cut: pattern.Pattern) -> None:
    """The near side has a foot's area at least, and reaches from the tip to the back."""
    x, y = np.asarray(cut.outline).T
    area = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
    assert area > 7000
    assert x.min() < 0
    assert x.max() > LAST.x(1.0) - 1


@each
@pytest.mark.parametrize("u", [0.1, 0.3])
def test_places_lie_between_sole_and_edge(cut: pattern.Pattern, u: float) -> None:
    """Share 0 is on the sole, share 1 on the upper's edge, and between them height grows evenly."""
    low, half, high = (cut.place(u, share) for share in (0.0, 0.5, 1.0))
    assert low == pytest.approx(LAST.at(u, 0, 1.0))
    assert half[1] == pytest.approx((low[1] + high[1]) / 2)
    assert high[1] > low[1] + 10


@given(st.floats(90, 400), st.floats(-10, 25), st.floats(-10, 30))
@settings(max_examples=40)
def test_a_shaft_is_as_high_as_asked(height: float, calf: float, slope: float) -> None:
    """The back of the opening is as high above the seat as asked, its front higher by the slope."""
    cut = closed.shaft_pattern(LAST, closed.Shaft(height, calf=calf, slope=slope))
    assert cut.back[-1][1] == pytest.approx(LAST.rise(1.0) + height, abs=0.01)
    assert cut.ridge[-1][1] == pytest.approx(LAST.rise(1.0) + height + slope, abs=0.01)
    assert cut.back[-1][0] == pytest.approx(LAST.x(1.0) - 3 + calf, abs=0.01)


@given(st.floats(0, 1), st.floats(20, 40))
def test_toes_are_as_tall_as_asked(blunt: float, tall: float) -> None:
    """A toe reaches its height before the throat, bluntly or not, and starts at the sole."""
    line = np.asarray(pattern.toe_line(Last(0, 5, spring=0), tall, blunt, 0.3, tall + 10))
    assert line[0] == pytest.approx((0, 5))
    assert line[-1, 1] == pytest.approx(5 + tall + 10, abs=0.01)
    assert (np.diff(line[:, 1]) > -0.3).all()


def test_a_blunt_toe_is_fuller() -> None:
    """Near the tip a blunt toe is taller than a sharp one."""
    blunt, sharp = (np.asarray(pattern.toe_line(LAST, 30, value, 0.3, 40)) for value in (1.0, 0.0))
    assert np.interp(8, *_rising(blunt)) > np.interp(8, *_rising(sharp)) + 2


@pytest.mark.parametrize("u", [0.15, 0.2])
def test_a_cap_lies_before_its_edge(u: float) -> None:
    """A toe cap is clipped by the upper, and nothing of it lies behind its edge."""
    bench = Bench("oxford", 20)
    cut = PATTERNS["low"]
    edge = closed.toe_cap(bench, cut, LOOK.second, u)
    cap = bench.marks[0]
    assert (cap.role, cap.within) == (Role.TOE_CAP, (cut.outline,))
    assert curves.bounds([cap.path])[2] == pytest.approx(max(x for x, _ in edge), abs=0.01)


def test_a_rear_panel_lies_behind_its_edge() -> None:
    """A heel patch is clipped by the upper, and nothing of it lies before its edge."""
    bench = Bench("oxford", 20)
    cut = PATTERNS["low"]
    edge = cut.trace([(0.85, -0.2), (0.86, 0.5), (0.88, 1.2)])
    closed.rear(bench, cut, Role.PANEL, LOOK.second, edge)
    assert curves.bounds([bench.marks[0].path])[0] == pytest.approx(min(x for x, _ in edge), abs=0.01)


def test_a_tongue_stands_out_of_the_opening() -> None:
    """The tongue reaches beyond the end of the ridge by about its height."""
    bench = Bench("oxford", 20)
    cut = PATTERNS["low"]
    closed.tongue(bench, cut, LOOK.upper, 20, 0.5)
    assert 10 < curves.bounds([bench.marks[0].path])[3] - cut.ridge[-1][1] < 32


def test_a_facing_follows_the_ridge() -> None:
    """The strip for the eyelets is clipped by the upper; the ridge part it follows ends at the throat."""
    bench = Bench("oxford", 20)
    cut = PATTERNS["low"]
    ridge = closed.facing(bench, cut, LOOK.upper, 0.5, 18, LOOK)
    assert ridge[-1] == pytest.approx(cut.ridge[-1], abs=0.01)
    assert [mark.role for mark in bench.marks] == [Role.PANEL, Role.STITCH]
    assert all(mark.within == (cut.outline,) for mark in bench.marks)


@each
def test_laying_an_upper(cut: pattern.Pattern) -> None:
    """Inside first, then the upper; both forms get a volume."""
    bench = Bench("oxford", 20)
    pattern.volume(bench, cut)
    pattern.inside(bench, cut, LOOK)
    pattern.upper(bench, cut, LOOK)
    assert [mark.role for mark in bench.marks] == [Role.LINING, Role.SEAM, Role.UPPER, Role.SEAM]
    assert {form for form, _ in bench.volumes} == {Form.UPPER, Form.INSIDE}


def _rising(line: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut off what of a toe overhangs its tip."""
    kept = line[line[:, 0].argmin() :]
    return kept[:, 0], kept[:, 1]
