"""The last: the form of a foot at a heel height, on which every upper and every sole is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.demo.curves import path_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.demo.curves import Path, Point


@dataclass(frozen=True)
class Last:
    """A foot's form seen from the side, slightly from above (`tilt`) and slightly from the front (`turn`).

    Places on it are given as `u`, the share of the way from toe tip (0) to heel (1), and `v`, the height above the line
    where upper and sole meet; so one pattern fits a flat shoe and a stiletto alike.
    """

    heel: float
    platform: float
    spring: float = 8.0
    length: float = 250.0
    ball: float = 0.33
    width: float = 92.0
    point: float = 0.5
    tilt: float = 0.2
    turn: float = 0.22

    def x(self, u: float) -> float:
        """Place `u` on the ground; a steep foot is a shorter one."""
        if u <= self.ball:
            return u * self.length
        back = (1 - self.ball) * self.length
        return self.ball * self.length + (u - self.ball) / (1 - self.ball) * math.sqrt(back**2 - self.heel**2)

    def rise(self, u: float) -> float:
        """Height of the joint between upper and sole, in the middle of the foot."""
        if u <= self.ball:
            return self.platform + self.spring * math.pow((self.ball - max(u, 0.0)) / self.ball, 2.0)
        t = min((u - self.ball) / (1 - self.ball), 1.0)
        return self.platform + self.heel * (0.42 * math.pow(t, 1.5) + 0.58 * t * t * (3 - 2 * t))

    def half_width(self, u: float) -> float:
        """Half the foot's width at `u`; `point` narrows the toe from square (0) to a needle (1)."""
        u = min(max(u, 0.0), 1.0)
        if u < self.ball:
            share = u / self.ball
            blunt = math.pow(1 - (1 - share) ** 2, 0.3 + 0.45 * self.point)
            return self.width / 2 * blunt
        t = (u - self.ball) / (1 - self.ball)
        waist = 1 - 0.3 * math.sin(min(t, 1.0) * math.pi / 2) - 0.12 * math.sin(t * math.pi)
        ending = math.sqrt(max(0.0, 1 - ((u - 0.86) / 0.14) ** 2)) if u > 0.86 else 1.0  # noqa: PLR2004 - where the heel rounds
        return self.width / 2 * waist * ending

    def drop(self, u: float) -> float:
        """How far below the middle the near edge appears, because it is seen from above."""
        return self.tilt * self.half_width(u)

    def at(self, u: float, v: float, side: float = 0.0, lean: float = 0.45) -> Point:
        """Place a point at `u` and height `v`, on the near edge (side 1), the ridge (0) or the far edge (-1)."""
        step = 0.01
        slope = (self.rise(u + step) - self.rise(u - step)) / (self.x(u + step) - self.x(u - step))
        norm = math.hypot(1.0, slope * lean)
        x = self.x(u) - v * slope * lean / norm + side * self.turn * self.half_width(u)
        return x, self.rise(u) + v / norm - side * self.drop(u)

    def leg(self, forward: float, height: float) -> Point:
        """Place a point by its distance before the heel's back and its height above the seat: shafts stand upright."""
        return self.x(1.0) - forward, self.rise(1.0) + height

    def ground(self, u: float, height: float, side: float = 1.0) -> Point:
        """Place a point below the foot at a height over the ground."""
        return self.x(u) + side * self.turn * self.half_width(u), height - side * self.drop(u)

    def trace(self, places: Sequence[tuple[float, float]], side: float = 0.0, lean: float = 0.45) -> list[Point]:
        """Place several (u, v) pairs on the same side."""
        return [self.at(u, v, side, lean) for u, v in places]

    def feather(self, side: float = 1.0, begin: float = 0.0, end: float = 1.0, v: float = 0.0) -> Path:
        """Follow the joint between upper and sole from toe to heel."""
        count = max(6, round(44 * (end - begin)))
        shares = [begin + (end - begin) * index / count for index in range(count + 1)]
        if begin == 0.0:
            shares[1:1] = [0.003, 0.01]
        if end == 1.0:
            shares[-1:-1] = [0.99, 0.997]
        return path_of(self.at(u, v, side) for u in shares)
