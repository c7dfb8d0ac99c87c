"""Augmentation: no strength changes nothing, and chance is the seed's alone."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.sketch.augmentation import Warp, random_flips, warp

STILL = Warp(rotation=0, scale=0, shear=0, shift=0, bend=0, erase=0)


def canvases(count: int = 4, side: int = 32) -> Tensor:
    """Random pictures, float in 0 to 1."""
    return torch.rand(count, 1, side, side, generator=torch.Generator().manual_seed(3))


def chance(seed: int = 0) -> torch.Generator:
    """A source of randomness."""
    return torch.Generator().manual_seed(seed)


def none(count: int = 4) -> Tensor:
    """Mirror nothing."""
    return torch.zeros(count, dtype=torch.bool)


@pytest.mark.parametrize("fill", [0.0, 1.0])
def test_no_strength_changes_nothing(fill: float) -> None:
    """With every strength at zero the pictures come back."""
    torch.testing.assert_close(warp(canvases(), STILL, none(), chance(), fill), canvases(), atol=1e-4, rtol=0)


def test_flips_mirror_left_to_right() -> None:
    """Those and only those pictures are mirrored that are said to be."""
    flips = torch.tensor([True, False, True, False])
    flipped = warp(canvases(), STILL, flips, chance())
    expected = torch.where(flips[:, None, None, None], canvases().flip(-1), canvases())
    torch.testing.assert_close(flipped, expected, atol=1e-4, rtol=0)


def test_chance_is_the_seeds_alone() -> None:
    """The same seed bends alike, another differently, and the pictures given are not written to."""
    given = canvases()
    first = warp(given, Warp(), none(), chance(1))
    assert torch.equal(first, warp(given, Warp(), none(), chance(1)))
    assert not torch.equal(first, warp(given, Warp(), none(), chance(2)))
    assert torch.equal(given, canvases())
    assert (first.shape, first.dtype) == (given.shape, given.dtype)


def test_global_randomness_is_not_touched() -> None:
    """Augmentation neither reads nor moves torch's own generator: a resumed run would differ."""
    torch.manual_seed(9)
    before = torch.get_rng_state()
    warp(canvases(), Warp(), random_flips(4, chance()), chance())
    assert torch.equal(torch.get_rng_state(), before)


def test_all_channels_of_a_picture_bend_together() -> None:
    """A photo and its lines, stacked, stay on each other."""
    doubled = canvases().expand(-1, 2, -1, -1)
    bent = warp(doubled, Warp(), none(), chance())
    torch.testing.assert_close(bent[:, :1], bent[:, 1:])


@pytest.mark.parametrize("fill", [0.0, 1.0])
def test_what_comes_in_from_outside_is_the_fill(fill: float) -> None:
    """A picture of the fill's tone stays one, however it is bent, shifted and wiped."""
    plain = torch.full((3, 1, 32, 32), fill)
    strong = Warp(rotation=0.5, scale=0.5, shear=0.5, shift=0.5, bend=0.2, erase=1)
    torch.testing.assert_close(warp(plain, strong, none(3), chance(), fill), plain, atol=1e-5, rtol=0)


def test_shift_moves_by_what_it_says() -> None:
    """A dot moves by no more than the shift's share of half the canvas, along both axes, and by that much at times."""
    dot = torch.ones(64, 1, 33, 33)
    dot[:, :, 16, 16] = 0
    moved = warp(dot, Warp(0, 0, 0, 0.5, 0, 0), none(64), chance())
    ink = 1 - moved[:, 0]
    places = torch.arange(33.0)
    for axis in (1, 2):
        offsets = (ink.sum(dim=3 - axis) * places).sum(dim=1) / ink.sum(dim=(1, 2)) - 16
        assert float(offsets.abs().max()) <= 0.5 * 16.5 + 0.1
        assert float(offsets.abs().max()) > 0.3 * 16.5


def test_wiping_takes_a_box() -> None:
    """Where erasing is certain a box of 10 to 30 % of each side, as far as it is on the canvas, becomes the fill."""
    wiped = warp(torch.zeros(32, 1, 100, 100), Warp(0, 0, 0, 0, 0, 1), none(32), chance(), fill=1.0)[:, 0] > 0.5
    untouched = warp(torch.zeros(1, 1, 100, 100), STILL, none(1), chance(), fill=1.0)[0, 0] > 0.5
    assert not untouched[5:-5, 5:-5].any()
    boxes = wiped[:, 1:-1, 1:-1]
    assert boxes.any(dim=2).any(dim=1).sum() >= 28
    for picture in boxes:
        rows, columns = picture.any(dim=1), picture.any(dim=0)
        assert picture.sum() == rows.sum() * columns.sum()
        assert rows.sum() <= 31
        assert columns.sum() <= 31


def test_about_half_is_mirrored() -> None:
    """Flips are fair: of 1,000 between 440 and 560, and the same ones for the same seed."""
    flips = random_flips(1000, chance())
    assert flips.dtype is torch.bool
    assert 440 < int(flips.sum()) < 560
    assert torch.equal(flips, random_flips(1000, chance()))
