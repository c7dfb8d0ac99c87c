"""From a figure to a picture: parts are laid on a scene, lit from one side, with a shadow on the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.demo import brush, materials, textures
from app.demo.brush import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.demo.people.parts import Part
    from app.demo.textures import Field

SCALE = 0.19
"""Pixels to the millimetre of somebody at full size."""
_GAIN = 1.55
_RIM = 0.30


def lay(canvas: Field, parts: Sequence[Part], x: float, ground: float, *, size: float = 1.0, lamp: int = 1) -> None:
    """Paint a figure on a scene, in place.

    Args:
        canvas: float32 (height, width, 3), 0 to 1.
        parts: what is painted, from what is furthest away to what is nearest.
        x: column where the figure stands, in pixels.
        ground: row of the ground under it, in pixels.
        size: 1 for somebody at full size, less for somebody further away.
        lamp: 1 for light from the left, -1 for light from the right.
    """
    height, width = canvas.shape[:2]
    view = View(SCALE * size, x, ground, width, height)
    covered = np.zeros((height, width), np.float32)
    _shadow(canvas, parts, view, lamp)
    for part in parts:
        _lay(canvas, covered, part, view, lamp)


def _lay(canvas: Field, covered: Field, part: Part, view: View, lamp: int) -> None:
    radius = 0.5 * part.bulge * view.scale
    window = brush.cover(part.path, part.within, view, 2.0 + 2.0 * radius)
    if part.raised:
        brush.drop(canvas, covered, window, max(0.8, part.raised * view.scale))
    shape = window.cover.shape
    nx, ny, shade = np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.ones(shape, np.float32)
    if part.bulge:
        nx, ny = brush.rounded(window.cover, max(radius, 1.0), _GAIN * max(radius, 1.0))
        shade -= _RIM * np.clip(np.hypot(nx, ny), 0, 1) ** 2
    # Textures move along with the figure.
    left, top = window.left - round(view.left), window.top - round(view.bottom)
    if part.folds:
        hang = textures.window(textures.relief("satin").T, 2 * left, top // 2, shape[1], shape[0])
        shade += 0.075 * part.folds * hang
    colour = materials.respond(part.finish, lamp * nx, ny, left, top, np.clip(shade, 0.2, 1.3))
    canvas[window.place] += (colour - canvas[window.place]) * window.cover[..., None]
    covered[window.place] = np.maximum(covered[window.place], window.cover)


def _shadow(canvas: Field, parts: Sequence[Part], view: View, lamp: int) -> None:
    """Darken the ground under the feet."""
    height, width = canvas.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    lowest = max(parts, key=lambda part: -min(y for _, y in part.path))
    foot = float(np.mean(view.place(lowest.path)[:, 0]))
    soft = np.zeros((height, width), np.float32)
    for wide, high, strength in ((95, 22, 0.42), (260, 60, 0.22)):
        x = (columns - 0.5 * (view.left + foot) - lamp * wide * 0.35 * view.scale) / (wide * view.scale)
        y = (rows - view.bottom + 2) / (high * view.scale)
        soft += strength * np.exp(-(x * x + y * y))
    canvas *= 1 - soft[..., None]
