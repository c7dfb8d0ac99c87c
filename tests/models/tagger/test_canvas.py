"""The canvas: all of a picture, whatever its shape."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.images import Picture
from models.tagger.canvas import SIDE, shown, stretch


@pytest.mark.parametrize(("width", "height"), [(40, 20), (20, 40), (900, 600)])
def test_every_corner_of_a_picture_is_on_the_canvas(width: int, height: int) -> None:
    """Four quarters of one colour each are four quarters of the canvas, whatever the proportions."""
    rgb = np.zeros((height, width, 3), np.uint8)
    colours = [[(255, 0, 0), (0, 255, 0)], [(0, 0, 255), (255, 255, 255)]]
    for row, column in np.ndindex(2, 2):
        rows, columns = slice(row * height // 2, None), slice(column * width // 2, None)
        rgb[rows, columns] = colours[row][column]
    found = stretch(Picture(rgb))
    assert found.dtype is torch.uint8
    assert found.shape == (3, SIDE, SIDE)
    assert found.is_contiguous()
    for row, column in np.ndindex(2, 2):
        y, x = (SIDE // 4 + place * SIDE // 2 for place in (row, column))
        assert found[:, y, x].tolist() == list(colours[row][column])


def test_it_shows_the_whole_picture() -> None:
    """From its left upper corner to the other end."""
    assert shown(640, 480) == (0.0, 0.0, 640.0, 480.0)
