"""Bags of words over pictures whose windows are few and known."""

from __future__ import annotations

import numpy as np

from benchmarks.words import learn_vocabulary, windows

WHITE = 255


def striped(direction: int, side: int = 64) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Lines every four pixels, lying or standing, so that every cell of four pixels holds the same."""
    picture = np.full((side, side), WHITE, np.uint8)
    picture[(slice(None),) * direction + (slice(2, None, 4),)] = 0
    return picture


def test_windows_without_a_gradient_are_left_out() -> None:
    """A blank picture has none; a dot only those around it."""
    blank = np.full((64, 64), WHITE, np.uint8)
    assert windows(blank, 4).shape == (0, 144)
    dotted = blank.copy()
    dotted[30:32, 30:32] = 0
    assert 0 < len(windows(dotted, 4)) < len(windows(striped(0), 4)) == 13 * 13


def test_pictures_of_other_windows_have_other_words() -> None:
    """Two words, lying and standing: each picture of one has that one, half of each shares both alike."""
    lying, standing = striped(0), striped(1)
    white = np.full_like(lying, WHITE)
    half = np.hstack([np.vstack([lying, white]), np.vstack([white, standing])])
    counts = learn_vocabulary([lying, standing], 4, 2).count([lying, standing, half, white])
    np.testing.assert_allclose(counts[0] @ counts[1], 0, atol=0.2)
    np.testing.assert_allclose(np.linalg.norm(counts, axis=1), [1, 1, 1, 0], atol=1e-6)
    np.testing.assert_allclose(counts[2] @ counts[0], counts[2] @ counts[1], atol=0.1)


def test_the_same_again() -> None:
    """Sample and clusters are those of the seed."""
    pictures = list(np.random.default_rng(0).integers(0, 256, (3, 64, 64)).astype(np.uint8))
    first, second = (learn_vocabulary(pictures, 8, 5, seed=3).count(pictures) for _ in range(2))
    np.testing.assert_array_equal(first, second)
