"""What every painter paints with: where millimetres fall, which pixels a mark covers, how its edges bend the light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from app.demo.curves import Path, Point
    from app.demo.textures import Field

# Edges are drawn this much larger and averaged down.
FINE = 3
Pen: TypeAlias = "Callable[[ImageDraw.ImageDraw, list[tuple[float, float]]], None]"
"""Draws a path's points, enlarged, in white on black."""


@dataclass(frozen=True)
class View:
    """Where millimetres, y up, fall on a picture of a width and a height, in pixels, y down."""

    scale: float
    left: float
    bottom: float
    width: int
    height: int

    def place(self, path: Sequence[Point]) -> Field:
        """Turn millimetres, y up, into pixels, y down."""
        points = np.asarray(path, dtype=np.float64)
        return np.stack([self.left + points[:, 0] * self.scale, self.bottom - points[:, 1] * self.scale], axis=1)


@dataclass(frozen=True)
class Window:
    """A rectangle of the picture and how much of each of its pixels a mark covers, 0..1."""

    left: int
    top: int
    cover: Field

    @property
    def place(self) -> tuple[slice, slice]:
        """Rows and columns of the rectangle."""
        height, width = self.cover.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


def cover(path: Path, within: Sequence[Path], view: View, spread: float = 2.0, pen: Pen | None = None) -> Window:
    """Find which pixels a path covers.

    Args:
        path: what is drawn, in millimetres.
        within: closed outlines; nothing shows outside any of them.
        view: where millimetres fall.
        spread: rim around the path that belongs to the window, in pixels.
        pen: how the path is drawn; filled as a closed outline unless given.
    """
    points = view.place(path)
    first, last = points.min(axis=0), points.max(axis=0)
    for limit in (view.place(outline) for outline in within):
        first, last = np.maximum(first, limit.min(axis=0)), np.minimum(last, limit.max(axis=0))
    end = np.array((view.width, view.height))
    low = np.clip(np.floor(first - spread).astype(int), 0, end - 1)
    high = np.clip(np.ceil(last + spread).astype(int), low + 1, end)
    width, height = (int(v) for v in high - low)
    image = Image.new("L", (width * FINE, height * FINE))
    (pen or _fill)(ImageDraw.Draw(image), _enlarged(points, low))
    for outline in within:
        clip = Image.new("L", image.size)
        _fill(ImageDraw.Draw(clip), _enlarged(view.place(outline), low))
        image = ImageChops.multiply(image, clip)
    return Window(int(low[0]), int(low[1]), np.asarray(image.reduce(FINE), np.float32) / 255)


def blur(cover: Field, radius: float) -> Field:
    """Blur what is covered, 0..1, by a radius in pixels."""
    image = Image.fromarray((cover * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(image, np.float32) / 255


def slopes(cover: Field, radius: float) -> tuple[Field, tuple[Field, Field]]:
    """Blur what is covered, and tell how steeply that falls off, downwards and to the right."""
    soft = blur(np.pad(cover, 3), radius)
    down, right = (np.asarray(np.gradient(soft, axis=axis), np.float32)[3:-3, 3:-3] for axis in (0, 1))
    return soft[3:-3, 3:-3], (down, right)


def rounded(cover: Field, radius: float, gain: float) -> tuple[Field, Field]:
    """Round a part over its whole width: which way its surface looks, to the right and downwards."""
    _, (down, right) = slopes(cover, radius)
    nx, ny = -right * gain, -down * gain
    norm = np.sqrt(1 + nx**2 + ny**2)
    return nx / norm, ny / norm


def drop(canvas: Field, covered: Field, window: Window, thickness: float) -> None:
    """Let a raised edge throw its narrow shadow on what lies below, never on the ground; `thickness` in pixels."""
    pad = int(3 * thickness) + 3
    cover = np.pad(window.cover, pad)
    shadow = np.roll(blur(cover, 0.9 * thickness + 0.4), (round(0.8 * thickness), round(0.3 * thickness)), (0, 1))
    height, width = canvas.shape[:2]
    top, left = window.top - pad, window.left - pad
    rows = slice(max(top, 0), min(top + cover.shape[0], height))
    columns = slice(max(left, 0), min(left + cover.shape[1], width))
    shadow = shadow[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    canvas[rows, columns] *= 1 - 0.5 * (shadow * covered[rows, columns])[..., None]


def _fill(pen: ImageDraw.ImageDraw, points: list[tuple[float, float]]) -> None:
    pen.polygon(points, fill=255)


def _enlarged(points: Field, low: NDArray[np.int64]) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (points - low) * FINE]
