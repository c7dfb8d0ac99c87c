"""The last, judged by what a foot can and cannot do."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demo import curves
from app.demo.shoes.last import Last

heels = st.floats(0, 120)
shares = st.floats(0, 1)


@given(heels, st.floats(3, 60))
def test_the_seat_stands_on_platform_and_heel(heel: float, platform: float) -> None:
    """The ball is as high as the platform, the seat higher by the heel, the toe by its spring."""
    last = Last(heel, platform, spring=7)
    assert last.rise(last.ball) == pytest.approx(platform)
    assert last.rise(1.0) == pytest.approx(platform + heel)
    assert last.rise(0.0) == pytest.approx(platform + 7)


@given(heels)
def test_a_foot_keeps_its_length(heel: float) -> None:
    """From ball to heel a foot is as long on a heel as it is flat: what it gains in height it loses on the ground."""
    last = Last(heel, 5)
    run = last.x(1.0) - last.x(last.ball)
    assert math.hypot(run, heel) == pytest.approx((1 - last.ball) * last.length)


@given(heels, shares, shares)
def test_the_foot_rises_from_ball_to_heel(heel: float, one: float, other: float) -> None:
    """Behind the ball the joint of upper and sole never falls."""
    last = Last(heel, 5)
    low, high = sorted((last.ball + (1 - last.ball) * one, last.ball + (1 - last.ball) * other))
    assert last.rise(low) <= last.rise(high) + 1e-9


@given(shares)
def test_the_near_edge_lies_below_the_far_edge(u: float) -> None:
    """Seen from above, what is nearer is lower in the picture."""
    last = Last(40, 5)
    assert last.at(u, 0, 1)[1] <= last.at(u, 0, 0)[1] <= last.at(u, 0, -1)[1]


def test_the_foot_has_no_width_at_its_ends() -> None:
    """Near and far edge meet at the toe and at the back."""
    last = Last(40, 5)
    assert last.half_width(0) == pytest.approx(0, abs=1e-9)
    assert last.half_width(1) == pytest.approx(0, abs=1e-6)


@given(st.floats(0.02, 0.3))
def test_a_pointed_toe_is_narrower(u: float) -> None:
    """Before the ball a needle toe is narrower than a square one."""
    assert Last(5, 5, point=1).half_width(u) < Last(5, 5, point=0).half_width(u)


def test_a_leg_stands_upright() -> None:
    """Places on the leg are measured from the heel's back and from the seat, whatever the heel."""
    for heel in (0, 60, 110):
        last = Last(heel, 5)
        assert last.leg(30, 100) == pytest.approx((last.x(1) - 30, 5 + heel + 100))


def test_feather_runs_from_toe_to_heel() -> None:
    """The joint begins at the tip, ends at the back and never turns round on itself in between."""
    last = Last(70, 5)
    path = last.feather(0.0)
    assert path[0] == pytest.approx((0, last.rise(0)), abs=1e-2)
    assert path[-1] == pytest.approx((last.x(1), last.rise(1)), abs=1e-2)
    assert all(a[0] < b[0] for a, b in pairwise(path))


def test_height_is_measured_upwards() -> None:
    """A higher place on a flat last is straight above a lower one."""
    last = Last(0, 5, spring=0)
    low, high = last.at(0.5, 0), last.at(0.5, 50)
    assert high[0] == pytest.approx(low[0], abs=1e-6)
    assert high[1] - low[1] == pytest.approx(50, abs=1e-6)


def test_bounds_of_a_flat_foot() -> None:
    """A flat foot is as long as its last."""
    left, _, right, _ = curves.bounds([Last(0, 5, turn=0).feather()])
    assert right - left == pytest.approx(250, abs=0.1)
