"""What the cameras look at: one wide backdrop each, larger than any crop of it."""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from app.demo import textures

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.demo.finish import Colour
    from app.demo.textures import Field

WIDE, HIGH = 1400, 440
"""Columns and rows of a backdrop."""
_FLOOR = 262
_DULL = 0.35
_JOINT = 1.0


@cache
def scene(name: str) -> Field:
    """Return a camera's backdrop: float32 (440, 1400, 3), 0 to 1; not to be written to."""
    canvas = np.ones((HIGH, WIDE, 3), np.float32)
    _SCENES[name](canvas)
    # Places are duller than clothes.
    canvas += _DULL * (canvas.mean(axis=2, keepdims=True).mean(axis=1, keepdims=True) - canvas)
    speckle = textures.window(textures.relief("suede"), 0, 0, WIDE, HIGH)
    canvas *= 1 + 0.02 * speckle[..., None]
    np.clip(canvas, 0, 1, out=canvas)
    canvas.setflags(write=False)
    return canvas


def _box(
    canvas: Field, left: float, top: float, right: float, bottom: float, colour: Colour, fade: float = 0.0
) -> None:
    """Fill a rectangle, darker towards its lower edge by the share `fade`."""
    rows, columns = slice(max(0, round(top)), round(bottom)), slice(max(0, round(left)), max(0, round(right)))
    part = canvas[rows, columns]
    if part.size:
        slope = 1 - fade * np.linspace(0, 1, part.shape[0], dtype=np.float32)
        part[:] = np.asarray(colour, np.float32) / 255 * slope[:, None, None]


def _tiles(canvas: Field, top: int, bottom: int, side: int, strength: float, *, floor: bool = False) -> None:
    """Rule a wall into tiles; on a floor they lie in perspective."""
    rows, columns = np.arange(top, bottom), np.arange(WIDE)
    if floor:
        depth = (rows - top + 26) / 26
        across = (columns[None, :] - WIDE / 2) / depth[:, None]
        along = np.abs((420 / depth)[:, None] % (0.6 * side))
        joint = (across % side < _JOINT / depth[:, None] + 0.3) | (along < _JOINT)
    else:
        joint = ((rows[:, None] - top) % side < 1) | (columns[None, :] % side < 1)
    canvas[top:bottom][joint] *= 1 - strength


def _entrance(canvas: Field) -> None:
    """Glass doors to the street, in a beige wall, and a tiled floor with a mat."""
    _box(canvas, 0, 0, WIDE, _FLOOR, (206, 196, 178), 0.08)
    for left in range(-60, WIDE, 350):
        _box(canvas, left, 20, left + 246, _FLOOR, (52, 56, 60))
        for pane in (left + 6, left + 126):
            _box(canvas, pane, 28, pane + 114, _FLOOR - 6, (214, 228, 236), 0.25)
            _box(canvas, pane, 150, pane + 114, _FLOOR - 6, (150, 166, 160), 0.2)
            _box(canvas, pane + 96, 130, pane + 101, 190, (70, 74, 78))
    _box(canvas, 0, _FLOOR, WIDE, HIGH, (168, 160, 150), -0.12)
    _tiles(canvas, _FLOOR, HIGH, 46, 0.16, floor=True)
    _box(canvas, 330, 300, 900, 390, (84, 82, 82), -0.1)


def _platform(canvas: Field) -> None:
    """The far wall of an underground station, posters, the dark track, and a yellow line."""
    _box(canvas, 0, 0, WIDE, 190, (148, 160, 158), 0.15)
    _tiles(canvas, 0, 190, 18, 0.12)
    for left, colour in (
        (70, (172, 60, 52)),
        (330, (48, 84, 130)),
        (610, (206, 178, 92)),
        (860, (70, 112, 84)),
        (1140, (188, 190, 196)),
    ):
        _box(canvas, left, 48, left + 128, 150, (232, 230, 224))
        _box(canvas, left + 6, 54, left + 122, 144, colour, 0.3)
        _box(canvas, left + 22, 72, left + 84, 84, (240, 238, 230))
    _box(canvas, 0, 190, WIDE, 250, (44, 44, 46), 0.3)
    _box(canvas, 0, 226, WIDE, 229, (120, 112, 104))
    _box(canvas, 0, 250, WIDE, HIGH, (122, 120, 116), -0.2)
    _box(canvas, 0, 258, WIDE, 272, (214, 182, 58))
    _tiles(canvas, 272, HIGH, 64, 0.10, floor=True)


def _corridor(canvas: Field) -> None:
    """A painted wall with a dark skirting, doors, a handrail, and shiny vinyl."""
    _box(canvas, 0, 0, WIDE, 160, (222, 224, 216), 0.05)
    _box(canvas, 0, 160, WIDE, _FLOOR, (138, 164, 160), 0.1)
    for left in (140, 560, 1010):
        _box(canvas, left - 8, 34, left + 138, _FLOOR, (190, 190, 186))
        _box(canvas, left, 42, left + 130, _FLOOR, (152, 112, 76), 0.12)
        _box(canvas, left + 108, 150, left + 122, 156, (210, 210, 206))
    for left in (340, 800, 1240):
        _box(canvas, left, 60, left + 60, 104, (60, 130, 78))
        _box(canvas, left + 12, 74, left + 48, 90, (236, 240, 234))
    _box(canvas, 0, 172, WIDE, 180, (118, 92, 66), 0.4)
    _box(canvas, 0, _FLOOR - 14, WIDE, _FLOOR, (70, 74, 76))
    _box(canvas, 0, _FLOOR, WIDE, HIGH, (146, 150, 158), -0.25)
    gleam = np.exp(-((((np.arange(WIDE) % 420) - 210) / 60.0) ** 2))
    canvas[_FLOOR:] *= 1 + 0.16 * gleam[None, :, None]


def _street(canvas: Field) -> None:
    """A brick front with windows, parked cars, a pavement of slabs."""
    _box(canvas, 0, 0, WIDE, 180, (142, 92, 76), 0.1)
    rows, columns = np.mgrid[0:180, 0:WIDE]
    canvas[:180][(rows % 7 < 1) | ((columns + 10 * (rows // 7 % 2)) % 20 < 1)] *= 1.22
    for left in range(40, WIDE, 260):
        _box(canvas, left, 26, left + 96, 118, (226, 222, 212))
        _box(canvas, left + 6, 32, left + 90, 112, (86, 104, 118), 0.4)
        _box(canvas, left + 46, 32, left + 50, 112, (226, 222, 212))
    _box(canvas, 0, 180, WIDE, 246, (86, 86, 88), -0.15)
    generator = np.random.default_rng(zlib.crc32(b"cars"))
    for left in range(-40, WIDE, 330):
        grey, tint = generator.integers(50, 190), generator.integers(-16, 17, 3)
        colour = tuple(int(grey + part) for part in tint)
        _box(canvas, left + 50, 132, left + 190, 180, (52, 60, 68), 0.3)
        _box(canvas, left, 166, left + 250, 216, (colour[0], colour[1], colour[2]), 0.3)
        for wheel in (left + 30, left + 182):
            _box(canvas, wheel, 200, wheel + 38, 228, (26, 26, 28))
    _box(canvas, 0, 246, WIDE, 256, (176, 174, 168))
    _box(canvas, 0, 256, WIDE, HIGH, (150, 148, 142), -0.12)
    _tiles(canvas, 256, HIGH, 90, 0.14, floor=True)


_SCENES: dict[str, Callable[[Field], None]] = {
    "entrance": _entrance,
    "corridor": _corridor,
    "platform": _platform,
    "street": _street,
}
NAMES = tuple(_SCENES)
