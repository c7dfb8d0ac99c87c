"""Prepare a catalogue photo: cut away the plain ground around the thing, and centre it on the canvas."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from models.sketch.canvas import EXTENT, SIDE

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from models.images import Picture

# Largest difference, in grey levels of any channel, between pixels that both belong to a plain ground.
_GROUND_SPREAD = 14
# Share of the border that must be plain before anything is cut away.
_PLAIN_SHARE = 0.8


def frame(picture: Picture) -> Tensor:
    """Scale the thing's box so that its longer side is 208 pixels, centred on 256 x 256 of the ground's colour.

    The box is where the picture differs from a plain ground; a picture without plain ground is used whole.

    Returns:
        uint8 (3, 256, 256), RGB.
    """
    rgb = _bounded(picture.rgb)
    ground = np.median(_border(rgb), axis=0).astype(np.uint8)
    top, bottom, left, right = _box(rgb, ground)
    thing = Image.fromarray(np.ascontiguousarray(rgb[top:bottom, left:right]))
    scale = EXTENT / max(thing.size)
    size = (max(1, round(thing.width * scale)), max(1, round(thing.height * scale)))
    canvas = Image.new("RGB", (SIDE, SIDE), tuple(int(level) for level in ground))
    canvas.paste(
        thing.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0), ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2)
    )
    return torch.from_numpy(np.array(canvas)).permute(2, 0, 1).contiguous()


def _bounded(rgb: NDArray[np.uint8], longest: int = 1024) -> NDArray[np.uint8]:
    """Halve large pictures until the search for the box is cheap."""
    step = max(rgb.shape[:2]) // longest
    if step <= 1:
        return rgb
    return np.asarray(Image.fromarray(rgb).reduce(step))


def _border(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]])


def _box(rgb: NDArray[np.uint8], ground: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of what differs from a plain ground, else of the whole picture."""
    whole = (0, rgb.shape[0], 0, rgb.shape[1])
    if (_difference(_border(rgb), ground) <= _GROUND_SPREAD).mean() < _PLAIN_SHARE:
        return whole
    differs = _difference(rgb, ground) > _GROUND_SPREAD
    # Two differing pixels in a line, so that a lone speck of noise does not stretch the box.
    rows, columns = (np.flatnonzero(differs.sum(axis=axis) > 1) for axis in (1, 0))
    if len(rows) < 2 or len(columns) < 2:  # noqa: PLR2004 - a box needs two sides
        return whole
    return (int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1)


def _difference(pixels: NDArray[np.uint8], ground: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Largest difference of any channel; channel by channel, as NumPy is slow along an axis of three."""
    channels = (np.maximum(pixels[..., i], ground[i]) - np.minimum(pixels[..., i], ground[i]) for i in range(3))
    difference: NDArray[np.uint8] = reduce(np.maximum, channels)
    return difference
