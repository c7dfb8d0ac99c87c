"""Framing: the thing's box is centred on ground of its own colour, and a photo without ground is used whole."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.images import Picture
from models.sketch.canvas import EXTENT, SIDE
from models.sketch.photos import frame

colours = st.tuples(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))


def scene(height: int, width: int, ground: tuple[int, int, int]) -> NDArray[np.uint8]:
    """A plain ground."""
    return np.broadcast_to(np.array(ground, np.uint8), (height, width, 3)).copy()


def box_of(framed: torch.Tensor, ground: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Where a framed photo differs by more than half from its ground: top, bottom, left, right, ends within."""
    difference = (framed.permute(1, 2, 0).numpy().astype(int) - np.array(ground)).__abs__().max(axis=2)
    differs = difference > difference.max() / 2
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


@given(colours, st.integers(2, 60), st.integers(2, 60), st.integers(0, 30), st.integers(0, 30))
@settings(deadline=None, max_examples=40)
def test_the_things_box_is_centred_on_ground_of_its_colour(
    ground: tuple[int, int, int], height: int, width: int, top: int, left: int
) -> None:
    """Whatever the ground's colour, the thing's place and size, its longer side becomes 208 pixels, in the middle."""
    photo = scene(100, 120, ground)
    thing = tuple((level + 128) % 256 for level in ground)
    photo[top + 4 : top + 4 + height, left + 4 : left + 4 + width] = thing
    framed = frame(Picture(photo))
    assert (framed.dtype, tuple(framed.shape)) == (torch.uint8, (3, SIDE, SIDE))
    assert framed[:, 0, 0].tolist() == list(ground)
    first, last, start, end = box_of(framed, ground)
    scale = EXTENT / max(height, width)
    assert last - first + 1 == pytest.approx(height * scale, abs=1.5)
    assert end - start + 1 == pytest.approx(width * scale, abs=1.5)
    assert (first + last) / 2 == pytest.approx((SIDE - 1) / 2, abs=1)
    assert (start + end) / 2 == pytest.approx((SIDE - 1) / 2, abs=1)


def test_where_the_thing_stood_does_not_matter() -> None:
    """The same thing anywhere on its ground, with more or less ground around it, gives the same tensor."""
    thing = np.random.default_rng(0).integers(0, 120, (30, 50, 3)).astype(np.uint8)
    framed = []
    for height, width, top, left in ((80, 90, 10, 20), (80, 90, 45, 35), (200, 150, 100, 3)):
        photo = scene(height, width, (250, 250, 250))
        photo[top : top + 30, left : left + 50] = thing
        framed.append(frame(Picture(photo)))
    assert torch.equal(framed[0], framed[1])
    assert torch.equal(framed[0], framed[2])


def test_a_photo_without_plain_ground_is_used_whole() -> None:
    """Where the border shows a scene, nothing is cut away: the whole photo's longer side becomes 208."""
    photo = np.random.default_rng(0).integers(0, 256, (60, 120, 3)).astype(np.uint8)
    framed = frame(Picture(photo)).float()
    inner = framed[:, (SIDE - 104) // 2 : (SIDE + 104) // 2, (SIDE - EXTENT) // 2 : (SIDE + EXTENT) // 2]
    assert float(inner.std()) > 30
    assert float(framed[:, :70].std(dim=(1, 2)).max()) == 0


@pytest.mark.parametrize("tone", [0, 100, 255])
def test_a_blank_photo_is_ground_all_over(tone: int) -> None:
    """A photo of nothing stays a plain canvas of its tone."""
    assert (frame(Picture(scene(40, 60, (tone, tone, tone)))) == tone).all()


def test_noise_and_a_speck_do_not_stretch_the_box() -> None:
    """Slight noise of the ground and one odd pixel of it leave the box at the thing."""
    random = np.random.default_rng(0)
    photo = (scene(120, 160, (240, 240, 240)) + random.integers(-5, 6, (120, 160, 3))).astype(np.uint8)
    photo[50:90, 60:120] = 30
    photo[3, 4] = 0
    top, bottom, left, right = box_of(frame(Picture(photo)), (240, 240, 240))
    assert right - left + 1 == pytest.approx(EXTENT, abs=2)
    assert bottom - top + 1 == pytest.approx(EXTENT * 40 / 60, abs=2)


def test_large_photos_are_framed_like_small_ones() -> None:
    """A photo of 3,000 pixels and its reduction by six give nearly the same picture."""
    small = scene(400, 500, (255, 255, 255))
    small[100:300, 120:400] = (200, 30, 40)
    small[150:250, 200:300] = (20, 30, 140)
    large = small.repeat(6, axis=0).repeat(6, axis=1)
    assert float((frame(Picture(small)).float() - frame(Picture(large)).float()).abs().mean()) < 2


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 2), (1, 900), (900, 1), (3, 5000), (5000, 3), (1, 30_000)])
def test_odd_sizes_never_crash(shape: tuple[int, int]) -> None:
    """One pixel, a thread and a ribbon are framed like any photo."""
    random = np.random.default_rng(sum(shape))
    for photo in (random.integers(0, 256, (*shape, 3)), np.full((*shape, 3), 7)):
        framed = frame(Picture(photo.astype(np.uint8)))
        assert (framed.dtype, tuple(framed.shape)) == (torch.uint8, (3, SIDE, SIDE))
        assert framed.is_contiguous()
