"""The one canvas on which a drawing, a stroke list and an edge map meet: 256 x 256, ink centred, lines of one width."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

SIDE = 256
# Longest side of the ink's bounding box; leaves a margin that survives the networks' central crops of 224 and 225.
EXTENT = 208
LINE_WIDTH = 2.5
WHITE = 255


def draw_lines(centre_lines: NDArray[np.bool_]) -> Tensor:
    """Draw one-pixel centre lines, bool (256, 256), with the canvas's line width.

    Returns:
        uint8 (1, 256, 256), dark ink on white, antialiased.
    """
    if not centre_lines.any():
        # Without any line there is no distance to one.
        return torch.full((1, SIDE, SIDE), WHITE, dtype=torch.uint8)
    distance = ndimage.distance_transform_edt(~centre_lines)
    paper = np.clip(distance - (LINE_WIDTH - 1) / 2, 0, 1)
    return torch.from_numpy((paper * WHITE).astype(np.uint8))[None]
