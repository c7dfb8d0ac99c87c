"""The canvas of the system: every crop of a person is stretched to one size, as is usual for upright people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from models.contracts import InvalidStrokes, Strokes

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from models.images import Picture

HEIGHT, WIDTH = 192, 96
WHITE = 255


def stretch(picture: Picture) -> Tensor:
    """Stretch a crop of a person to the canvas: uint8 (3, 192, 96), RGB; its proportions are given up."""
    return _stretched(picture.rgb)


def stretch_query(query: Picture | Strokes) -> Tensor:
    """Stretch a query as an item is stretched.

    Raises:
        InvalidStrokes: the query is a drawing.
    """
    if isinstance(query, Strokes):
        message = "People are looked for by a picture, not by strokes; send a crop that shows the person."
        raise InvalidStrokes(message)
    return stretch(query)


def keep(picture: Picture) -> Tensor:
    """Keep the pixels of a crop that training needs: uint8 (3, h, w), RGB, no higher and no wider than the canvas."""
    if picture.height <= HEIGHT and picture.width <= WIDTH:
        return torch.from_numpy(picture.rgb.copy()).permute(2, 0, 1).contiguous()
    return _stretched(picture.rgb)


def view(prepared: Tensor) -> NDArray[np.uint8]:
    """Show a canvas, uint8 (3, 192, 96), as uint8 grey (192, 96)."""
    pixels: NDArray[np.uint8] = grey(prepared[None])[0].numpy()
    return pixels


def grey(canvases: Tensor) -> Tensor:
    """Mean of red, green and blue: uint8 (n, 3, h, w) -> uint8 (n, h, w)."""
    return canvases.float().mean(dim=1).round().to(torch.uint8)


def _stretched(rgb: NDArray[np.uint8]) -> Tensor:
    stretched = Image.fromarray(rgb).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return torch.from_numpy(np.array(stretched)).permute(2, 0, 1).contiguous()
