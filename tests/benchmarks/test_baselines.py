"""The baselines, judged on pictures whose gradients are known."""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.baselines import CANNY_CHOICES, Canny, hog
from tests.models.sketch.drawings import chamfer


def test_hog_has_the_stated_size_and_length() -> None:
    """8 x 8 cells in 7 x 7 blocks of 2 x 2, 9 directions each; unit rows, and nothing for a blank picture."""
    pictures = np.random.default_rng(0).integers(0, 256, (3, 256, 256)).astype(np.uint8)
    pictures[2] = 255
    rows = hog(pictures)
    assert rows.shape == (3, 7 * 7 * 2 * 2 * 9)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 1, 0], atol=1e-5)


def test_hog_knows_direction_and_place_but_not_polarity() -> None:
    """A line is like its negative, unlike a line across it, and unlike itself elsewhere."""
    lying, standing, elsewhere = (np.full((256, 256), 255, np.uint8) for _ in range(3))
    lying[100:103, 40:200] = 0
    standing[40:200, 100:103] = 0
    elsewhere[200:203, 40:200] = 0
    rows = hog(np.stack([lying, 255 - lying, standing, elsewhere]))
    assert rows[0] @ rows[1] > 0.99
    assert rows[0] @ rows[2] < 0.5
    assert rows[0] @ rows[3] < 0.1


def test_canny_draws_the_border_of_a_box() -> None:
    """The edges of a dark box on white come to lie on its border, in the canvas's style, and a blank photo has none."""
    photos = torch.full((2, 3, 256, 256), 255, dtype=torch.uint8)
    photos[0, :, 80:180, 60:200] = 20
    drawn = Canny(1.0, 0.05, 0.1).draw(photos)
    assert (drawn.dtype, tuple(drawn.shape)) == (torch.uint8, (2, 1, 256, 256))
    border = torch.full((1, 256, 256), 255, dtype=torch.uint8)
    border[:, 79:181, 59:201] = 0
    border[:, 81:179, 61:199] = 255
    assert chamfer(drawn[0], border) < 1.5
    assert (drawn[1] == 255).all()


def test_the_choices_are_in_order() -> None:
    """Every choice has a lower threshold below its upper one, and says its numbers."""
    assert all(0 < choice.low < choice.high < 1 and choice.sigma > 0 for choice in CANNY_CHOICES)
    assert len(set(map(str, CANNY_CHOICES))) == len(CANNY_CHOICES)
