"""The benchmark's copies: each is the same drawing, sent in the way that its name says."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.distortions import DISTORTIONS, Distortion
from models.images import Picture
from models.sketch.ink import draw_ink
from tests.models.sketch.drawings import chamfer, grey, page


def copy_of(name: str, seed: int = 0) -> Picture:
    """One copy of a made-up drawing."""
    distort: Distortion = DISTORTIONS[name]
    return distort(page(1), np.random.default_rng(seed))


def test_inverted_is_the_negative() -> None:
    """Light where it was dark, to the level."""
    np.testing.assert_array_equal(copy_of("inverted").rgb[..., 0], 255 - page(1))


@pytest.mark.parametrize(("name", "ink"), [("transparent, black ink", 0), ("transparent, white ink", 255)])
def test_transparent_copies_hold_the_drawing_in_their_alpha(name: str, ink: int) -> None:
    """The sheet is clear, the ink opaque; white ink laid on white cannot be seen."""
    picture = copy_of(name)
    assert picture.alpha is not None
    np.testing.assert_array_equal(picture.alpha, 255 - page(1))
    assert picture.rgb.min() == ink


@pytest.mark.parametrize(("name", "longest"), [("tiny (48 px)", 48), ("huge (2,000 px)", 2000), ("photographed", 900)])
def test_sizes_are_those_that_are_said(name: str, longest: int) -> None:
    """The longer side has as many pixels as the name says."""
    picture = copy_of(name)
    assert max(picture.width, picture.height) == longest


def test_off_centre_is_in_a_corner() -> None:
    """The ink keeps to one quarter of each side, and chance decides to which."""
    corners = set()
    for seed in range(12):
        ink = copy_of("off-centre", seed).rgb[..., 0] < 128
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        assert rows[-1] - rows[0] <= ink.shape[0] / 4
        assert columns[-1] - columns[0] <= ink.shape[1] / 4
        corners.add((bool(rows[0] > ink.shape[0] / 2), bool(columns[0] > ink.shape[1] / 2)))
    assert len(corners) > 1


def test_a_thick_pen_covers_the_thin_one() -> None:
    """There is more than half as much ink again."""
    ink = (255 - copy_of("thick pen").rgb[..., 0].astype(float)).sum()
    assert ink > 1.5 * (255 - page(1).astype(float)).sum()


def test_a_photograph_is_uneven_noisy_and_bent() -> None:
    """No two photographs are alike, the paper is nowhere white, and its light differs from corner to corner."""
    one, other = copy_of("photographed", 0), copy_of("photographed", 1)
    assert not np.array_equal(one.rgb, other.rgb)
    corners = [float(one.rgb[y : y + 40, x : x + 40].mean()) for y in (0, 860) for x in (0, 860)]
    assert max(corners) - min(corners) > 30
    assert max(corners) < 245
    assert float(one.rgb[:40, :40].std(axis=(0, 1)).mean()) > 2


@pytest.mark.parametrize("name", DISTORTIONS)
def test_a_copy_is_a_copy(name: str) -> None:
    """On the canvas every copy lies within a few pixels of its original: it is no other drawing."""
    assert chamfer(draw_ink(grey(page(1))), draw_ink(copy_of(name))) < 4
