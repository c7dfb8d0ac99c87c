"""HEIC, as telephones keep photos: read where the extra is installed, and named where it is not."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from models import images
from models.contracts import PictureTooLarge, UnreadablePicture
from models.images import FORMATS, HEIC, decode, formats
from tests.models.test_images import ORIENTATION, encoded, never_worse_than_refused, pattern

SIDE = 64


@cache
def photo(orientation: int = 1) -> bytes:
    """A photo with the orientation that a camera notes."""
    assert HEIC in formats()
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return encoded(Image.fromarray(pattern(SIDE, SIDE + 16)), HEIC, quality=95, exif=exif.tobytes())


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Likeness as it is installed without the extra."""
    photo()
    monkeypatch.setattr(images, "find_spec", lambda _: None)
    formats.cache_clear()
    yield
    formats.cache_clear()


@pytest.mark.parametrize(("orientation", "turns"), [(1, 0), (3, 2), (6, 3), (8, 1)])
def test_a_photo_comes_out_upright(orientation: int, turns: int) -> None:
    """Its pixels are nearly those that were photographed, turned once and not twice."""
    picture = decode(photo(orientation))
    expected = np.rot90(pattern(SIDE, SIDE + 16), turns)
    assert picture.rgb.shape == expected.shape
    assert np.abs(picture.rgb.astype(int) - expected).mean() < 6


@pytest.mark.usefixtures("bare")
def test_where_it_is_not_read_the_sentence_says_so() -> None:
    """Whoever sends one learns what to do, whoever sends nonsense does not hear of it."""
    assert formats() == FORMATS
    with pytest.raises(UnreadablePicture, match="install Likeness with the extra heic"):
        decode(photo())
    with pytest.raises(UnreadablePicture, match="not a JPEG"):
        decode(b"....ftypnothing")


def test_the_bound_on_pixels_holds_before_decoding() -> None:
    """The header tells the size."""
    with pytest.raises(PictureTooLarge, match=f"{SIDE + 16} x {SIDE}"):
        decode(photo(), max_pixels=SIDE * SIDE)


def with_frame(content: bytes, width: int, height: int) -> bytes:
    """Let a photo claim another size of what is decoded."""
    at = content.index(b"ispe") + 8
    return content[:at] + struct.pack(">II", width, height) + content[at + 8 :]


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (2**32 - 1, 1)])
def test_the_bound_holds_for_what_is_decoded(width: int, height: int) -> None:
    """A frame may be larger than the picture that is cut out of it."""
    with pytest.raises(PictureTooLarge, match=f"{width} x {height}"):
        decode(with_frame(photo(), width, height))


def test_a_photo_larger_than_it_says_is_refused() -> None:
    """The library gives up in the middle, with an error of its own kind."""
    large = encoded(Image.fromarray(pattern(400, 400)), HEIC)
    with pytest.raises(UnreadablePicture):
        decode(with_frame(large, 16, 16))


def test_truncated_photos_are_refused() -> None:
    """Wherever a file breaks off, it is refused with a sentence of its own."""
    for length in range(12, len(photo()), 37):
        with pytest.raises(UnreadablePicture, match="HEIC picture is damaged"):
            decode(photo()[:length])


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8))
@settings(deadline=None, max_examples=150)
def test_damaged_photos_are_refused_or_read(damage: list[tuple[float, int]]) -> None:
    """With some bytes overwritten a photo never raises anything but the two refusals."""
    content = bytearray(photo())
    for place, value in damage:
        content[int(place * len(content))] = value
    never_worse_than_refused(bytes(content))
