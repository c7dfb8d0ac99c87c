"""'Sketch Me That Shoe' (Yu, Liu, Song, Xiang, Hospedales, Loy; CVPR 2016): find the very thing that was drawn.

A query is a drawing, a picture of one or vector strokes; it is laid on a canvas of 256 x 256 with lines of one width
(`ink`, `strokes`). A catalogue photo is framed (`photos`), its edges are drawn by a detector (`edges`), and the same
network embeds both (`network`): 256 numbers, unit length, compared by cosine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from models.contracts import EmbeddingSpec, Kind, Strokes
from models.sketch.canvas import SIDE
from models.sketch.ink import draw_ink
from models.sketch.network import DIM, LiteEmbedding, LitePair, SketchANet, SketchRetrieval
from models.sketch.photos import frame
from models.sketch.strokes import render

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from models.images import Picture


def prepare_query(query: Picture | Strokes) -> Tensor:
    """Lay a drawing on the canvas: uint8 (1, 256, 256), dark lines of 2.5 pixels on white.

    Raises:
        EmptyDrawing: there is no ink.
        InvalidStrokes: the strokes are malformed.
    """
    return render(query) if isinstance(query, Strokes) else draw_ink(query)


def view_query(prepared: Tensor) -> NDArray[np.uint8]:
    """Show the canvas as the network sees it: uint8 grey (256, 256)."""
    pixels: NDArray[np.uint8] = prepared[0].numpy()
    return pixels


def query_views(prepared: Tensor) -> Tensor:
    """Return the drawing and its mirror image, uint8 (2, 1, 256, 256), as the paper's test looks at both."""
    return torch.stack([prepared, prepared.flip(-1)])


SPEC = EmbeddingSpec(
    name="sketch",
    kind=Kind.EMBED,
    title="Find the thing that was drawn",
    paper="Yu et al., Sketch Me That Shoe, CVPR 2016",
    dim=DIM,
    max_batch=8,
    preprocessing=1,
    query_shape=(1, SIDE, SIDE),
    item_shape=(3, SIDE, SIDE),
    networks={
        "efficientnet-lite0-pair": lambda: SketchRetrieval(LitePair()),
        "efficientnet-lite0": lambda: SketchRetrieval(LiteEmbedding()),
        "sketch-a-net": lambda: SketchRetrieval(SketchANet()),
    },
    prepare_query=prepare_query,
    prepare_item=frame,
    view_query=view_query,
    query_views=query_views,
)
