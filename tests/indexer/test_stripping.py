"""Stripping: the pixels stay, whatever tells of place, time and owner goes, and the file stays a file."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin

from indexer.stripping import stripped
from models.contracts import PictureTooLarge, UnreadablePicture
from models.images import FORMATS, HEIC, Picture, decode, formats
from tests.models.test_images import EXAMPLES, encoded, pattern

SECRET = "a street in Bologna"
XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
ORIENTATIONS = range(1, 9)


def noted(orientation: int) -> Image.Exif:
    """EXIF as a telephone writes it: how the picture is turned, who made it with what, and where."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = SECRET
    exif[ExifTags.Base.Model] = SECRET
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSDestLatitudeRef] = "N"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSProcessingMethod] = SECRET.encode()
    return exif


def with_notes(file_format: str, orientation: int) -> bytes:
    """A picture file with every note its format has room for."""
    image = Image.fromarray(pattern(9, 12))
    if file_format == "JPEG":
        return encoded(image, "JPEG", exif=noted(orientation), xmp=XMP, comment=SECRET.encode(), quality=90)
    if file_format == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Author", SECRET)
        texts.add_text("Comment", SECRET, zip=True)
        texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
        return encoded(image, "PNG", exif=noted(orientation), pnginfo=texts)
    if file_format == "WEBP":
        return encoded(image, "WEBP", exif=noted(orientation), xmp=XMP, lossless=True)
    if file_format == "GIF":
        return encoded(image, "GIF", comment=SECRET.encode(), save_all=True, append_images=[image.rotate(180)])
    return encoded(image, file_format)


def same(first: Picture, second: Picture) -> bool:
    """Whether two pictures have the same pixels, see-through ones too."""
    if (first.alpha is None) != (second.alpha is None):
        return False
    alike = first.alpha is None or second.alpha is None or np.array_equal(first.alpha, second.alpha)
    return alike and np.array_equal(first.rgb, second.rgb)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("file_format", FORMATS)
def test_notes_go_and_pixels_stay(file_format: str, orientation: int) -> None:
    """Nothing a camera noted is left but how the picture is turned, and it decodes to the very same pixels."""
    content = with_notes(file_format, orientation)
    bare = stripped(content, decode(content))
    assert same(decode(bare), decode(content))
    assert SECRET.encode() not in bare
    with Image.open(io.BytesIO(bare)) as image:
        assert image.format == file_format
        assert set(image.getexif()) <= {ExifTags.Base.Orientation}
        assert not image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        assert not {"xmp", "comment", "Author", "Comment"} & set(image.info)
        assert getattr(image, "n_frames", 1) == (2 if file_format == "GIF" else 1)


def test_of_a_heic_a_jpeg_without_notes_is_kept() -> None:
    """Every browser shows it, upright, and nobody can tell its pixels from those that were sent."""
    assert HEIC in formats()
    content = encoded(Image.fromarray(pattern(64, 80)), HEIC, exif=noted(6).tobytes(), quality=95)
    assert SECRET.encode() in content
    sent = decode(content)
    bare = stripped(content, sent)
    assert SECRET.encode() not in bare
    with Image.open(io.BytesIO(bare)) as image:
        assert (image.format, dict(image.getexif())) == ("JPEG", {})
    kept = decode(bare)
    assert kept.rgb.shape == sent.rgb.shape == (80, 64, 3)
    assert np.abs(kept.rgb.astype(int) - sent.rgb).max() <= 8
    assert stripped(bare, kept) == bare


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "exif"])
def test_a_file_without_notes_comes_back_as_it_is(name: str) -> None:
    """To the byte, so that the same picture keeps its digest."""
    assert stripped(EXAMPLES[name], decode(EXAMPLES[name])) == EXAMPLES[name]


@pytest.mark.parametrize("file_format", FORMATS)
def test_stripping_twice_changes_nothing(file_format: str) -> None:
    """What was stripped has nothing left to strip."""
    content = with_notes(file_format, 6)
    bare = stripped(content, decode(content))
    assert stripped(bare, decode(bare)) == bare


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_what_was_appended_is_cut_off(file_format: str) -> None:
    """Telephones append a film with a place of its own."""
    content = with_notes(file_format, 1)
    longer = content + SECRET.encode()
    assert stripped(longer, decode(longer)) == stripped(content, decode(content))


def test_colours_stay_as_they_are_meant() -> None:
    """A colour profile is no note about a person."""
    profile = b"\0\0\2\x0c" + b"acsp" * 130
    for file_format in ("JPEG", "PNG", "WEBP"):
        content = encoded(Image.fromarray(pattern(9, 12)), file_format, icc_profile=profile)
        with Image.open(io.BytesIO(stripped(content, decode(content)))) as image:
            assert image.info["icc_profile"] == profile


def test_a_second_picture_is_cut_off() -> None:
    """Of two pictures in one file the first is what was meant."""
    image = Image.fromarray(pattern(9, 12))
    content = encoded(image, "MPO", save_all=True, append_images=[image.rotate(180)])
    bare = stripped(content, decode(content))
    assert len(bare) < len(content) * 0.7
    assert same(decode(bare), decode(content))


@given(
    st.sampled_from(sorted(EXAMPLES)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6),
    st.floats(0.5, 1),
)
@settings(deadline=None, max_examples=300)
def test_damaged_files_keep_the_pixels_that_were_read(name: str, damage: list[tuple[float, int]], kept: float) -> None:
    """Whatever the decoder still made of a damaged file, it makes of the stripped one too."""
    content = bytearray(EXAMPLES[name])
    for place, value in damage:
        content[int(place * len(content))] = value
    damaged = bytes(content[: round(kept * len(content))])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = decode(damaged, max_pixels=1_000_000)
    except (UnreadablePicture, PictureTooLarge):
        return
    again = decode(stripped(damaged, picture))
    assert np.array_equal(again.rgb, picture.rgb)
