"""A body in space, walking or standing, and how a camera sees it.

Body coordinates are millimetres: `x` to the right of the picture for somebody who faces the camera, `y` up from the
ground, `z` forward. What the camera sees has x to the right, y up, and how far something is towards the camera.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.spatial import ConvexHull

from app.demo import curves

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.demo.curves import Path, Point
    from app.demo.people.person import Build

# Height, half width, half depth and how far in front of the spine, in shares of the stature, from the crotch upwards.
_TRUNK = np.array(
    [
        (0.00, 0.080, 0.062, -0.004),
        (0.45, 0.080, 0.062, -0.004),
        (0.52, 0.098, 0.070, -0.008),
        (0.62, 0.083, 0.058, 0.004),
        (0.74, 0.102, 0.068, 0.008),
        (0.800, 0.116, 0.052, 0.000),
        (0.822, 0.085, 0.042, -0.002),
        (0.850, 0.034, 0.034, 0.000),
    ]
)
_SHOULDER, _WAIST, _HIP = 0.78, 0.62, 0.52
_UPPER_ARM, _FOREARM, _THIGH, _SHANK, _ANKLE = 0.170, 0.150, 0.245, 0.235, 0.040
_HIP_JOINT = 0.050
_STRIDE = 27.0


class Seen(NamedTuple):
    """A place as the camera sees it, in millimetres."""

    x: float
    y: float
    towards: float

    @property
    def point(self) -> Point:
        """Where it is in the picture."""
        return self.x, self.y


@dataclass(frozen=True)
class Pose:
    """How somebody stands before a camera.

    Attributes:
        yaw: degrees; 0 faces the camera, 90 walks to the right of the picture, 180 shows the back.
        phase: of the step, 0 to 1.
        stride: 0 stands, 1 walks briskly.
        tilt: degrees by which the camera looks down.
        raised: arm that is bent as if it held a telephone: -1 or 1, 0 for neither.
    """

    yaw: float
    phase: float
    stride: float
    tilt: float
    raised: int = 0


@dataclass(frozen=True)
class Body:
    """Somebody's proportions in a pose."""

    build: Build
    pose: Pose

    def see(self, x: float, y: float, z: float) -> Seen:
        """Look at a place of the body."""
        turn, tilt = math.radians(self.pose.yaw), math.radians(self.pose.tilt)
        across = x * math.cos(turn) + z * math.sin(turn)
        towards = z * math.cos(turn) - x * math.sin(turn)
        return Seen(across, y * math.cos(tilt) - towards * math.sin(tilt), towards)

    def at(self, share: float) -> float:
        """Height, in millimetres, at a share of the stature; a walking body bobs a little."""
        return share * self.build.stature - self._drop

    def girdle(self, share: float, ease: float = 0.0) -> tuple[float, float, float]:
        """Half width, half depth and shift forward of the trunk at a height, with `ease` of cloth around it, in mm."""
        stature = self.build.stature
        width, depth, forward = (float(np.interp(share, _TRUNK[:, 0], _TRUNK[:, column])) for column in (1, 2, 3))
        high = float(np.interp(share, (_HIP, _WAIST, _SHOULDER), (self.build.hips, 1.0, self.build.shoulders)))
        return (
            width * stature * self.build.girth * high + ease,
            depth * stature * self.build.girth**1.4 + ease,
            forward * stature,
        )

    def on(self, azimuth: float, share: float, ease: float = 0.0) -> Seen:
        """Look at a place on the trunk: azimuth 0 is the breastbone, 180 the spine, 90 the side at positive x."""
        width, depth, forward = self.girdle(share, ease)
        angle = math.radians(azimuth)
        return self.see(width * math.sin(angle), self.at(share), depth * math.cos(angle) + forward)

    def faces(self, azimuth: float) -> bool:
        """Tell whether that side of the trunk is turned to the camera."""
        return math.cos(math.radians(azimuth + self.pose.yaw)) > 0

    def wrap(self, shares: Sequence[float], eases: Sequence[float]) -> Path:
        """Outline cloth around the trunk, from the first height to the last; `eases` in millimetres for each."""
        turn = math.radians(self.pose.yaw)
        right, left = [], []
        for share, ease in zip(shares, eases, strict=True):
            width, depth, forward = self.girdle(share, ease)
            half = math.hypot(width * math.cos(turn), depth * math.sin(turn))
            x, y, _ = self.see(0, self.at(share), forward)
            right.append((x + half, y))
            left.append((x - half, y))
        return curves.join(curves.smooth(right, steps=5), curves.reverse(curves.smooth(left, steps=5)))

    def leg(self, side: int) -> tuple[Seen, Seen, Seen]:
        """Hip, knee and ankle of the leg at negative or positive x."""
        hip, knee, ankle = (self.see(x, y - self._drop, z) for x, y, z in self._leg(side))
        return hip, knee, ankle

    def foot(self, side: int, heel: float = 0.0) -> tuple[Seen, Seen, Seen]:
        """Heel, ball and toe, on the sole; `heel` is how high that of the shoe is, in millimetres."""
        stature = self.build.stature
        ankle = self._leg(side)[2]
        pitch = math.radians(38 * self.pose.stride * max(0.0, -self._swing(side)) ** 2)
        splay = 0.16 * side

        def sole(forward: float, down: float) -> Seen:
            along = forward * math.cos(pitch) - down * math.sin(pitch)
            below = down * math.cos(pitch) + forward * math.sin(pitch)
            return self.see(ankle[0] + splay * along, ankle[1] - below - self._drop, ankle[2] + along)

        down = _ANKLE * stature * 0.9
        return sole(-0.026 * stature, down - heel), sole(0.075 * stature, down), sole(0.112 * stature, down)

    def arm(self, side: int, *, loaded: bool = False) -> tuple[Seen, Seen, Seen]:
        """Shoulder, elbow and wrist; a loaded arm hangs straight."""
        stature = self.build.stature
        swing = -self._swing(side) * self.pose.stride * (6 if loaded else 26)
        bend = 6.0 if loaded else 14.0 + 26.0 * self.pose.stride * (0.4 + 0.6 * max(0.0, -self._swing(side)))
        if self.pose.raised == side and not loaded:
            swing, bend = 22.0, 105.0
        width = self.girdle(_SHOULDER)[0]
        shoulder = (side * (width - 0.012 * stature), _SHOULDER * stature, 0.0)
        outward = 0.10 * self.build.girth
        elbow = _reach(shoulder, _UPPER_ARM * stature, swing, side * outward)
        wrist = _reach(elbow, _FOREARM * stature, swing + bend, side * 0.02)
        first, second, third = (self.see(x, y - self._drop, z) for x, y, z in (shoulder, elbow, wrist))
        return first, second, third

    @property
    def head(self) -> tuple[float, float, float]:
        """Centre of the head in body coordinates."""
        return 0.0, self.at(0.932), 0.016 * self.build.stature

    def _swing(self, side: int) -> float:
        return math.sin(2 * math.pi * self.pose.phase + (0 if side > 0 else math.pi))

    def _leg(self, side: int) -> tuple[tuple[float, float, float], ...]:
        stature, stride = self.build.stature, self.pose.stride
        step = 2 * math.pi * self.pose.phase + (0 if side > 0 else math.pi)
        thigh = _STRIDE * stride * math.sin(step) + 4 * stride
        # A leg that swings forward bends its knee, and so does one that pushes off.
        bend = 3 + stride * (44 * max(0.0, math.cos(step)) ** 1.5 + 14 * max(0.0, -math.sin(step)))
        hip = (side * _HIP_JOINT * stature * self.build.hips, 0.52 * stature, 0.0)
        knee = _reach(hip, _THIGH * stature, thigh, side * 0.015)
        ankle = _reach(knee, _SHANK * stature, thigh - bend, side * 0.015)
        return hip, knee, ankle

    @cached_property
    def _drop(self) -> float:
        """How far a step brings the body down, so that the lower foot stands on the ground."""
        return min(self._leg(side)[2][1] for side in (-1, 1)) - _ANKLE * self.build.stature


def hull(balls: Iterable[tuple[Seen | Point, float]]) -> Path:
    """Outline what balls of a radius span, as a skin around them."""
    angles = np.linspace(0, 2 * math.pi, 14, endpoint=False)
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = np.concatenate([np.asarray(centre[:2]) + radius * ring for centre, radius in balls])
    return curves.path_of(points[ConvexHull(points).vertices])


def limb(joints: Sequence[Seen], widths: Sequence[float], begin: float = 0.0, end: float = 1.0) -> Path:
    """Outline a stretch of an arm or a leg, wide as numbers along the whole of it, in millimetres."""
    course = curves.smooth([joint.point for joint in joints], steps=6)
    places = np.linspace(begin, end, 9)
    return curves.ribbon(
        curves.resample(curves.part(course, begin, end), 9),
        [float(width) for width in np.interp(places, np.linspace(0, 1, len(widths)), widths)],
    )


def _reach(
    start: tuple[float, float, float], length: float, swing: float, outward: float
) -> tuple[float, float, float]:
    """Go a length down from a joint, swung forward by degrees and outward by a share of the length."""
    angle = math.radians(swing)
    down = math.sqrt(1 - outward**2) * length
    return start[0] + outward * length, start[1] - math.cos(angle) * down, start[2] + math.sin(angle) * down
