"""Woven, grained and printed: the tiles that make a flat colour a material. Values in -1..1, or 0..1 for prints."""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

if TYPE_CHECKING:
    from collections.abc import Callable

Field: TypeAlias = NDArray[np.floating[Any]]
SIDE = 256


def _noise(name: str, *sigmas: float) -> Field:
    """Noise that tiles without a seam, a sum of blurred octaves; the same for a name on every machine."""
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    total = np.zeros((SIDE, SIDE), np.float32)
    for sigma in sigmas:
        field = ndimage.gaussian_filter(generator.standard_normal((SIDE, SIDE)), sigma, mode="wrap")
        total += (field / field.std()).astype(np.float32)
    return total / len(sigmas)


def _grid() -> tuple[Field, Field]:
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    return columns, rows


def _cells(name: str, count: int, stretch: float = 1.0) -> tuple[Field, Field]:
    """Distances to the nearest and second nearest of `count` scattered seeds, wrapping round the tile."""
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    seeds = generator.random((count, 2)) * SIDE
    x, y = _grid()
    nearest = np.full((SIDE, SIDE), 1e9, np.float32)
    second = nearest.copy()
    for sx, sy in seeds:
        dx = np.abs(x - sx)
        dy = np.abs(y - sy)
        distance = np.hypot(np.minimum(dx, SIDE - dx), np.minimum(dy, SIDE - dy) * stretch).astype(np.float32)
        second = np.minimum(second, np.maximum(nearest, distance))
        nearest = np.minimum(nearest, distance)
    return nearest, second


def _leather() -> Field:
    nearest, second = _cells("leather", 900)
    return np.asarray(np.clip((second - nearest) / 5 - 0.5, -1, 1) * 0.6 + 0.4 * _noise("leather", 6.0), np.float32)


def _suede() -> Field:
    return np.asarray(0.7 * _noise("suede", 0.7, 1.4) + 0.6 * _noise("nap", 9.0, 20.0), np.float32)


def _canvas() -> Field:
    x, y = _grid()
    weave = np.sin(x * (2 * np.pi / 4)) * np.cos(y * (2 * np.pi / 4))
    return np.asarray((0.7 * weave + 0.35 * _noise("canvas", 0.8)), np.float32)


def _mesh() -> Field:
    x, y = _grid()
    shifted = x + 4 * (np.floor(y / 8) % 2)
    holes = np.hypot((shifted % 8) - 4, (y % 8) - 4)
    return np.asarray(np.clip((holes - 2.4) * 0.9, -1, 0.4), np.float32)


def _knit() -> Field:
    x, y = _grid()
    vees = np.sin((y + 3 * np.abs(((x / 8) % 1) - 0.5) * 2) * (2 * np.pi / 4))
    return np.asarray((0.75 * vees + 0.3 * _noise("knit", 1.0, 4.0)), np.float32)


def _satin() -> Field:
    stretched = ndimage.gaussian_filter(_noise("satin", 1.0), (0.5, 9.0), mode="wrap")
    return np.asarray((stretched / stretched.std() * 0.6), np.float32)


def _scales() -> Field:
    nearest, second = _cells("scales", 180, 1.5)
    return np.asarray(np.clip((second - nearest) / 4.5 - 0.75, -1, 0.8), np.float32)


def _glitter() -> Field:
    sparks = np.random.default_rng(zlib.crc32(b"glitter")).random((SIDE // 2, SIDE // 2)).repeat(2, 0).repeat(2, 1)
    return np.asarray((np.where(sparks > 0.93, 2.6, sparks - 0.5)), np.float32)  # noqa: PLR2004 - one grain in fourteen flashes


def _rope() -> Field:
    x, y = _grid()
    row = np.floor(y / 8)
    lean = np.where(row % 2 == 0, 1.0, -1.0)
    twist = np.sin((x + lean * (y % 8) * 0.9) * (2 * np.pi / 8))
    valley = np.cos((y % 8 - 4) / 4 * np.pi / 2)
    return np.asarray((0.55 * twist + 0.9 * valley - 0.7 + 0.2 * _noise("rope", 1.0)), np.float32)


def _cork() -> Field:
    nearest, second = _cells("cork", 700)
    return np.asarray((0.5 * np.clip((second - nearest) / 4 - 0.5, -1, 1) + 0.6 * _noise("cork", 1.0, 3.0)), np.float32)


def _wood() -> Field:
    _, y = _grid()
    bend = ndimage.gaussian_filter(_noise("wood", 10.0), (4, 30), mode="wrap") * 40
    return np.asarray((0.7 * np.sin((y + bend) * (2 * np.pi / 16)) + 0.3 * _noise("grain", 1.0)), np.float32)


def _stack() -> Field:
    _, y = _grid()
    return np.asarray((np.where(y % 8 < 1.5, -1.1, 0.15) + 0.25 * _noise("stack", 1.0)), np.float32)  # noqa: PLR2004 - glue line


def _shearling() -> Field:
    nearest, _ = _cells("shearling", 420)
    return np.asarray((1 - nearest / 5 + 0.4 * _noise("wool", 1.5)), np.float32)


def _rubber() -> Field:
    return np.asarray(_noise("rubber", 0.8), np.float32)


def _leopard() -> Field:
    nearest, _ = _cells("leopard", 90)
    wobble = nearest + 1.6 * _noise("leopard", 2.5)
    return np.asarray(np.clip(1.6 - np.abs(wobble - 6) / 1.7, 0, 1), np.float32)


def _snake() -> Field:
    nearest, second = _cells("snake", 420, 1.8)
    blotch = np.clip(_noise("blotch", 7.0) * 1.4, 0, 1)
    return np.asarray(np.clip(blotch + np.where(second - nearest < 1.3, 0.5, 0.0), 0, 1), np.float32)  # noqa: PLR2004 - scale edge


def _stripes() -> Field:
    x, y = _grid()
    return np.asarray(np.clip(np.sin((x * 0.5 + y) * (2 * np.pi / 32)) * 6 + 0.5, 0, 1), np.float32)


def _hoops() -> Field:
    _, y = _grid()
    return np.asarray(np.clip(np.sin(y * (2 * np.pi / 16)) * 5 + 0.5, 0, 1), np.float32)


def _camouflage() -> Field:
    return np.asarray(np.clip(_noise("camouflage", 6.0) * 6 + 0.3, 0, 1), np.float32)


def _gingham() -> Field:
    x, y = _grid()
    return np.asarray((((x % 16) < 8).astype(np.float32) + ((y % 16) < 8).astype(np.float32)) / 2, np.float32)  # noqa: PLR2004 - half a check


def _dots() -> Field:
    x, y = _grid()
    shifted = x + 8 * (np.floor(y / 16) % 2)
    return np.asarray(np.clip(4.4 - np.hypot((shifted % 16) - 8, (y % 16) - 8), 0, 1), np.float32)


def _floral() -> Field:
    nearest, _ = _cells("floral", 60)
    petals = nearest + 2.2 * np.sin(5 * np.arctan2(*np.gradient(ndimage.gaussian_filter(nearest, 1.0))))
    return np.asarray(np.clip((9 - petals) / 1.5, 0, 1), np.float32)


_RELIEFS: dict[str, Callable[[], Field]] = {
    "leather": _leather,
    "suede": _suede,
    "canvas": _canvas,
    "mesh": _mesh,
    "knit": _knit,
    "satin": _satin,
    "scales": _scales,
    "glitter": _glitter,
    "rope": _rope,
    "cork": _cork,
    "wood": _wood,
    "stack": _stack,
    "shearling": _shearling,
    "rubber": _rubber,
}
_PRINTS: dict[str, Callable[[], Field]] = {
    "leopard": _leopard,
    "snake": _snake,
    "stripes": _stripes,
    "hoops": _hoops,
    "camouflage": _camouflage,
    "gingham": _gingham,
    "dots": _dots,
    "floral": _floral,
}


@cache
def relief(name: str) -> Field:
    """Return the tile of a relief: where the material is lighter and darker, around 0."""
    return _RELIEFS[name]()


@cache
def pattern(name: str) -> Field:
    """Return the tile of a print: how much of the second colour shows, 0..1."""
    return _PRINTS[name]()


def window(tile: Field, left: int, top: int, width: int, height: int) -> Field:
    """Cut a window of any size out of an endlessly repeated tile."""
    rows = np.arange(top, top + height) % SIDE
    columns = np.arange(left, left + width) % SIDE
    return tile[np.ix_(rows, columns)]
