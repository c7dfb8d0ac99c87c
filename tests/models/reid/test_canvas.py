"""The canvas: one size, the pixels of the crop, and the same in training as in use."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.contracts import InvalidStrokes, Strokes
from models.images import Picture
from models.reid.canvas import HEIGHT, WIDTH, grey, keep, stretch, stretch_query, view
from models.reid.datasets import stacked
from tests.models.reid.people import photo


@pytest.mark.parametrize(("height", "width"), [(128, 64), (192, 96), (400, 90), (7, 3), (1, 1)])
def test_every_crop_becomes_one_size(height: int, width: int) -> None:
    """Whatever the proportions, 3 x 192 x 96 bytes; a crop of that size stays as it is."""
    picture = Picture(np.random.default_rng(height).integers(0, 256, (height, width, 3), np.uint8))
    canvas = stretch(picture)
    assert (canvas.dtype, tuple(canvas.shape)) == (torch.uint8, (3, HEIGHT, WIDTH))
    assert canvas.is_contiguous()
    if (height, width) == (HEIGHT, WIDTH):
        np.testing.assert_array_equal(canvas.permute(1, 2, 0).numpy(), picture.rgb)


def test_queries_are_prepared_as_items_are() -> None:
    """The same picture gives the same canvas on both sides, and strokes are refused in words."""
    assert torch.equal(stretch_query(photo(3)), stretch(photo(3)))
    with pytest.raises(InvalidStrokes, match="send a crop"):
        stretch_query(Strokes(()))


def test_training_sees_what_the_service_sees() -> None:
    """A small crop that is kept in its own pixels and stretched for a batch is the canvas, within a grey level."""
    picture = photo(5)
    kept = keep(picture)
    np.testing.assert_array_equal(kept.permute(1, 2, 0).numpy(), picture.rgb)
    batch = stacked((kept, kept), (HEIGHT, WIDTH))
    assert float((batch - stretch(picture).float()).abs().max()) < 1.01


def test_large_crops_are_kept_as_small_as_the_canvas() -> None:
    """No more pixels are held in memory than the network looks at."""
    assert torch.equal(keep(photo(1, height=700, width=300)), stretch(photo(1, height=700, width=300)))


def test_the_view_is_the_mean_of_the_colours() -> None:
    """Grey is a third of red, green and blue together, for one canvas and for many."""
    canvases = torch.stack([stretch(photo(number)) for number in range(2)])
    expected = np.rint(canvases.numpy().astype(float).mean(axis=1))
    np.testing.assert_array_equal(grey(canvases).numpy(), expected)
    np.testing.assert_array_equal(view(canvases[1]), expected[1])
