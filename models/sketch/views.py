"""The test of 'Sketch Me That Shoe' as released: ten views of a drawing and of an edge map, compared one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from models.sketch.canvas import SIDE, WHITE
from models.sketch.network import LiteEmbedding, LitePair, SketchANet

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from models.contracts import Vectors

VIEWS = (1, 10)
"""How many views a benchmark may look at."""
CROPS = {
    "efficientnet-lite0": LiteEmbedding.VIEW.crop,
    "efficientnet-lite0-pair": LitePair.VIEW.crop,
    "sketch-a-net": SketchANet.VIEW.crop,
}
"""Side of the central square of the canvas that a network sees, in pixels."""


def ten_views(canvases: Tensor, crop: int) -> Tensor:
    """Return the four corners and the centre of canvases, then the mirror images of these five.

    A network sees the centre of its canvas alone. So each view is cut out and laid on the centre of white paper.

    Args:
        canvases: uint8 (n, 1, 256, 256).
        crop: side of what the network sees.

    Returns:
        uint8 (10, n, 1, 256, 256).
    """
    last, centre = SIDE - crop, (SIDE - crop) // 2
    corners = [(top, left) for top in (0, last) for left in (0, last)]
    cut = torch.stack(
        [canvases[..., top : top + crop, left : left + crop] for top, left in (*corners, (centre, centre))]
    )
    margins = (centre, last - centre) * 2
    return functional.pad(torch.cat([cut, cut.flip(-1)]), margins, value=WHITE)


def embed_ten_views(embed: Callable[[Tensor], Vectors], canvases: Tensor, crop: int) -> Vectors:
    """Embed the ten views of each canvas side by side.

    The cosine of two such vectors is the mean of the cosines of matching views. It orders as the mean of their squared
    distances does, by which the released test goes: between unit vectors that is 2 - 2 cosine.

    Args:
        embed: canvases, uint8 (n, 1, 256, 256) -> unit vectors (n, dim).
        canvases: uint8 (n, 1, 256, 256).
        crop: side of what the network sees.

    Returns:
        float32 (n, 10 dim), rows of unit length.
    """
    vectors = np.concatenate([embed(view) for view in ten_views(canvases, crop)], axis=1)
    unit: Vectors = (vectors / max(VIEWS) ** 0.5).astype(np.float32)
    return unit
