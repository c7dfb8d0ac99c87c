"""Several pictures as one query, and cosines of parts, against sums written out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.contracts import Vectors
from models.fusion import cosine, cosines, fuse


def unit(seed: int, *shape: int) -> Vectors:
    """Random vectors of unit length along the last axis."""
    found = np.random.default_rng(seed).normal(size=shape)
    vectors: Vectors = (found / np.linalg.norm(found, axis=-1, keepdims=True)).astype(np.float32)
    return vectors


@given(st.integers(0, 1000), st.integers(1, 6), st.integers(1, 3))
@settings(deadline=None, max_examples=40)
def test_a_track_is_the_mean_of_its_crops(seed: int, pictures: int, views: int) -> None:
    """View by view the sum of the pictures' vectors, brought back to unit length, whatever their order."""
    vectors = unit(seed, pictures, views, 5)
    found = fuse(list(vectors))
    assert found.dtype == np.float32
    for view in range(views):
        sums = [math.fsum(float(vectors[picture, view, place]) for picture in range(pictures)) for place in range(5)]
        length = math.sqrt(sum(value**2 for value in sums))
        np.testing.assert_allclose(found[view], [value / length for value in sums], atol=1e-5)
    np.testing.assert_allclose(fuse(list(vectors[::-1])), found, atol=1e-6)


def test_one_picture_is_itself() -> None:
    """To the last bit, so that one crop finds what it always found."""
    vectors = unit(1, 2, 5)
    assert fuse([vectors]) is vectors


def test_opposite_pictures_still_make_a_query() -> None:
    """Their mean has no direction; the first one stands for both."""
    vectors = unit(2, 1, 5)
    np.testing.assert_array_equal(fuse([vectors, -vectors]), vectors)


@given(st.integers(0, 1000), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
@settings(deadline=None, max_examples=40)
def test_parts_are_compared_by_themselves(seed: int, scale: float, other_scale: float) -> None:
    """Each is the cosine of its numbers alone, whatever length they have in the whole."""
    one, other = unit(seed, 2, 6)
    parts = {"top": slice(0, 3), "bottom": slice(3, 6)}
    scaled = one.copy()
    scaled[:3] *= scale
    found = cosines(scaled, other * np.float32(other_scale), parts)
    assert list(found) == ["top", "bottom"]
    for name, places in (("top", range(3)), ("bottom", range(3, 6))):
        product = sum(float(one[place]) * float(other[place]) for place in places)
        lengths = math.sqrt(sum(float(one[place]) ** 2 for place in places)) * math.sqrt(
            sum(float(other[place]) ** 2 for place in places)
        )
        assert found[name] == pytest.approx(product / lengths, abs=1e-4)


def test_cosines_stay_cosines() -> None:
    """Equal vectors give no more than 1 whatever is rounded; what has no length agrees with nothing."""
    for seed in range(20):
        one = unit(seed, 7)
        assert 1 - 1e-6 < cosine(one, one) <= 1
        assert -1 <= cosine(one, -one) < -1 + 1e-6
        assert cosine(one, one * 0) == 0
