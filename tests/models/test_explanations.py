"""Explanations: what supports a match is coloured and counted, nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from models.explanations import Explanation

SIDE = 12
lines = arrays.arrays(np.uint8, (SIDE, SIDE))
supports = arrays.arrays(np.float32, (SIDE, SIDE), elements=st.floats(-1, 1, width=32))


def strokes(*rows: int) -> NDArray[np.uint8]:
    """Black lines across white paper."""
    paper = np.full((SIDE, SIDE), 255, np.uint8)
    paper[list(rows)] = 0
    return paper


@given(lines, supports)
def test_paper_stays_white_and_ink_stays_dark(pixels: NDArray[np.uint8], support: NDArray[np.float32]) -> None:
    """Whatever supports the match, paper is white, and no pixel is lighter than its line or darker than the colours."""
    picture = Explanation(pixels, support).picture()
    assert picture.dtype == np.uint8
    assert picture.shape == (SIDE, SIDE, 3)
    assert (picture[pixels == 255] == 255).all()
    assert (picture.astype(int) >= pixels[..., None].astype(int) - 1).all()


@given(lines, arrays.arrays(np.float32, (SIDE, SIDE), elements=st.floats(-1, 0, width=32)))
def test_what_speaks_against_a_match_has_no_colour(pixels: NDArray[np.uint8], support: NDArray[np.float32]) -> None:
    """Where nothing supports the match, all is as if nothing were known, and no ninth has a share."""
    silent = Explanation(pixels, support)
    assert np.array_equal(silent.picture(), Explanation(pixels, np.zeros_like(support)).picture())
    assert not silent.shares().any()


def test_the_more_a_line_supports_the_redder_it_is() -> None:
    """Of four lines the one that says nothing is grey, and red grows against blue with support."""
    support = np.zeros((SIDE, SIDE), np.float32)
    support[[4, 7, 10]] = [[0.1], [0.2], [0.4]]
    picture = Explanation(strokes(1, 4, 7, 10), support).picture().astype(int)
    redness = [int(picture[row, 5, 0] - picture[row, 5, 2]) for row in (1, 4, 7, 10)]
    assert redness == sorted(redness)
    assert len(set(redness)) == 4
    assert redness[0] < 0
    # In grey as well, for who sees no colours: the strongest is clearly darker than the silent one.
    assert picture[10, 5].mean() < picture[1, 5].mean() - 60


@given(lines, supports, st.floats(0.01, 100))
def test_the_unit_of_support_does_not_matter(
    pixels: NDArray[np.uint8], support: NDArray[np.float32], unit: float
) -> None:
    """A picture is of the support in proportion to this match's own strongest."""
    one, other = (Explanation(pixels, (support * scale).astype(np.float32)) for scale in (1.0, unit))
    if (support > 1e-3).any():
        assert np.abs(one.picture().astype(int) - other.picture()).max() <= 1
        np.testing.assert_allclose(one.shares(), other.shares(), atol=1e-4)


def test_one_dot_does_not_pale_the_rest() -> None:
    """A single pixel of a hundredfold support leaves the lines that carry the match in full colour."""
    support = np.zeros((SIDE, SIDE), np.float32)
    support[3:9] = 1.0
    plain = Explanation(strokes(*range(3, 9)), support).picture()
    support[5, 5] = 2.0
    assert np.array_equal(Explanation(strokes(*range(3, 9)), support).picture(), plain)


@given(lines, supports)
def test_shares_are_those_of_the_ink(pixels: NDArray[np.uint8], support: NDArray[np.float32]) -> None:
    """Each ninth holds its part of support x ink, counted pixel by pixel; together they are all of it."""
    found = Explanation(pixels, support).shares()
    expected = np.zeros((3, 3))
    for (row, column), grey in np.ndenumerate(pixels):
        expected[row // 4, column // 4] += max(float(support[row, column]), 0) * (1 - grey / 255)
    if expected.sum() > 1e-6:
        np.testing.assert_allclose(found, expected / expected.sum(), atol=1e-6)
        assert found.sum() == pytest.approx(1)
