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


def drawing(turn: int) -> Strokes:
    """Six flat arcs above each other, or beside each other."""
    angles = np.linspace(0, 3, 30)
    lines = [np.stack([90 * np.cos(angles), at + 10 * np.sin(angles)], axis=1) for at in range(0, 180, 30)]
    return Strokes(tuple(line[:, ::turn].astype(np.float32) for line in lines))


SKETCHES = [drawing(1), drawing(-1)]


def redraw_rasters(seed: int) -> Tensor:
    """The same drawings without their strokes, as the thing of that number."""
    canvases = torch.stack([render(strokes) for strokes in SKETCHES])
    return redraw_traced(Gallery([canvases] * (seed + 1), [canvases] * (seed + 1))).variants[seed]


@pytest.mark.parametrize("redrawn", [lambda seed: redraw(SKETCHES, seed), redraw_rasters])
def test_each_drawing_has_variants(redrawn: Callable[[int], Tensor]) -> None:
    """Strokes or not, variants differ from the drawing and each other, lie as it does, and chance repeats them."""
    found = redrawn(1)
    assert (tuple(found.shape), found.dtype) == ((2 * VARIANTS, 1, SIDE, SIDE), torch.uint8)
    drawn = torch.stack([render(strokes) for strokes in SKETCHES])
    assert len({canvas.numpy().tobytes() for canvas in (*found, *drawn)}) == 2 * VARIANTS + 2
    across, down = (found.float().diff(dim=axis).abs().flatten(1).sum(dim=1) for axis in (-1, -2))
    assert (down > across).tolist() == [True] * VARIANTS + [False] * VARIANTS
    assert torch.equal(found, redrawn(1))
    assert not torch.equal(found, redrawn(2))


def test_without_changes_all_are_alike() -> None:
    """With neither bent nor missing strokes a vector sketch repeats, and a raster drawing is as it was traced."""
    found = redraw(SKETCHES[:1], 0, bend=False, shorten=False)
    assert all(torch.equal(canvas, render(SKETCHES[0])) for canvas in found)
    gallery = redraw_traced(Gallery([found[:1]], [found[:1]]), bend=False, shorten=False)
    traced = render(trace(found[0]))
    assert all(torch.equal(canvas, traced) for canvas in gallery.variants[0])


def test_items_keep_their_place_and_all_else() -> None:
    """A blank drawing has no variants, no item takes another one's, and what there was stays as it was."""
    blank = torch.full((1, 1, SIDE, SIDE), WHITE, dtype=torch.uint8)
    canvas = render(SKETCHES[0])[None]
    given = Gallery([blank, canvas, torch.cat([canvas, blank])], [canvas, blank, canvas], {1: np.array([[0, 2]])})
    found = redraw_traced(given)
    assert {item: len(variants) for item, variants in found.variants.items()} == {1: VARIANTS, 2: VARIANTS}
    assert found.drawings is given.drawings
    assert found.views is given.views
    assert found.votes is given.votes


def test_nothing_cannot_be_redrawn() -> None:
    """A vector sketch without a point is refused."""
    with pytest.raises(EmptyDrawing):
        redraw([Strokes(())], 0)
