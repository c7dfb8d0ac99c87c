"""Soles and heels, judged by the ground they stand on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demo import curves
from app.demo.finish import Finish
from app.demo.shoes import soles
from app.demo.shoes.last import Last
from app.demo.shoes.shape import Bench, Role

BLACK = Finish("rubber", (30, 30, 30))


@given(st.floats(0, 1), st.floats(5, 50))
def test_a_flat_sole_lies_on_the_ground(u: float, platform: float) -> None:
    """The underside is on the ground between ball and heel, above it at the toe, and never below or above the foot."""
    last = Last(10, platform)
    height = soles.standing(last)(u)
    assert 0 <= height <= last.rise(u)
    if last.ball <= u <= 0.85:
        assert height == 0


@given(st.floats(0, 1), st.floats(20, 110), st.floats(5, 40))
def test_a_thin_sole_follows_the_foot(u: float, heel: float, platform: float) -> None:
    """A following sole is never thicker than the platform nor thinner than its shank."""
    last = Last(heel, platform)
    thickness = last.rise(u) - soles.following(last, 4.0)(u)
    assert min(4.0, platform) - 1e-9 <= thickness <= max(4.0, platform) + 1e-9


@given(st.floats(0, 1), st.floats(0, 1))
def test_between_goes_from_underside_to_foot(u: float, share: float) -> None:
    """A height between underside and foot is their weighted mean, plus a lift."""
    last = Last(30, 20)
    under = soles.standing(last)
    expected = (1 - share) * under(u) + share * last.rise(u) + 2
    assert soles.between(last, under, share, 2)(u) == pytest.approx(expected)


@pytest.mark.parametrize(
    "form",
    [
        soles.HeelForm(),
        soles.HeelForm(tip=45, power=1.0),
        soles.HeelForm(tip=9, power=6, hollow=5),
        soles.HeelForm(flare=10),
    ],
    ids=["plain", "block", "needle", "flared"],
)
@pytest.mark.parametrize("height", [20, 60, 110])
def test_a_heel_reaches_from_the_seat_to_the_ground(form: soles.HeelForm, height: float) -> None:
    """A heel ends at the ground, give or take the depth seen from above, and begins at the seat."""
    last = Last(height, 5)
    _, bottom, _, top = curves.bounds([soles.heel_path(last, form)])
    assert -last.drop(0.86) - 1e-6 <= bottom <= 0.1
    assert top == pytest.approx(last.rise(1.0), abs=6)


def test_the_tip_is_as_wide_as_asked() -> None:
    """At the ground a heel is as wide as its tip."""
    path = soles.heel_path(Last(90, 5), soles.HeelForm(tip=12))
    low = sorted(path, key=lambda point: point[1])[:2]
    assert abs(low[0][0] - low[1][0]) == pytest.approx(12, abs=0.01)


def test_a_sharper_power_makes_a_thinner_heel() -> None:
    """On the same seat and the same tip, a needle covers less than a block."""

    def area(power: float) -> float:
        x, y = np.asarray(soles.heel_path(Last(90, 5), soles.HeelForm(tip=10, power=power))).T
        return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2

    assert area(6) < 0.8 * area(1.2)


def test_a_slab_spans_the_foot_and_its_reach() -> None:
    """A sole is as long as the foot and what it reaches beyond it at both ends."""
    last = Last(5, 20, turn=0)
    left, _, right, _ = curves.bounds([soles.slab(last, soles.standing(last), 4.0)])
    assert left == pytest.approx(-4, abs=0.1)
    assert right == pytest.approx(last.x(1) + 4, abs=0.1)


def test_tread_hangs_below_the_sole() -> None:
    """Every lug reaches below the underside it hangs on, and there are as many as the pitch asks."""
    last = Last(5, 20)
    bench = Bench("sneaker", 25)
    soles.tread(bench, last, soles.standing(last), BLACK, 25, 5)
    assert len(bench.marks) == round(last.x(1) * 0.94 / 25)
    assert {mark.role for mark in bench.marks} == {Role.SOLE}
    assert all(curves.bounds([mark.path])[1] < 0 for mark in bench.marks if 0.35 < mark.path[0][0] / 250 < 0.8)


@given(st.floats(0, 1), st.floats(30, 100))
def test_a_wedge_fills_the_space_under_the_foot(u: float, heel: float) -> None:
    """The underside of a wedge stays between ground and foot, hollow or not."""
    last = Last(heel, 20)
    for hollow in (0.0, 12.0):
        assert 0 <= soles.wedge_under(last, 0.6, hollow)(u) <= last.rise(u)
