"""The one canvas on which a drawing, a stroke list and an edge map meet: 256 x 256, ink centred, lines of one width."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SIDE = 256
# Longest side of the ink's bounding box; leaves a margin that survives the networks' central crops of 224 and 225.
EXTENT = 208
LINE_WIDTH = 2.5
WHITE = 255
# How dark a point of a line makes the pixels around it, by their offset: full within the line's width, fading over one
# pixel, and nothing beyond. A pixel takes the tone of the point nearest to it.
_REACH = math.ceil((LINE_WIDTH + 1) / 2) - 1
_PEN = {
    (row, column): np.uint8(WHITE * min(max(math.hypot(row, column) - (LINE_WIDTH - 1) / 2, 0), 1))
    for row in range(-_REACH, _REACH + 1)
    for column in range(-_REACH, _REACH + 1)
}


def draw_lines(centre_lines: NDArray[np.bool_]) -> Tensor:
    """Draw one-pixel centre lines, bool (256, 256), with the canvas's line width.

    Returns:
        uint8 (1, 256, 256), dark ink on white, antialiased.
    """
    ink = np.pad(centre_lines, _REACH)
    pixels = np.full((SIDE, SIDE), WHITE, np.uint8)
    for (row, column), tone in _PEN.items():
        shifted = ink[_REACH + row :][:SIDE, _REACH + column :][:, :SIDE]
        np.minimum(pixels, tone, out=pixels, where=shifted)
    return torch.from_numpy(pixels)[None]
