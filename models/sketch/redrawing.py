"""What other hands would have drawn instead of the drawings there are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from models.sketch.strokes import render
from models.sketch.tracing import trace
from models.sketch.variants import variant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor

    from models.contracts import Strokes
    from models.sketch.gallery import Gallery

VARIANTS = 3
"""Variants of a drawing, as many as the released augmentation makes."""


def redraw(sketches: Iterable[Strokes], seed: int, *, bend: bool = True, shorten: bool = True) -> Tensor:
    """Render variants of vector sketches.

    Args:
        sketches: n drawings in any unit, at least one.
        seed: of the variants.
        bend: as in `variant`.
        shorten: as in `variant`.

    Returns:
        uint8 (3 n, 1, 256, 256), those of each drawing together.

    Raises:
        EmptyDrawing: a drawing has no point.
        InvalidStrokes: strokes are malformed.
    """
    random = np.random.default_rng(seed)
    return torch.stack(
        [render(variant(one, random, bend=bend, shorten=shorten)) for one in sketches for _ in range(VARIANTS)]
    )


def redraw_traced(gallery: Gallery, *, bend: bool = True, shorten: bool = True) -> Gallery:
    """Give a gallery of raster drawings variants, those of the strokes that the drawings' lines are traced to.

    Args:
        gallery: items with raster drawings.
        bend: as in `variant`.
        shorten: as in `variant`.

    Returns:
        The same gallery with variants of all items whose drawings have lines.
    """
    traced = {item: list(filter(None, map(_traced, drawn))) for item, drawn in enumerate(gallery.drawings)}
    variants = {
        item: redraw(sketches, item, bend=bend, shorten=shorten) for item, sketches in traced.items() if sketches
    }
    return replace(gallery, variants=variants)


def _traced(drawing: Tensor) -> Strokes | None:
    strokes = trace(drawing)
    return strokes if strokes.lines else None
