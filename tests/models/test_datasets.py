"""Pictures of data sets: read as uploads are, and named where they cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.contracts import PictureTooLarge, RetrievalError
from models.datasets import MissingData, read_picture
from models.images import MAX_PIXELS, decode, encode_jpeg, encode_png

COLOURS = np.random.default_rng(1).integers(0, 256, (9, 12, 3), dtype=np.uint8)


def test_a_picture_is_what_its_file_holds(tmp_path: Path) -> None:
    """Pixel by pixel, whatever the file is called."""
    path = tmp_path / "a.jpg"
    path.write_bytes(encode_png(COLOURS))
    np.testing.assert_array_equal(read_picture(path).rgb, COLOURS)


def test_a_picture_is_read_as_an_upload_is(tmp_path: Path) -> None:
    """One that was stored lying on its side stands upright."""
    lying = Image.Exif()
    lying[0x0112] = 6
    path = tmp_path / "a.jpg"
    Image.fromarray(COLOURS).save(path, exif=lying)
    assert read_picture(path).rgb.shape == (12, 9, 3)
    np.testing.assert_array_equal(read_picture(path).rgb, decode(path.read_bytes()).rgb)


@pytest.mark.parametrize("content", [b"", b"no picture", encode_jpeg(COLOURS)[:40], None])
def test_a_file_that_is_no_picture_is_named(tmp_path: Path, content: bytes | None) -> None:
    """Among thousands of files the sentence says which one it is, and what to do; so it does of one that is gone."""
    path = tmp_path / "door0_1.jpg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(
        MissingData, match=r"door0_1\.jpg cannot be read as a picture \(.*[^.]\); restore it, or"
    ) as said:
        read_picture(path)
    assert isinstance(said.value.__cause__, RetrievalError | OSError)


def test_a_picture_with_too_many_pixels_is_named(tmp_path: Path) -> None:
    """The sentence tells of their number."""
    path = tmp_path / "huge.png"
    Image.new("1", (MAX_PIXELS // 4000, 4001)).save(path)
    with pytest.raises(MissingData, match=rf"huge\.png .*at most {MAX_PIXELS:,}") as said:
        read_picture(path)
    assert isinstance(said.value.__cause__, PictureTooLarge)
