"""Where a label was seen: heat of a coarse map laid on the picture as it was sent, its hottest part, and its shades."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

PART = 0.5
"""What is at least so hot, as a share of the hottest place, and joined to it, is the hottest part."""

_WHITE, _GLOW = (255, 255, 255), (235, 60, 0)
_COVERED = 0.6
SHADES: NDArray[np.uint8] = np.concatenate(
    [np.linspace(_WHITE, _GLOW, 64), np.full((64, 1), _COVERED * np.iinfo(np.uint8).max)], axis=1
).astype(np.uint8)
"""From cold to hot, RGBA: what is laid over a picture pales it, and reddens it where it is hot."""


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels of a picture as it was sent, x to the right and y down."""

    x: int
    y: int
    width: int
    height: int


def laid_on(
    heat: NDArray[np.float32],
    shown: tuple[float, float, float, float],
    size: tuple[int, int],
    cells: tuple[int, int],
) -> NDArray[np.float32]:
    """Lay coarse maps on a picture: bilinear between the middles of their cells, nothing beyond what they show.

    Args:
        heat: float32 (..., y, x).
        shown: rectangle of the picture that the maps show, as x, y, width and height in pixels.
        size: width and height of the picture in pixels.
        cells: columns and rows of equal cells into which the picture is cut.

    Returns:
        float32 (..., rows, columns), the heat in the middle of each cell.
    """
    rows = _between(heat.shape[-2], shown[1], shown[3], size[1], cells[1])
    columns = _between(heat.shape[-1], shown[0], shown[2], size[0], cells[0])
    laid: NDArray[np.float32] = (rows @ heat @ columns.T).astype(np.float32, copy=False)
    return laid


def hottest(heat: NDArray[np.float32], size: tuple[int, int]) -> Box | None:
    """Return the box around the hottest part of a picture of `size`, width and height in pixels.

    Args:
        heat: float32 (rows, columns), of equal cells into which the picture is cut.
        size: width and height of the picture in pixels.

    Returns:
        None where nothing is hot.
    """
    if not heat.max() > 0:
        return None
    parts, _ = ndimage.label(heat >= PART * heat.max())
    rows, columns = ndimage.find_objects(parts)[parts.flat[heat.argmax()] - 1]
    left, right = (edge * size[0] / heat.shape[1] for edge in (columns.start, columns.stop))
    top, bottom = (edge * size[1] / heat.shape[0] for edge in (rows.start, rows.stop))
    x, y = int(left), int(top)
    return Box(x, y, max(int(np.ceil(right)), x + 1) - x, max(int(np.ceil(bottom)), y + 1) - y)


def shaded(heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return which of `SHADES` each place has, uint8 (rows, columns): the last one is that of the hottest place.

    Shades of two labels do not compare.
    """
    share = np.maximum(heat, 0) / max(float(heat.max()), float(np.finfo(np.float32).tiny))
    found: NDArray[np.uint8] = (share * (len(SHADES) - 1)).round().astype(np.uint8)
    return found


def _between(places: int, start: float, length: float, pixels: int, cells: int) -> NDArray[np.float32]:
    """Weights of the map's places along one axis, in the middle of each of the picture's cells: (cells, places)."""
    middles = (np.arange(cells) + 0.5) * pixels / cells
    along = (middles - start) / length
    position = np.clip(along * places - 0.5, 0, places - 1)
    inside = ((along >= 0) & (along <= 1))[:, None]
    weights: NDArray[np.float64] = inside * np.maximum(0, 1 - np.abs(position[:, None] - np.arange(places)))
    return weights.astype(np.float32)
