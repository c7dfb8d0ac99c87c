"""Random crops: windows of the canvas or their mirror images, each for itself."""

from __future__ import annotations

import pytest
import torch

from models.sketch.crops import random_crops


def chance(seed: int = 0) -> torch.Generator:
    """A source of randomness."""
    return torch.Generator().manual_seed(seed)


def test_every_window_comes_as_often_mirrored_as_not() -> None:
    """Of a canvas with a number in each place: all windows there are, both ways, about equally often, and no other."""
    canvas = torch.arange(20).reshape(1, 1, 4, 5)
    windows = [canvas[0, :, top : top + 3, left : left + 3] for top in range(2) for left in range(3)]
    known = [tuple(window.flatten().tolist()) for window in windows]
    known += [tuple(window.flip(-1).flatten().tolist()) for window in windows]
    count = 3000
    found = [tuple(crop.flatten().tolist()) for crop in random_crops(canvas.expand(count, -1, -1, -1), 3, chance())]
    for window in known:
        assert found.count(window) / count == pytest.approx(1 / 12, abs=0.02)
    assert set(found) == set(known)


def test_a_crop_is_of_its_own_canvas() -> None:
    """Rows stay in order, of their kind and with all channels; a crop as large as the canvas is it, or mirrored."""
    canvases = torch.randint(0, 256, (6, 2, 5, 5), dtype=torch.uint8, generator=chance(1))
    whole = random_crops(canvases, 5, chance(2))
    assert (whole.dtype, whole.shape) == (torch.uint8, canvases.shape)
    for crop, canvas in zip(whole, canvases, strict=True):
        assert torch.equal(crop, canvas) or torch.equal(crop, canvas.flip(-1))


def test_chance_is_the_generators_alone() -> None:
    """The same seed cuts the same crops, another seed others."""
    canvases = torch.randint(0, 256, (8, 1, 9, 9), generator=chance(1))
    torch.rand(3)
    assert torch.equal(random_crops(canvases, 5, chance(7)), random_crops(canvases, 5, chance(7)))
    assert not torch.equal(random_crops(canvases, 5, chance(7)), random_crops(canvases, 5, chance(8)))
