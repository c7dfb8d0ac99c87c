"""Augmentation: each change alone is what it says, all are off at 0, and chance is the generator's alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from models.reid.augmentation import Augmentation, vary

FILL = (10.0, 20.0, 30.0)
OFF = Augmentation(flip=0, shift=0, erase=0, jitter=0)


def crops(count: int = 40) -> Tensor:
    """Noise brighter than the fill, float (count, 3, 50, 25)."""
    return torch.rand(count, 3, 50, 25, generator=torch.Generator().manual_seed(3)) * 150 + 50


def varied(changes: Augmentation, given: Tensor | None = None, seed: int = 0) -> Tensor:
    """Change crops."""
    return vary(crops() if given is None else given, changes, FILL, np.random.default_rng(seed))


def is_fill(pictures: Tensor) -> Tensor:
    """Tell which pixels are the fill: bool (n, h, w)."""
    return (pictures == torch.tensor(FILL).view(3, 1, 1)).all(dim=1)


def test_nothing_on_changes_nothing() -> None:
    """Every part is a switch."""
    assert torch.equal(varied(OFF), crops())


def test_what_was_given_stays_as_it_is() -> None:
    """The pictures in memory are not those that are changed."""
    given = crops()
    varied(Augmentation(jitter=0.2), given)
    varied(Augmentation(flip=0, shift=0, erase=1), given)
    assert torch.equal(given, crops())


def test_a_flip_is_the_mirror_image() -> None:
    """Always mirrored, all are; half the time, about half of them, the others untouched."""
    assert torch.equal(varied(Augmentation(1, 0, 0)), crops().flip(-1))
    found = varied(Augmentation(0.5, 0, 0))
    mirrored = [torch.equal(one, other) for one, other in zip(found, crops().flip(-1), strict=True)]
    same = [torch.equal(one, other) for one, other in zip(found, crops(), strict=True)]
    assert [not each for each in mirrored] == same
    assert 10 < sum(mirrored) < 30


def test_a_shift_moves_by_whole_pixels_and_fills_in() -> None:
    """Each crop is a window of itself, at most a share of its height away, with the fill around it."""
    found = varied(Augmentation(0, 0.1, 0))
    places = set()
    for one, given in zip(found, crops(), strict=True):
        padded = torch.tensor(FILL).view(3, 1, 1).expand(3, 60, 35).clone()
        padded[:, 5:55, 5:30] = given
        matches = [
            (top, left)
            for top in range(11)
            for left in range(11)
            if torch.equal(padded[:, top : top + 50, left : left + 25], one)
        ]
        assert len(matches) == 1
        places.update(matches)
    assert len(places) > 25


def test_an_erased_box_is_one_box_of_a_fair_size() -> None:
    """The fill covers a rectangle of 2 to 40 % of the picture, its sides as 0.3 to 3.3, and nothing else changes."""
    found = varied(Augmentation(0, 0, 1))
    for one, given, hidden in zip(found, crops(), is_fill(found), strict=True):
        rows, columns = hidden.any(dim=1).nonzero()[:, 0], hidden.any(dim=0).nonzero()[:, 0]
        high, wide = (int(places[-1] - places[0]) + 1 for places in (rows, columns))
        assert int(hidden.sum()) == high * wide
        assert 0.015 < high * wide / (50 * 25) < 0.43
        assert 0.2 < high / wide < 4.5
        assert torch.equal(one[:, ~hidden], given[:, ~hidden])


def test_half_are_erased_where_half_is_asked() -> None:
    """The probability is that of a picture, not of the batch."""
    erased = is_fill(varied(Augmentation(0, 0, 0.5))).flatten(1).any(dim=1)
    assert 10 < int(erased.sum()) < 30


def test_jitter_changes_light_and_colour_within_bounds() -> None:
    """Each colour of a picture is multiplied by one number within the stated range, and stays within 0 and 255."""
    found = varied(Augmentation(0, 0, 0, jitter=0.2), crops() / 1.4) / (crops() / 1.4)
    gains = found.flatten(2)
    torch.testing.assert_close(gains.amin(dim=2), gains.amax(dim=2))
    assert 0.8 * 0.9 <= float(gains.min()) < 0.9
    assert 1.1 < float(gains.max()) <= 1.2 * 1.1
    bright = varied(Augmentation(0, 0, 0, jitter=0.5), torch.full((20, 3, 4, 4), 255.0))
    assert float(bright.max()) == 255


@pytest.mark.parametrize("changes", [Augmentation(), Augmentation(jitter=0.2)])
def test_chance_is_the_generators(changes: Augmentation) -> None:
    """The same seed changes alike, another one otherwise."""
    assert torch.equal(varied(changes), varied(changes))
    assert not torch.equal(varied(changes), varied(changes, seed=1))
