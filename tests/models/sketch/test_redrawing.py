"""Redrawing: every drawing stays, beside variants of its own that are not quite it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from models.contracts import EmptyDrawing, Strokes
from models.sketch.canvas import SIDE, WHITE
from models.sketch.gallery import Gallery
from models.sketch.redrawing import VARIANTS, redraw, redraw_traced
from models.sketch.strokes import render
from models.sketch.tracing import trace

EACH = VARIANTS + 1


def drawing(height: float) -> Strokes:
    """Two arcs and a line between them."""
    angles = np.linspace(0, 3, 30)
    arcs = [np.stack([50 * np.cos(angles), at + height * np.sin(angles)], axis=1) for at in (0, 80)]
    return Strokes((*(line.astype(np.float32) for line in arcs), np.array([[-60, 60], [60, 70]], np.float32)))


SKETCHES = [drawing(20), drawing(45)]


def redraw_rasters(seed: int) -> Tensor:
    """The same drawings without their strokes, as the thing of that number."""
    canvases = torch.stack([render(strokes) for strokes in SKETCHES])
    return redraw_traced(Gallery([canvases] * (seed + 1), [canvases] * (seed + 1))).drawings[seed]


@pytest.mark.parametrize("redrawn", [lambda seed: redraw(SKETCHES, seed), redraw_rasters])
def test_each_drawing_stands_before_its_variants(redrawn: Callable[[int], Tensor]) -> None:
    """Strokes or not, a drawing stays as it is, its variants differ from it and each other, and chance repeats."""
    found = redrawn(1)
    assert (tuple(found.shape), found.dtype) == ((2 * EACH, 1, SIDE, SIDE), torch.uint8)
    for row, strokes in enumerate(SKETCHES):
        assert torch.equal(found[row * EACH], render(strokes))
    assert len({canvas.numpy().tobytes() for canvas in found}) == 2 * EACH
    assert torch.equal(found, redrawn(1))
    assert not torch.equal(found, redrawn(2))


def test_without_changes_all_are_alike() -> None:
    """With neither bent nor missing strokes a vector sketch repeats, and a raster drawing is as it was traced."""
    found = redraw(SKETCHES[:1], 0, bend=False, shorten=False)
    assert all(torch.equal(canvas, found[0]) for canvas in found)
    gallery = redraw_traced(Gallery([found[:1]], [found[:1]]), bend=False, shorten=False)
    traced = render(trace(found[0]))
    assert all(torch.equal(canvas, traced) for canvas in gallery.drawings[0][1:])


def test_items_keep_their_place_and_their_views() -> None:
    """A blank drawing stays alone, and no item takes another one's."""
    blank = torch.full((1, 1, SIDE, SIDE), WHITE, dtype=torch.uint8)
    canvas = render(SKETCHES[0])[None]
    given = Gallery([blank, canvas, torch.cat([canvas, blank])], [canvas, blank, canvas])
    found = redraw_traced(given)
    assert [len(drawings) for drawings in found.drawings] == [1, EACH, EACH + 1]
    assert torch.equal(found.drawings[0], blank)
    assert torch.equal(found.drawings[2][-1:], blank)
    assert all(map(torch.equal, found.views, given.views))


def test_nothing_cannot_be_redrawn() -> None:
    """A vector sketch without a point is refused."""
    with pytest.raises(EmptyDrawing):
        redraw([Strokes(())], 0)
