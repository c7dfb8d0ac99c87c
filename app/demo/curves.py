"""Plane curves: the pencil strokes every shoe is made of. Points are (x, y) in millimetres, y grows upwards."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

Point: TypeAlias = tuple[float, float]
Path: TypeAlias = tuple[Point, ...]


def path_of(points: Iterable[Sequence[float]] | NDArray[np.float64]) -> Path:
    """Freeze points, rounded to a micrometre so that equal shapes compare equal."""
    array = np.asarray(points if isinstance(points, np.ndarray) else list(points), dtype=np.float64)
    return tuple(map(tuple, np.round(array, 3).tolist()))


def smooth(points: Sequence[Point], *, closed: bool = False, steps: int = 10) -> Path:
    """Run a centripetal Catmull-Rom curve through every point; it neither loops nor overshoots at uneven spacing."""
    knots = np.asarray(points, dtype=np.float64)
    if closed:
        padded = np.concatenate([knots[-1:], knots, knots[:2]])
    else:
        padded = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    gaps = np.maximum(np.linalg.norm(np.diff(padded, axis=0), axis=1), 1e-6)[:, None] ** 0.5
    slopes = np.diff(padded, axis=0) / gaps
    tangents = slopes[:-1] - (padded[2:] - padded[:-2]) / (gaps[:-1] + gaps[1:]) + slopes[1:]
    start, end, span = padded[1:-2], padded[2:-1], gaps[1:-1]
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * start[:, None]
        + (t**3 - 2 * t**2 + t) * (tangents[:-1] * span)[:, None]
        + (3 * t**2 - 2 * t**3) * end[:, None]
        + (t**3 - t**2) * (tangents[1:] * span)[:, None]
    ).reshape(-1, 2)
    return path_of(curve if closed else np.concatenate([curve, knots[-1:]]))


def join(*paths: Sequence[Point]) -> Path:
    """Lay paths one after the other, dropping a point that repeats the one before."""
    joined: list[Point] = []
    for path in paths:
        joined.extend(path[1:] if joined and path and _near(joined[-1], path[0]) else path)
    return tuple(joined)


def reverse(path: Sequence[Point]) -> Path:
    """Walk the path the other way."""
    return tuple(reversed(path))


def shift(path: Sequence[Point], dx: float, dy: float) -> Path:
    """Move every point by the same vector."""
    return path_of((x + dx, y + dy) for x, y in path)


def length(path: Sequence[Point]) -> float:
    """Sum the path's segments."""
    return sum(math.dist(a, b) for a, b in pairwise(path))


def at(path: Sequence[Point], fraction: float) -> Point:
    """Find the point a share of the way along the path."""
    return part(path, fraction, fraction)[0]


def part(path: Sequence[Point], begin: float, end: float) -> Path:
    """Cut out the stretch between two shares of the path's length."""
    points = np.asarray(path, dtype=np.float64)
    travelled = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    total = max(float(travelled[-1]), 1e-9)
    wanted = np.array([begin, end]) * total
    inner = travelled[(travelled > wanted[0] + 1e-6) & (travelled < wanted[1] - 1e-6)]
    marks = np.concatenate([wanted[:1], inner, wanted[1:]])
    return path_of(np.stack([np.interp(marks, travelled, points[:, axis]) for axis in (0, 1)], axis=1))


def resample(path: Sequence[Point], count: int) -> Path:
    """Place points at equal distances along the path."""
    points = np.asarray(path, dtype=np.float64)
    travelled = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    marks = np.linspace(0, travelled[-1], count)
    return path_of(np.stack([np.interp(marks, travelled, points[:, axis]) for axis in (0, 1)], axis=1))


def offset(path: Sequence[Point], distance: float) -> Path:
    """Draw the parallel to an open path, to its left for a positive distance."""
    points = np.asarray(path, dtype=np.float64)
    direction = np.gradient(points, axis=0)
    direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-9)
    return path_of(points + distance * np.stack([-direction[:, 1], direction[:, 0]], axis=1))


def dashes(path: Sequence[Point], dash: float, gap: float) -> tuple[Path, ...]:
    """Cut the path into equal dashes with gaps between them."""
    total = length(path)
    count = max(1, round(total / (dash + gap)))
    share = dash / (dash + gap)
    return tuple(part(path, index / count, (index + share) / count) for index in range(count))


def ribbon(path: Sequence[Point], width: float | Sequence[float]) -> Path:
    """Give a centre line a width: the closed outline of a band, wide as one number or as numbers along it."""
    points = np.asarray(resample(path, max(len(path), 8)), dtype=np.float64)
    widths = np.interp(np.linspace(0, 1, len(points)), *_spread(width))
    direction = np.gradient(points, axis=0)
    direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-9)
    normal = np.stack([-direction[:, 1], direction[:, 0]], axis=1) * widths[:, None] / 2
    return path_of(np.concatenate([points + normal, (points - normal)[::-1]]))


def ellipse(centre: Point, across: float, along: float, turn: float = 0.0, count: int = 24) -> Path:
    """Draw an ellipse with the two half axes, turned by an angle in degrees."""
    angle = np.linspace(0, 2 * math.pi, count, endpoint=False)
    x, y = across * np.cos(angle), along * np.sin(angle)
    cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    return path_of(np.stack([centre[0] + x * cosine - y * sine, centre[1] + x * sine + y * cosine], axis=1))


def box(centre: Point, width: float, height: float, turn: float = 0.0, rounding: float = 0.25) -> Path:
    """Draw a rectangle with rounded corners, turned by an angle in degrees."""
    angle = np.linspace(0, 2 * math.pi, 32, endpoint=False) + math.pi / 32
    power = max(rounding, 0.05)
    x = width / 2 * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    y = height / 2 * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power
    cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    return path_of(np.stack([centre[0] + x * cosine - y * sine, centre[1] + x * sine + y * cosine], axis=1))


def bounds(paths: Iterable[Sequence[Point]]) -> tuple[float, float, float, float]:
    """Find left, bottom, right and top of everything."""
    points = np.concatenate([np.asarray(path, dtype=np.float64) for path in paths])
    (left, bottom), (right, top) = points.min(axis=0), points.max(axis=0)
    return float(left), float(bottom), float(right), float(top)


def _near(one: Point, other: Point) -> bool:
    return math.dist(one, other) < 1e-6  # noqa: PLR2004


def _spread(width: float | Sequence[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    values = np.atleast_1d(np.asarray(width, dtype=np.float64))
    return np.linspace(0, 1, len(values)), values


def turn(degrees: float) -> Point:
    """Give the direction of an angle, counted from the right, anticlockwise."""
    return math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
