"""Heat on a picture: laid on by hand, its hottest part, and what is painted."""

from __future__ import annotations

import numpy as np
import pytest

from models.attention import SHADES, Box, hottest, laid_on, shaded

WHOLE = (0.0, 0.0, 80.0, 40.0)


def test_cells_that_fit_keep_their_heat() -> None:
    """Where the picture is cut as the map is, nothing changes."""
    heat = np.random.default_rng(1).random((4, 8)).astype(np.float32)
    np.testing.assert_allclose(laid_on(heat, WHOLE, (80, 40), (8, 4)), heat, rtol=1e-6)


def test_between_middles_heat_is_linear() -> None:
    """By hand: of two places, at a quarter and three quarters of the way, what lies between is mixed."""
    found = laid_on(np.array([[0.0, 1.0]], np.float32), (0, 0, 4, 1), (4, 1), (8, 1))
    assert found[0].tolist() == pytest.approx([0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1])


def test_maps_are_laid_together_as_each_alone() -> None:
    """However many there are, none meddles with another."""
    heat = np.random.default_rng(2).random((3, 4, 5)).astype(np.float32)
    together = laid_on(heat, (-5, 3, 70, 50), (80, 40), (16, 8))
    alone = [laid_on(one, (-5, 3, 70, 50), (80, 40), (16, 8)) for one in heat]
    np.testing.assert_allclose(together, np.stack(alone), rtol=1e-6)


def test_what_is_not_shown_is_cold() -> None:
    """A map of the middle of a picture says nothing of its sides; one that reaches beyond it is cut off."""
    ones = np.ones((2, 2), np.float32)
    assert laid_on(ones, (20, 0, 40, 40), (80, 40), (8, 1))[0].tolist() == [0, 0, 1, 1, 1, 1, 0, 0]
    left = laid_on(np.array([[1.0, 0.0]], np.float32), (-80, 0, 160, 40), (80, 40), (4, 1))
    assert left[0].tolist() == pytest.approx([0.375, 0.125, 0, 0])


def test_the_box_holds_the_hottest_part_alone() -> None:
    """What is half as hot as the hottest place and joined to it; another warm part and lesser heat stay out."""
    heat = np.zeros((4, 8), np.float32)
    heat[1:3, 2:5] = 1.0
    heat[2, 3] = 1.5
    heat[0, 0] = 1.2
    heat[3, 2] = 0.7
    assert hottest(heat, (80, 40)) == Box(20, 10, 30, 20)


def test_a_box_lies_in_its_picture() -> None:
    """Of whatever size the picture is, at least a pixel of it, and never beyond its edge."""
    random = np.random.default_rng(2)
    for width, height in ((3, 2), (1, 1), (997, 13)):
        for heat in random.random((20, 5, 7)).astype(np.float32):
            box = hottest(heat, (width, height))
            assert box is not None
            assert box.x >= 0 < box.width
            assert box.y >= 0 < box.height
            assert box.x + box.width <= width
            assert box.y + box.height <= height


def test_nothing_hot_has_no_box() -> None:
    """Such as where a label says nothing of any place."""
    assert hottest(np.zeros((3, 3), np.float32), (30, 30)) is None


def test_the_hottest_place_is_the_reddest() -> None:
    """Red rises with heat, on any picture; nothing at all, or less, is only paled, and grey stays grey."""
    heat = np.array([[-1, 1, 2], [0, 0, 4]], np.float32)
    shades = SHADES[shaded(heat)].astype(int)
    assert shades.shape == (2, 3, 4)
    covered = shades[..., 3:] / 255
    found = covered * shades[..., :3] + (1 - covered) * 120
    redness = found[..., 0] - found[..., 2]
    assert (np.diff(redness.ravel()[np.argsort(heat.ravel(), kind="stable")]) >= 0).all()
    assert redness[1, 2] == redness.max() > 100
    assert found[0, 0].tolist() == pytest.approx([201] * 3, abs=1)
    assert not shaded(np.zeros((2, 3), np.float32)).any()
