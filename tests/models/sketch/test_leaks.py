"""Near-duplicates: the same thing is known again however it was framed, and another thing is not."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from models.contracts import Strokes
from models.sketch.leaks import NEAR_DUPLICATE, agreement, near_duplicates, twins
from models.sketch.strokes import render


def scribbles(count: int, seed: int = 0) -> Tensor:
    """Random drawings of eight strokes each, no two alike."""
    random = np.random.default_rng(seed)
    return torch.stack(
        [render(Strokes(tuple(random.uniform(0, 100, (8, 4, 2)).astype(np.float32)))) for _ in range(count)]
    )


def test_each_picture_agrees_wholly_with_itself() -> None:
    """The agreement of a picture with itself is one, and with others it is less."""
    found = agreement(scribbles(4), scribbles(4))
    assert np.diag(found) == pytest.approx(1)
    assert (found[~np.eye(4, dtype=bool)] < NEAR_DUPLICATE).all()


def test_agreement_is_the_same_both_ways() -> None:
    """Which of two sets is called the candidates does not matter."""
    first, second = scribbles(3, 1), scribbles(2, 2)
    assert agreement(first, second) == pytest.approx(agreement(second, first).T, abs=0.02)


@pytest.mark.parametrize("shift", [(0, 0), (4, -6), (-5, 3)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_shifted_or_mirrored_copy_is_a_near_duplicate(shift: tuple[int, int], mirrored: bool) -> None:
    """Another framing of the same photo is found, and only that one."""
    items = scribbles(3)
    copy = torch.roll(items[1:2], shift, (-2, -1))
    copy = copy.flip(-1) if mirrored else copy
    candidates = torch.cat([copy, scribbles(2, 9)])
    assert near_duplicates(candidates, items).tolist() == [True, False, False]
    assert near_duplicates(items, copy).tolist() == [False, True, False]


def test_a_twin_is_named_by_its_row() -> None:
    """Whichever place a copy has among the items, it is told, and who has none is told so."""
    items = scribbles(4)
    candidates = torch.cat([items[2:3].flip(-1), scribbles(1, 9), torch.roll(items[:1], 4, -1)])
    assert twins(candidates, items).tolist() == [2, -1, 0]
    assert twins(items[:0], items).tolist() == []


def test_it_is_the_harmonic_mean_of_two_shares() -> None:
    """Of two lines one of which is half of the other, all of the one and half of the other are met: two thirds."""
    whole = torch.full((1, 1, 256, 256), 255, dtype=torch.uint8)
    whole[..., 120:122, 28:228] = 0
    half = whole.clone()
    half[..., 128:] = 255
    # The ends of the half line reach a pixel further.
    assert agreement(half, whole)[0, 0] == pytest.approx(2 / 3, abs=0.02)


def test_a_blank_picture_is_nobodys_duplicate() -> None:
    """Without lines nothing agrees."""
    blank = torch.full((1, 1, 256, 256), 255, dtype=torch.uint8)
    assert not near_duplicates(blank, scribbles(2)).any()
    assert not near_duplicates(scribbles(2), blank).any()
