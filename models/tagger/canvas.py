"""The canvas of the system: every picture is stretched to one square.

What is cut off is never labelled, and what is laid around a picture is computed for nothing; proportions matter less
to a network that has seen things from all sides. Sides of 288 pixels give a map of 9 x 9 places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

if TYPE_CHECKING:
    from torch import Tensor

    from models.images import Picture

SIDE = 288


def stretch(picture: Picture) -> Tensor:
    """Stretch a picture to the canvas: uint8 (3, 288, 288), RGB; its proportions are given up."""
    stretched = Image.fromarray(picture.rgb).resize((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=3.0)
    return torch.from_numpy(np.array(stretched)).permute(2, 0, 1).contiguous()


def shown(width: int, height: int) -> tuple[float, float, float, float]:
    """Return what the canvas shows of a picture of so many pixels, as x, y, width and height in them: all of it."""
    return 0.0, 0.0, float(width), float(height)
