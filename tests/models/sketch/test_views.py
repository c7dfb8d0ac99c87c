"""Ten views, judged by slicing and by what networks can be seen to look at."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch import Tensor

from models.contracts import Vectors
from models.sketch import SPEC
from models.sketch.views import CROPS, embed_ten_views, ten_views

SIDE = 256
crops = pytest.mark.parametrize("crop", sorted(set(CROPS.values())))


def noise(count: int, seed: int = 0) -> Tensor:
    """Canvases whose pixels are all different things."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (count, 1, SIDE, SIDE), dtype=torch.uint8, generator=generator)


def central(canvases: Tensor, crop: int) -> Tensor:
    """The square that a network cuts out of its canvas: what is left over goes half before it, rounded down."""
    start = (SIDE - crop) // 2
    return canvases[..., start : start + crop, start : start + crop]


@crops
def test_the_centre_of_a_view_is_the_cut(crop: int) -> None:
    """Corners in reading order, the centre, then the mirror images of the five, to the last pixel."""
    canvases = noise(3)
    found = central(ten_views(canvases, crop), crop)
    assert found.dtype is torch.uint8
    whole = canvases.numpy()
    first, last, middle = slice(0, crop), slice(SIDE - crop, SIDE), slice((SIDE - crop) // 2, (SIDE - crop) // 2 + crop)
    places = [*itertools.product((first, last), repeat=2), (middle, middle)]
    cuts = [whole[:, :, rows, columns] for rows, columns in places]
    np.testing.assert_array_equal(found, [*cuts, *(np.flip(cut, axis=3) for cut in cuts)])


@crops
def test_a_view_is_a_canvas(crop: int) -> None:
    """Each view is of the canvas's size with white paper around the cut; the fifth is the canvas as it was there."""
    canvases = noise(2)
    views = ten_views(canvases, crop)
    assert views.shape == (10, 2, 1, SIDE, SIDE)
    start = (SIDE - crop) // 2
    around = torch.ones(SIDE, SIDE, dtype=torch.bool)
    around[start : start + crop, start : start + crop] = False
    assert bool((views[..., around] == 255).all())
    assert torch.equal(central(views[4], crop), central(canvases, crop))
    assert bool((ten_views(torch.full((1, 1, SIDE, SIDE), 255, dtype=torch.uint8), crop) == 255).all())


@pytest.mark.parametrize("name", SPEC.networks)
def test_every_network_sees_its_crop_and_nothing_else(name: str) -> None:
    """The gradient of an untrained network reaches every row and column of the central square, and none beyond."""
    torch.manual_seed(0)
    embedding = SPEC.networks[name]().double().eval().embedding
    canvas = noise(1).double().requires_grad_()
    weights = torch.linspace(-1, 1, SPEC.dim, dtype=torch.float64)
    (embedding(canvas) * weights).sum().backward()
    assert canvas.grad is not None
    seen = canvas.grad[0, 0] != 0
    start = (SIDE - CROPS[name]) // 2
    expected = torch.zeros(SIDE, dtype=torch.bool)
    expected[start : start + CROPS[name]] = True
    for axis in (0, 1):
        assert torch.equal(seen.any(dim=axis), expected)


def test_a_cosine_is_the_mean_over_matching_views() -> None:
    """The product of two vectors is what a loop over the ten views finds, and orders as squared distances do."""
    weights = torch.randn(SIDE * SIDE, 6, generator=torch.Generator().manual_seed(1))

    def embed(canvases: Tensor) -> Vectors:
        rows = torch.nn.functional.normalize(canvases.flatten(1).float() @ weights)
        vectors: Vectors = rows.numpy()
        return vectors

    drawings, edges = noise(3, 1), noise(4, 2)
    ours = embed_ten_views(embed, drawings, 225) @ embed_ten_views(embed, edges, 225).T
    assert ours.dtype == np.float32
    pairs = list(zip(ten_views(drawings, 225), ten_views(edges, 225), strict=True))
    cosines = np.mean([embed(one) @ embed(other).T for one, other in pairs], axis=0)
    np.testing.assert_allclose(ours, cosines, atol=1e-5)
    squared = np.mean([((embed(one)[:, None] - embed(other)) ** 2).sum(axis=2) for one, other in pairs], axis=0)
    np.testing.assert_allclose(squared, 2 - 2 * ours, atol=1e-5)
