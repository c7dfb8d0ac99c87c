"""What is found while somebody still draws: the search repeated after each quarter of the ink."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from models.judgements import Moment
from models.metrics import ranks
from models.sketch.partial import first_part
from models.sketch.strokes import render

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from models.contracts import Strokes, Vectors

QUARTERS = (0.25, 0.5, 0.75, 1.0)


def moments(
    drawings: Sequence[Strokes],
    embed: Callable[[Tensor], Vectors],
    items: Vectors,
    truth: NDArray[np.int64],
    shares: Sequence[float] = QUARTERS,
) -> tuple[Moment, ...]:
    """Look for the items of drawings of which only the first strokes are there.

    A part is laid on the canvas as a whole drawing is, as large as fits: who draws does not say how much is to come.

    Args:
        drawings: the queries, stroke by stroke.
        embed: canvases, uint8 (n, 1, 256, 256) -> unit vectors (n, dim).
        items: float32 (items, dim), vectors of the photos.
        truth: int64 (queries,), the item of each drawing.
        shares: of the pen's way, above 0 and at most 1.

    Returns:
        The ranks of the true items after each share, 1 being first.

    Raises:
        EmptyDrawing: a drawing has no point.
        InvalidStrokes: a drawing is malformed.
    """
    return tuple(_moment(share, drawings, embed, items, truth) for share in shares)


def _moment(
    share: float,
    drawings: Sequence[Strokes],
    embed: Callable[[Tensor], Vectors],
    items: Vectors,
    truth: NDArray[np.int64],
) -> Moment:
    canvases = torch.stack([render(first_part(drawing, share)) for drawing in drawings])
    return Moment(share, ranks(embed(canvases) @ items.T, truth), canvases[:, 0].numpy())
