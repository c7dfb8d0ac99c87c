"""Augmentation: no strength changes nothing, and chance is the seed's alone."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.sketch.augmentation import View, Warp, random_flips, warp
from models.sketch.network import seen

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


def test_a_view_in_its_own_pixels_is_the_centre() -> None:
    """Looking at the central pixels without reducing them is to crop."""
    looked = warp(canvases(), STILL, none(), chance(), view=View(crop=20, side=20))
    torch.testing.assert_close(looked, canvases()[..., 6:26, 6:26], atol=1e-4, rtol=0)


def test_a_reduced_view_is_close_to_what_the_network_sees() -> None:
    """Smooth pictures look alike whether they are reduced in training or in service."""
    y, x = torch.meshgrid(torch.linspace(0, 9, 256), torch.linspace(0, 7, 256), indexing="ij")
    smooth = ((torch.sin(y) * torch.cos(x) + 1) / 2).expand(4, 1, -1, -1)
    view = View(crop=224, side=160)
    looked = warp(smooth, STILL, none(), chance(), view=view)
    torch.testing.assert_close(looked, seen(smooth, view), atol=1e-2, rtol=0)


def test_a_thin_line_survives_a_reduced_view() -> None:
    """A line of one pixel keeps about its ink, wherever it falls between the points that are sampled."""
    view = View(crop=224, side=160)
    for column in range(60, 68):
        canvas = torch.ones(1, 1, 256, 256)
        canvas[..., column] = 0
        ink = 1 - warp(canvas, STILL, none(1), chance(), view=view)[0, 0, 80]
        assert float(ink.sum()) == pytest.approx(160 / 224, rel=0.35)


def test_faint_ink_fades_and_full_ink_stays() -> None:
    """Below a threshold that differs from canvas to canvas ink vanishes; black and white stay, and order does too."""
    ramp = torch.linspace(0, 1, 101).expand(64, 1, 3, -1)
    faded = warp(ramp, Warp(0, 0, 0, 0, 0, 0, fade=0.6), none(64), chance())[:, 0, 1]
    assert torch.allclose(faded[:, 0], torch.zeros(64), atol=1e-4)
    assert torch.allclose(faded[:, -1], torch.ones(64), atol=1e-4)
    assert (faded.diff(dim=1) >= -1e-4).all()
    vanished = (faded > 1 - 1e-3).sum(dim=1) / 101
    assert float(vanished.max()) <= 0.62
    assert float(vanished.max()) > 0.5
    assert float(vanished.min()) < 0.1


def test_about_half_is_mirrored() -> None:
    """Flips are fair: of 1,000 between 440 and 560, and the same ones for the same seed."""
    flips = random_flips(1000, chance())
    assert flips.dtype is torch.bool
    assert 440 < int(flips.sum()) < 560
    assert torch.equal(flips, random_flips(1000, chance()))
