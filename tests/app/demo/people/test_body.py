"""Bodies, against geometry: nothing stretches, whoever walks stands on the ground, and turning is turning."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from app.demo.people.body import Body, Pose, Seen, hull, limb
from app.demo.people.person import Build

BUILD = Build(1800, 1.0, 1.0, 1.0)
PHASES = [index / 8 for index in range(8)]
PLACES = [(30.0, 900.0, 50.0), (-200.0, 40.0, -90.0), (0.0, 1750.0, 120.0), (110.0, 1300.0, 0.0)]


def body(yaw: float = 0, phase: float = 0, stride: float = 1, tilt: float = 0) -> Body:
    """Put somebody of usual proportions into a pose."""
    return Body(BUILD, Pose(yaw, phase, stride, tilt))


@pytest.mark.parametrize(
    ("yaw", "across", "towards"), [(0, 1.0, 2.0), (90, 2.0, -1.0), (180, -1.0, -2.0), (270, -2.0, 1.0)]
)
def test_quarter_turns(yaw: float, across: float, towards: float) -> None:
    """Facing the camera, x goes to the right and z towards it; every quarter turn moves them on."""
    seen = body(yaw).see(1, 5, 2)
    assert seen == pytest.approx((across, 5, towards))


def test_looking_down_lowers_what_is_near() -> None:
    """By the sine of the tilt, and shortens what stands upright by its cosine."""
    seen = body(tilt=30).see(0, 100, 40)
    assert seen.y == pytest.approx(100 * math.cos(math.radians(30)) - 40 * 0.5)


@pytest.mark.parametrize("yaw", [0, 33, 118, 251])
def test_turning_keeps_distances(yaw: float) -> None:
    """From whichever side one looks, places are as far apart, counted in all three directions."""
    for one, other in product(PLACES, repeat=2):
        seen = math.dist(body(yaw).see(*one), body(yaw).see(*other))
        assert seen == pytest.approx(math.dist(one, other))


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("yaw", [0, 75])
def test_bones_do_not_stretch(phase: float, yaw: float) -> None:
    """Thigh, shank, upper arm and forearm are as long in every phase of a step as when one stands."""
    walking, standing = body(yaw, phase), body(yaw, phase, 0)
    for side in (-1, 1):
        for bones in (Body.leg, Body.arm):
            moved, still = bones(walking, side), bones(standing, side)
            for joint in range(2):
                assert math.dist(moved[joint], moved[joint + 1]) == pytest.approx(
                    math.dist(still[joint], still[joint + 1]), rel=1e-3
                )


@pytest.mark.parametrize("stride", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("phase", PHASES)
def test_one_foot_is_on_the_ground(phase: float, stride: float) -> None:
    """Whatever the step, the lower ankle is as high as an ankle is, and the other is not below it."""
    walking = body(phase=phase, stride=stride)
    ankles = [walking.leg(side)[2].y for side in (-1, 1)]
    assert min(ankles) == pytest.approx(0.04 * BUILD.stature)


@pytest.mark.parametrize("phase", PHASES)
def test_the_other_leg_is_half_a_step_away(phase: float) -> None:
    """Half a step later the left leg is where the right one was, mirrored."""
    now, later = body(phase=phase), body(phase=phase + 0.5)
    for one, other in zip(now.leg(1), later.leg(-1), strict=True):
        assert (one.x, one.y, one.towards) == pytest.approx((-other.x, other.y, other.towards))


def test_arms_swing_against_the_legs() -> None:
    """When a knee is in front, the hand of its side is behind that of the other side."""
    walking = body(phase=0.25)
    assert walking.leg(1)[1].towards > walking.leg(-1)[1].towards
    assert walking.arm(1)[2].towards < walking.arm(-1)[2].towards


def test_a_telephone_is_held_up() -> None:
    """The wrist of a raised arm is above its elbow, that of the other arm below; a loaded arm is not raised."""
    calling = Body(BUILD, Pose(0, 0, 0, 0, raised=1))
    assert calling.arm(1)[2].y > calling.arm(1)[1].y
    assert calling.arm(-1)[2].y < calling.arm(-1)[1].y
    assert calling.arm(1, loaded=True)[2].y < calling.arm(1, loaded=True)[1].y


@pytest.mark.parametrize(("yaw", "column"), [(0, 0), (180, 0), (90, 1), (270, 1)])
def test_cloth_is_as_wide_as_the_trunk_and_its_ease(yaw: float, column: int) -> None:
    """From the front one sees twice the half width, from the side twice the half depth, and the ease at both sides."""
    turned = body(yaw)
    for share in (0.52, 0.62, 0.74):
        strip = np.asarray(turned.wrap((share, share + 1e-3), (25, 25)))
        assert np.ptp(strip[:, 0]) == pytest.approx(2 * (turned.girdle(share)[column] + 25), rel=0.03)


def test_the_sides_of_a_trunk_are_seen_from_their_side() -> None:
    """The breastbone shows from the front, the spine from behind, and places on the trunk agree with its width."""
    assert body(0).faces(0)
    assert not body(180).faces(0)
    assert body(180).faces(180)
    assert body(0).on(90, 0.7, 10).x == pytest.approx(body(0).girdle(0.7, 10)[0])


def test_a_hull_holds_its_balls_and_is_convex() -> None:
    """No ball's rim is outside, and every corner turns the same way."""
    balls = [(Seen(0, 0, 0), 10.0), (Seen(60, 20, 0), 4.0), (Seen(20, 70, 0), 6.0)]
    path = np.asarray(hull(balls))
    edges = np.roll(path, -1, axis=0) - path
    following = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0]
    assert (turns > -1e-6).all()
    for centre, radius in balls:
        reach = edges[:, 0] * (centre.y - path[:, 1]) - edges[:, 1] * (centre.x - path[:, 0])
        assert (reach / np.linalg.norm(edges, axis=1)).min() > 0.9 * radius


def test_a_limb_is_as_wide_as_asked() -> None:
    """A straight limb has its widths, and a stretch of it the part of them that belongs there."""
    joints = [Seen(0, 100, 0), Seen(0, 50, 0), Seen(0, 0, 0)]
    path = np.asarray(limb(joints, (30, 20, 10)))
    assert np.ptp(path[:, 0]) == pytest.approx(30)
    lower = np.asarray(limb(joints, (30, 20, 10), 0.5, 1.0))
    assert np.ptp(lower[:, 0]) == pytest.approx(20)
    assert lower[:, 1].max() == pytest.approx(50, abs=1)
