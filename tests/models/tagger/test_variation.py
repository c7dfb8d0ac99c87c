"""Random changes of pictures: what is shown is a part of what was there."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.tagger.variation import Variation, vary

NOTHING_CHANGES = Variation(least_area=1.0, shape=1.0, flip=0.0, light=0.0)


def slopes(count: int = 40, side: int = 64) -> torch.Tensor:
    """Pictures that rise to the right in red and to the bottom in green, by one a pixel, and are blue all over."""
    rising = torch.arange(side).float().expand(side, side)
    return torch.stack([rising, rising.T, torch.full((side, side), 100.0)]).repeat(count, 1, 1, 1)


def test_without_changes_a_picture_is_only_resized() -> None:
    """As torch's own resizing does it."""
    pictures = slopes(2)
    found = vary(pictures, 32, NOTHING_CHANGES, np.random.default_rng(1))
    expected = torch.nn.functional.interpolate(pictures, size=(32, 32), mode="bilinear", align_corners=False)
    torch.testing.assert_close(found, expected, atol=1e-3, rtol=0)
    same = vary(pictures, 64, NOTHING_CHANGES, np.random.default_rng(1))
    torch.testing.assert_close(same, pictures, atol=1e-3, rtol=0)


def test_a_part_is_as_large_as_is_said() -> None:
    """By the slopes: area from the least to all of it, proportions within the bounds, nothing from outside."""
    changes = Variation(least_area=0.3, shape=1.5, flip=0.0, light=0.0)
    found = vary(slopes(), 32, changes, np.random.default_rng(2))
    width = (found[:, 0, 0, -1] - found[:, 0, 0, 0]) * 32 / 31 / 64
    height = (found[:, 1, -1, 0] - found[:, 1, 0, 0]) * 32 / 31 / 64
    assert float((width * height).min()) > 0.28
    assert float((width * height).min()) < 0.4
    assert float((width / height).max()) < 1.55
    assert float((height / width).max()) < 1.55
    assert found.min() >= 0
    assert found[:, :2].max() <= 63


@pytest.mark.parametrize("flip", [0.0, 0.5, 1.0])
def test_so_many_are_mirrored(flip: float) -> None:
    """The slope to the right falls; that to the bottom never does."""
    found = vary(slopes(400), 16, Variation(flip=flip, light=0.0), np.random.default_rng(3))
    falling = (found[:, 0, 0, -1] < found[:, 0, 0, 0]).float().mean()
    assert float(falling) == pytest.approx(flip, abs=0.07 * (0 < flip < 1))
    assert (found[:, 1, -1, 0] > found[:, 1, 0, 0]).all()


def test_light_changes_within_its_bounds() -> None:
    """A grey picture stays grey, darker or brighter; a coloured one gets paler or stronger; none leaves 0 to 255."""
    lit = Variation(least_area=1.0, shape=1.0, flip=0.0, light=0.3)
    grey = vary(torch.full((200, 3, 8, 8), 100.0), 8, lit, np.random.default_rng(4))
    assert torch.allclose(grey[:, 0], grey[:, 2], atol=1e-3)
    assert 70 - 1e-3 <= float(grey.min()) < 75
    assert 125 < float(grey.max()) <= 130 + 1e-3
    bright = vary(
        torch.full((50, 3, 8, 8), 250.0) * torch.tensor([1, 0, 1])[:, None, None], 8, lit, np.random.default_rng(5)
    )
    assert bright.min() >= 0
    assert bright.max() <= 255
    assert len(set(bright[:, 1, 0, 0].tolist())) > 10


def test_the_same_chance_gives_the_same_pictures() -> None:
    """What is drawn depends on the source of chance alone, and what was given stays as it is."""
    pictures = slopes(4)
    one, other = (vary(pictures, 32, Variation(), np.random.default_rng(6)) for _ in range(2))
    assert torch.equal(one, other)
    assert torch.equal(pictures, slopes(4))
