"""The lines an artist would draw of a shoe, and how far two such drawings are apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from app.demo import curves
from app.demo.shoes.painter import shape_bounds
from app.demo.shoes.shape import Role, Surface

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.demo.curves import Path
    from app.demo.shoes.shape import Line, ShoeShape
    from app.demo.textures import Field

# What is too small or too fine for a drawing by hand.
_LEFT_OUT = {Role.STITCH, Role.GROOVE}
_SMALL = 6.0
# Lines this near to each other, in sides of the frame, pass for the same line: 8 pixels of 512.
CLOSE = 1 / 64
SIDE = 96
ROOM = 88
_FINE = 224


@dataclass(frozen=True)
class Drawing:
    """A shoe as a small drawing: where its lines run, and how far each pixel is from one, in sides of the frame."""

    lines: NDArray[np.bool_]
    distance: Field


def outline(shape: ShoeShape) -> tuple[Path, ...]:
    """Draw the shoe: every edge that is not hidden behind another part, in millimetres."""
    marks = [mark for mark in shape.marks if mark.role not in _LEFT_OUT and _large(mark)]
    left, bottom, right, top = shape_bounds(shape)
    scale = (_FINE - 8) / max(right - left, top - bottom)
    origin = np.array([left, top])
    order = _top_marks(marks, origin, scale)
    paths: list[Path] = []
    for index, mark in enumerate(marks):
        closed = (*mark.path, mark.path[0]) if isinstance(mark, Surface) else mark.path
        dense = curves.resample(closed, max(8, round(curves.length(closed) / 3)))
        pixels = _pixels(dense, origin, scale)
        seen = _seen(order, pixels, index)
        for outlines in mark.within:
            seen &= _inside(outlines, pixels, origin, scale)
        paths.extend(_runs(dense, seen))
    return tuple(paths)


def drawing(shape: ShoeShape) -> Drawing:
    """Reduce a shoe to a small drawing that fills its frame, to be compared."""
    left, bottom, right, top = shape_bounds(shape)
    scale = ROOM / max(right - left, top - bottom)
    corner = np.array([SIDE / 2 - (left + right) / 2 * scale, SIDE / 2 + (bottom + top) / 2 * scale])

    def place(path: Path) -> list[tuple[float, float]]:
        points = np.asarray(path) * (scale, -scale) + corner
        return [(float(x), float(y)) for x, y in points]

    ink = Image.new("1", (SIDE, SIDE))
    pen = ImageDraw.Draw(ink)
    for path in outline(shape):
        pen.line(place(path), fill=1)
    lines = np.asarray(ink)
    distance = ndimage.distance_transform_edt(~lines).astype(np.float32) / SIDE
    return Drawing(lines, distance)


def apart(one: Drawing, other: Drawing) -> float:
    """Tell which share of the two drawings' lines runs where the other has none close by: 0 is the same shoe."""
    alone = np.mean(one.distance[other.lines] > CLOSE), np.mean(other.distance[one.lines] > CLOSE)
    return float(alone[0] + alone[1]) / 2


def _large(mark: Surface | Line) -> bool:
    left, bottom, right, top = curves.bounds([mark.path])
    return max(right - left, top - bottom) > _SMALL


def _pixels(path: Path, origin: Field, scale: float) -> NDArray[np.int64]:
    points = (np.asarray(path) - origin) * (scale, -scale) + 4
    return np.clip(np.round(points).astype(np.int64), 0, _FINE - 1)


def _polygon(path: Path, origin: Field, scale: float) -> Image.Image:
    image = Image.new("1", (_FINE, _FINE))
    points = (np.asarray(path) - origin) * (scale, -scale) + 4
    ImageDraw.Draw(image).polygon([(float(x), float(y)) for x, y in points], fill=1)
    return image


def _top_marks(marks: list[Surface | Line], origin: Field, scale: float) -> NDArray[np.int64]:
    """For each pixel the number of the surface one sees there, -1 for the ground."""
    order = np.full((_FINE, _FINE), -1, np.int64)
    for index, mark in enumerate(marks):
        if isinstance(mark, Surface):
            cover = np.asarray(_polygon(mark.path, origin, scale))
            for limit in mark.within:
                cover = cover & np.asarray(_polygon(limit, origin, scale))
            order[cover] = index
    return order


def _seen(order: NDArray[np.int64], pixels: NDArray[np.int64], index: int) -> NDArray[np.bool_]:
    """Tell which points are not deep inside a surface painted later."""
    hidden = np.ones(len(pixels), dtype=bool)
    for dx, dy in ((0, 0), (2, 0), (-2, 0), (0, 2), (0, -2)):
        x = np.clip(pixels[:, 0] + dx, 0, _FINE - 1)
        y = np.clip(pixels[:, 1] + dy, 0, _FINE - 1)
        hidden &= order[y, x] > index
    return ~hidden


def _inside(limit: Path, pixels: NDArray[np.int64], origin: Field, scale: float) -> NDArray[np.bool_]:
    cover = np.asarray(_polygon(limit, origin, scale))
    result: NDArray[np.bool_] = cover[pixels[:, 1], pixels[:, 0]]
    return result


def _runs(path: Path, seen: NDArray[np.bool_]) -> list[Path]:
    """Cut a path into the stretches that are seen."""
    runs: list[Path] = []
    current: list[curves.Point] = []
    for point, visible in zip(path, seen, strict=True):
        if visible:
            current.append(point)
        elif current:
            runs.append(tuple(current))
            current = []
    if current:
        runs.append(tuple(current))
    return [run for run in runs if len(run) > 1]
