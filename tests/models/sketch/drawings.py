"""Drawings made up for tests, and how far two canvases are apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage
from torch import Tensor

from models.images import Picture, from_pillow

WHITE = 255
SHAPES: tuple[tuple[tuple[tuple[float, float], ...], ...], ...] = (
    # A low shoe: outline, opening and a line across.
    (
        ((0.1, 0.7), (0.15, 0.45), (0.35, 0.4), (0.6, 0.55), (0.85, 0.6), (0.92, 0.7), (0.1, 0.7)),
        ((0.16, 0.45), (0.25, 0.5), (0.35, 0.41)),
        ((0.1, 0.65), (0.9, 0.65)),
    ),
    # A boot with a heel and laces.
    (
        ((0.3, 0.1), (0.28, 0.85), (0.38, 0.85), (0.4, 0.78), (0.8, 0.85), (0.78, 0.7), (0.55, 0.6), (0.5, 0.1)),
        ((0.3, 0.1), (0.5, 0.1)),
        ((0.42, 0.3), (0.52, 0.36)),
        ((0.42, 0.36), (0.52, 0.3)),
    ),
    # Two strokes that do not touch.
    (((0.2, 0.2), (0.25, 0.8)), ((0.5, 0.3), (0.7, 0.5), (0.8, 0.75))),
)


def page(shape: int, width: int = 400, height: int = 300, pen: int = 3) -> NDArray[np.uint8]:
    """A drawing in black on white, grey uint8 (height, width), antialiased as a drawing program would."""
    image = Image.new("L", (4 * width, 4 * height), WHITE)
    draw = ImageDraw.Draw(image)
    side = min(width, height)
    for line in SHAPES[shape]:
        points = [(4 * (x * side + (width - side) / 2), 4 * (y * side + (height - side) / 2)) for x, y in line]
        draw.line(points, fill=0, width=4 * pen, joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - 2 * pen, y - 2 * pen, x + 2 * pen, y + 2 * pen), fill=0)
    return np.array(image.resize((width, height), Image.Resampling.BOX))


def grey(pixels: NDArray[np.uint8]) -> Picture:
    """A picture of grey levels."""
    return from_pillow(Image.fromarray(pixels))


def chamfer(one: Tensor, other: Tensor) -> float:
    """Mean distance, in pixels and both ways, from a line of one canvas to the nearest line of the other."""
    first, second = (canvas[0].numpy() < WHITE // 2 for canvas in (one, other))
    to_first, to_second = (ndimage.distance_transform_edt(~lines) for lines in (first, second))
    return float((to_second[first].mean() + to_first[second].mean()) / 2)


def overlap(one: Tensor, other: Tensor, reach: float = 2) -> float:
    """Least share of the lines of one canvas that lie within `reach` pixels of a line of the other."""
    first, second = (canvas[0].numpy() < WHITE // 2 for canvas in (one, other))
    near_first, near_second = (ndimage.distance_transform_edt(~lines) <= reach for lines in (first, second))
    return float(min(near_second[first].mean(), near_first[second].mean()))


def ink_box(canvas: Tensor) -> tuple[int, int, int, int]:
    """Top, bottom, left and right (both ends within) of what is darker than half of white."""
    dark = canvas[0].numpy() < WHITE // 2
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])
