"""Vector strokes and the one renderer for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image, ImageDraw

from models.contracts import EmptyDrawing, InvalidStrokes, Strokes
from models.sketch.canvas import EXTENT, LINE_WIDTH, SIDE, WHITE
from models.sketch.placement import place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

MAX_POINTS = 100_000
_SUPERSAMPLING = 4


def parse_strokes(lines: Sequence[Sequence[Sequence[float]]]) -> Strokes:
    """Check strokes given as lists of (x, y) points, any unit and scale.

    Raises:
        EmptyDrawing: there is no point at all.
        InvalidStrokes: a point is not a pair of finite numbers, or there are more than 100,000.
    """
    try:
        count = sum(len(line) for line in lines)
        if count > MAX_POINTS:
            message = f"The drawing has more than {MAX_POINTS:,} points; send fewer points per stroke."
            raise InvalidStrokes(message)
        arrays = tuple(np.asarray(line, np.float64) for line in lines if len(line))
    except (ValueError, TypeError, OverflowError):
        message = "Every point of a stroke must be a pair of numbers [x, y]."
        raise InvalidStrokes(message) from None
    return check_strokes(Strokes(tuple(_in_float32_range(array) for array in arrays)))


def check_strokes(strokes: Strokes) -> Strokes:
    """Return the strokes if they can be drawn.

    Raises:
        EmptyDrawing: there is no point at all.
        InvalidStrokes: a point is not finite, or a line has not the shape (points, 2).
    """
    if not any(len(line) for line in strokes.lines):
        message = "The drawing is empty: send at least one stroke with a point."
        raise EmptyDrawing(message)
    if any(line.ndim != 2 or line.shape[1] != 2 or not np.isfinite(line).all() for line in strokes.lines):  # noqa: PLR2004 - x and y
        message = "Every point of a stroke must be a pair of finite numbers [x, y]."
        raise InvalidStrokes(message)
    return strokes


def render(strokes: Strokes) -> Tensor:
    """Draw strokes on the canvas: scaled so that the longer side of their box is 208, centred, lines of 2.5 pixels.

    Returns:
        uint8 (1, 256, 256), dark ink on white, antialiased.

    Raises:
        EmptyDrawing: there is no point.
        InvalidStrokes: a point is not finite.
    """
    lines = [line for line in fit(check_strokes(strokes)).lines if len(line)]
    image = Image.new("L", (SIDE * _SUPERSAMPLING, SIDE * _SUPERSAMPLING), WHITE)
    pen = ImageDraw.Draw(image)
    radius = LINE_WIDTH * _SUPERSAMPLING / 2
    for line in lines:
        points = [(float(x), float(y)) for x, y in (line + 0.5) * _SUPERSAMPLING]
        pen.line(points, fill=0, width=round(2 * radius), joint="curve")
        for x, y in (points[0], points[-1]):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    small = image.resize((SIDE, SIDE), Image.Resampling.BOX)
    return torch.from_numpy(np.array(small))[None]


def fit(strokes: Strokes) -> Strokes:
    """Move and scale strokes isotropically so that their box is centred on the canvas, its longer side 208 pixels.

    A drawing without extent (one dot) is only moved.
    """
    placement = place(strokes, (SIDE - 1) / 2, EXTENT)
    return Strokes(tuple(placement.there(line).astype(np.float32) for line in strokes.lines))


def _in_float32_range(points: NDArray[np.float64]) -> NDArray[np.float32]:
    """Cast to float32; what overflows becomes infinite and is refused by `check_strokes`."""
    with np.errstate(over="ignore"):
        return points.astype(np.float32)
