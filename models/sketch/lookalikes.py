"""Which things look alike from afar: told apart in one batch, they teach what details say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from models.sketch.canvas import WHITE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

MOST = 32
"""Lookalikes of a thing that are known."""
SAME = 0.9
"""Likeness from which two things may be one: a hand that draws one of them could have drawn the other."""
_CELLS = 16
_AT_ONCE = 1000


def find_lookalikes(edges: Sequence[Tensor]) -> tuple[NDArray[np.int64], ...]:
    """Find for each edge map those whose ink lies most nearly in the same places.

    Likeness is the correlation of how much ink lies in each of 16 x 16 blurred cells.

    Args:
        edges: of each thing, uint8 (1, 256, 256), dark lines on white.

    Returns:
        For each thing the rows of at most `MOST` others, most alike first, none that may be the same.
    """
    layouts = torch.cat([_layouts(torch.stack([*edges[start : start + _AT_ONCE]])) for start in _starts(edges)])
    layouts = functional.normalize(layouts - layouts.mean(dim=0))
    found: list[NDArray[np.int64]] = []
    for start in _starts(edges):
        likeness = layouts[start : start + _AT_ONCE] @ layouts.T
        likeness[likeness >= SAME] = -1.0
        rows = torch.arange(len(likeness))
        likeness[rows, rows + start] = -1.0
        best, order = likeness.topk(min(MOST, len(edges)), dim=1)
        found.extend(others[known].numpy() for others, known in zip(order, best > -1.0, strict=True))
    return tuple(found)


def _layouts(canvases: Tensor) -> Tensor:
    """Blurred ink in 16 x 16 cells, float (n, 256)."""
    ink = 1 - canvases.float() / WHITE
    return functional.adaptive_avg_pool2d(functional.avg_pool2d(ink, 17, 8, 8), _CELLS).flatten(1)


def _starts(edges: Sequence[Tensor]) -> range:
    return range(0, len(edges), _AT_ONCE)
