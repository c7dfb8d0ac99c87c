"""Drawings to learn from, each beside what other hands would have made of it."""

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
    """Render vector sketches, each before its variants.

    Args:
        sketches: n drawings in any unit, at least one.
        seed: of the variants.
        bend: as in `variant`.
        shorten: as in `variant`.

    Returns:
        uint8 (4 n, 1, 256, 256).

    Raises:
        EmptyDrawing: a drawing has no point.
        InvalidStrokes: strokes are malformed.
    """
    random = np.random.default_rng(seed)
    drawn = [(render(one), *_variants(one, random, bend=bend, shorten=shorten)) for one in sketches]
    return torch.stack([drawing for several in drawn for drawing in several])


def redraw_traced(gallery: Gallery, *, bend: bool = True, shorten: bool = True) -> Gallery:
    """Set variants beside drawings that have no strokes: those of the strokes that their lines are traced to.

    Args:
        gallery: items with raster drawings.
        bend: as in `variant`.
        shorten: as in `variant`.

    Returns:
        The same items in the same order, with the same votes. After each drawing come its variants; a drawing without
        lines has none.
    """
    drawings = []
    for item, drawn in enumerate(gallery.drawings):
        random = np.random.default_rng(item)
        traced = [(drawing, trace(drawing)) for drawing in drawn]
        several = [
            (drawing, *(_variants(strokes, random, bend=bend, shorten=shorten) if strokes.lines else ()))
            for drawing, strokes in traced
        ]
        drawings.append(torch.stack([drawing for beside in several for drawing in beside]))
    return replace(gallery, drawings=drawings)


def _variants(strokes: Strokes, random: np.random.Generator, *, bend: bool, shorten: bool) -> list[Tensor]:
    return [render(variant(strokes, random, bend=bend, shorten=shorten)) for _ in range(VARIANTS)]
