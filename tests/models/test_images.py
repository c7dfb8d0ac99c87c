"""Pictures: every allowed format comes out upright and opaque, and no upload can do worse than be refused."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from models.contracts import PictureTooLarge, UnreadablePicture
from models.images import FORMATS, Picture, decode, encode_png, encode_shades, from_pillow, shrunk

ORIENTATION = 0x0112
LOSSLESS = {"PNG", "GIF", "BMP"}


def pattern(height: int = 24, width: int = 32) -> NDArray[np.uint8]:
    """Smooth colours without symmetry, so that a turned or mirrored copy is another picture."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 255 // width, y * 255 // height, (2 * x + y) * 60 // (width + height)], axis=2).astype(
        np.uint8
    )


def encoded(image: Image.Image, file_format: str, **options: object) -> bytes:
    """Bytes of a picture file."""
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def examples() -> dict[str, bytes]:
    """One small file of each kind that people send."""
    image = Image.fromarray(pattern(9, 12))
    see_through = Image.fromarray(np.dstack([pattern(9, 12), pattern(9, 12)[..., 0]]))
    turned = Image.Exif()
    turned[ORIENTATION] = 6
    turned[0x010F] = "camera"
    return {
        "jpeg": encoded(image, "JPEG"),
        "progressive": encoded(image, "JPEG", progressive=True),
        "cmyk": encoded(image.convert("CMYK"), "JPEG"),
        "exif": encoded(image, "JPEG", exif=turned),
        "png": encoded(image, "PNG"),
        "see-through": encoded(see_through, "PNG"),
        "palette": encoded(image.convert("P"), "PNG", transparency=0),
        "interlaced bits": encoded(image.convert("1"), "PNG"),
        "sixteen": encoded(Image.fromarray(pattern(9, 12)[..., 0].astype(np.uint16) * 257), "PNG"),
        "gif": encoded(image, "GIF"),
        "film": encoded(image, "GIF", save_all=True, append_images=[image.rotate(180)]),
        "bmp": encoded(image, "BMP"),
        "webp": encoded(image, "WEBP"),
        "lossless webp": encoded(see_through, "WEBP", lossless=True),
    }


EXAMPLES = examples()


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_allowed_format_is_decoded(file_format: str) -> None:
    """A file of each allowed format gives its pixels back: exactly where the format keeps them, else nearly."""
    pixels = pattern()
    grey = np.repeat(pixels[..., :1], 3, axis=2)
    # A GIF keeps 256 colours: of grey levels it loses none.
    picture = decode(encoded(Image.fromarray(grey if file_format == "GIF" else pixels), file_format))
    expected = grey if file_format == "GIF" else pixels
    assert picture.rgb.dtype == np.uint8
    assert (picture.height, picture.width) == (24, 32)
    assert picture.alpha is None
    tolerance = 0 if file_format in LOSSLESS else 24
    assert np.abs(picture.rgb.astype(int) - expected).max() <= tolerance


@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        (1, lambda stored: stored),
        (2, lambda stored: stored[:, ::-1]),
        (3, lambda stored: stored[::-1, ::-1]),
        (4, lambda stored: stored[::-1]),
        (5, lambda stored: stored.transpose(1, 0, 2)),
        (6, lambda stored: stored.transpose(1, 0, 2)[:, ::-1]),
        (7, lambda stored: stored[::-1, ::-1].transpose(1, 0, 2)),
        (8, lambda stored: stored.transpose(1, 0, 2)[::-1]),
    ],
)
def test_exif_orientation_is_applied(orientation: int, upright: object) -> None:
    """Each of the eight EXIF orientations is undone as the standard describes it, by array indexing."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    picture = decode(encoded(Image.fromarray(pattern()), "PNG", exif=exif))
    np.testing.assert_array_equal(picture.rgb, upright(pattern()))  # type: ignore[operator]


def test_transparency_is_laid_on_white_and_kept() -> None:
    """A half-transparent pixel mixes with white in proportion to its alpha, and the alpha itself is handed on."""
    rgba = np.dstack([pattern(), np.linspace(0, 255, 24 * 32).reshape(24, 32).astype(np.uint8)])
    picture = decode(encoded(Image.fromarray(rgba), "PNG"))
    share = rgba[..., 3:] / 255
    mixed = rgba[..., :3] * share + 255 * (1 - share)
    assert np.abs(picture.rgb - mixed).max() <= 1
    assert picture.alpha is not None
    np.testing.assert_array_equal(picture.alpha, rgba[..., 3])


def test_an_opaque_alpha_channel_is_no_transparency() -> None:
    """A picture whose alpha is 255 everywhere is an ordinary picture."""
    opaque = np.dstack([pattern(), np.full((24, 32), 255, np.uint8)])
    assert decode(encoded(Image.fromarray(opaque), "PNG")).alpha is None


@pytest.mark.parametrize("mode", ["LA", "PA", "RGBa"])
def test_other_modes_with_alpha_keep_it(mode: str) -> None:
    """Grey, palette and premultiplied pictures with alpha become white where they are transparent."""
    rgba = np.dstack([pattern(), np.full((24, 32), 255, np.uint8)])
    rgba[:, :16, 3] = 0
    image = Image.fromarray(rgba)
    picture = from_pillow(image.convert("P").convert("PA") if mode == "PA" else image.convert(mode))
    if mode != "PA":
        assert picture.alpha is not None
        assert (picture.rgb[:, :16] == 255).all()
    assert picture.rgb.shape == (24, 32, 3)


def test_a_transparent_palette_colour_is_white() -> None:
    """The colour that a GIF or palette PNG names as transparent is laid on white."""
    indices = np.zeros((8, 8), np.uint8)
    indices[:, 4:] = 1
    image = Image.fromarray(indices).convert("P")
    image.putpalette([10, 20, 30, 200, 100, 50])
    for file_format in ("GIF", "PNG"):
        picture = decode(encoded(image, file_format, transparency=0))
        assert picture.alpha is not None
        assert (picture.rgb[:, :4] == 255).all()
        assert (picture.alpha[:, :4] == 0).all()
        np.testing.assert_array_equal(picture.rgb[:, 4:], np.broadcast_to([200, 100, 50], (8, 4, 3)))


def test_sixteen_bits_become_eight() -> None:
    """A 16-bit grey level v * 257 is the 8-bit level v: the exact stretch of one range onto the other."""
    levels = np.arange(256, dtype=np.uint16).reshape(16, 16)
    picture = decode(encoded(Image.fromarray(levels * 257), "PNG"))
    np.testing.assert_array_equal(picture.rgb, np.repeat(levels[..., None], 3, axis=2))


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_wide_modes_hold_eight_bit_levels(dtype: type[np.generic]) -> None:
    """Pillow's modes I and F, whose levels stay within 0 to 255, come out as they are."""
    levels = np.arange(256).reshape(16, 16)
    picture = from_pillow(Image.fromarray(levels.astype(dtype)))
    np.testing.assert_array_equal(picture.rgb[..., 0], levels)


def test_cmyk_is_shown_in_rgb() -> None:
    """A CMYK JPEG without ink is white, and one with all black is black."""
    for black, level in ((0, 255), (255, 0)):
        image = Image.new("CMYK", (16, 16), (0, 0, 0, black))
        assert np.abs(decode(encoded(image, "JPEG")).rgb.astype(int) - level).max() <= 2


@pytest.mark.parametrize("file_format", ["GIF", "WEBP"])
def test_of_an_animation_the_first_frame_is_taken(file_format: str) -> None:
    """The first frame of a film is the picture, whatever follows."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("black", "white", "white")]
    content = encoded(frames[0], file_format, save_all=True, append_images=frames[1:])
    assert decode(content).rgb.max() <= 2


@pytest.mark.parametrize("file_format", ["TIFF", "PPM", "ICO", "PDF"])
def test_other_formats_are_refused(file_format: str) -> None:
    """A format that is not on the list is refused, although Pillow could read or write it."""
    with pytest.raises(UnreadablePicture, match="not a JPEG, PNG, WebP, GIF or BMP"):
        decode(encoded(Image.fromarray(pattern(16, 16)), file_format))


@pytest.mark.parametrize("content", [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    """Text, nothing, a vector drawing and a bare signature are unreadable."""
    with pytest.raises(UnreadablePicture):
        decode(content)


@pytest.mark.parametrize("name", EXAMPLES)
def test_truncated_at_every_length(name: str) -> None:
    """However much of a file is missing at its end, it is a picture of the right size or unreadable, nothing else."""
    content = EXAMPLES[name]
    whole = decode(content)
    for length in range(len(content)):
        try:
            picture = decode(content[:length])
        except UnreadablePicture:
            continue
        assert picture.rgb.shape == whole.rgb.shape


def never_worse_than_refused(content: bytes) -> None:
    """Decode, and let nothing pass but a sound picture or one of the two refusals."""
    try:
        picture = decode(content, max_pixels=1_000_000)
    except (UnreadablePicture, PictureTooLarge) as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017 - either outcome is right
    else:
        assert picture.rgb.dtype == np.uint8
        assert picture.rgb.shape == (picture.height, picture.width, 3)
        assert picture.alpha is None or picture.alpha.shape == picture.rgb.shape[:2]


@given(st.binary(max_size=200), st.sampled_from([b"", *(content[:16] for content in EXAMPLES.values())]))
@settings(deadline=None, max_examples=100)
def test_random_bytes_are_refused(content: bytes, start: bytes) -> None:
    """Random bytes, bare or behind the beginning of a real file, never raise anything but the two refusals."""
    never_worse_than_refused(start + content)


@given(
    st.sampled_from(sorted(EXAMPLES)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8),
)
@settings(deadline=None, max_examples=300)
def test_damaged_files_are_refused_or_read(name: str, damage: list[tuple[float, int]]) -> None:
    """A real file with some bytes overwritten never raises anything but the two refusals."""
    content = bytearray(EXAMPLES[name])
    for place, value in damage:
        content[int(place * len(content))] = value
    never_worse_than_refused(bytes(content))


def test_damaged_exif_does_not_hide_the_picture() -> None:
    """A photo is shown although a note about its camera is damaged, whichever byte of the EXIF block it is."""
    content = EXAMPLES["exif"]
    start = content.index(b"Exif\0\0")
    (length,) = struct.unpack(">H", content[start - 2 : start])
    block = range(start + 6, start - 2 + length)
    for place in block:
        for value in (0, 255):
            damaged = content[:place] + bytes([value]) + content[place + 1 :]
            assert sorted(decode(damaged).rgb.shape) == [3, 9, 12]


def png_header(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims any size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def claiming(name: str, width: int, height: int) -> bytes:
    """A small file of a format whose header claims any size."""
    if name == "png":
        return png_header(width, height)
    if name == "gif":
        return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b",\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + header


@pytest.mark.parametrize("name", ["png", "gif", "bmp"])
@pytest.mark.parametrize(("width", "height"), [(8_000, 8_000), (65_000, 65_000)])
def test_bombs_are_refused_by_their_header(name: str, width: int, height: int) -> None:
    """A file of a few bytes that claims billions of pixels is too large, before any of them is allocated."""
    with pytest.raises(PictureTooLarge, match="pixels"):
        decode(claiming(name, width, height))


def repeated_scans(times: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: each is decoded over the whole picture."""
    content = encoded(Image.fromarray(pattern(64, 64)), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    scan = content[last : content.rindex(b"\xff\xd9")]
    return content[:last] + scan * times + b"\xff\xd9"


def test_a_jpeg_of_endless_passes_is_refused() -> None:
    """A small file that would take hours to decode is refused at once; a few passes more than usual are read."""
    assert decode(repeated_scans(20)).rgb.shape == (64, 64, 3)
    with pytest.raises(UnreadablePicture, match="passes"):
        decode(repeated_scans(5000))


@pytest.mark.parametrize(("width", "height"), [(1, 1), (100, 1), (1, 100), (700, 7)])
def test_long_pictures_are_read(width: int, height: int) -> None:
    """A rope, a belt and a single pixel are pictures."""
    assert decode(encoded(Image.new("RGB", (width, height)), "PNG")).rgb.shape == (height, width, 3)


@pytest.mark.parametrize(("width", "height"), [(101, 1), (1, 101), (39_000_000, 1), (1, 300_000)])
def test_lines_are_refused_before_decoding(width: int, height: int) -> None:
    """Whatever the format says of them, nothing can be seen on them."""
    with pytest.raises(UnreadablePicture, match=f"{width} x {height} pixels; one side may be 100 times the other"):
        decode(png_header(width, height))


def test_the_bound_is_exact() -> None:
    """As many pixels as allowed are read, one fewer allowed and the same picture is refused."""
    content = EXAMPLES["png"]
    assert decode(content, max_pixels=108).rgb.shape == (9, 12, 3)
    with pytest.raises(PictureTooLarge, match="12 x 9"):
        decode(content, max_pixels=107)


@given(st.integers(1, 20), st.integers(1, 20), st.booleans(), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=25)
def test_encoded_pictures_come_back(height: int, width: int, grey: bool, seed: int) -> None:
    """What `encode_png` writes, `decode` reads back exactly."""
    shape = (height, width) if grey else (height, width, 3)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    picture = decode(encode_png(pixels))
    np.testing.assert_array_equal(picture.rgb, np.repeat(pixels[..., None], 3, axis=2) if grey else pixels)


def test_shades_keep_colour_and_transparency() -> None:
    """Every pixel has the shade of its number, exactly, in a file that is far smaller than its pixels."""
    random = np.random.default_rng(3)
    shades, numbers = random.integers(0, 256, (9, 4), np.uint8), np.sort(random.integers(0, 9, (48, 64), np.uint8))
    content = encode_shades(numbers, shades)
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "PNG"
        assert np.array_equal(np.asarray(image.convert("RGBA")), shades[numbers])
    assert len(content) < numbers.size / 4


def test_decoding_in_many_threads_leaves_the_warnings_of_others_alone() -> None:
    """Decoding in a pool gives every caller its picture, and what other code warns about is still heard."""
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        pictures = list(pool.map(decode, [EXAMPLES["png"]] * 200))
    assert all(isinstance(picture, Picture) for picture in pictures)
    added = [entry for entry in warnings.filters if entry not in before]
    assert all(getattr(module, "pattern", "").startswith("PIL") for _, _, _, module, _ in added)
    assert len(added) <= 8
    with pytest.raises(UserWarning, match="heard"):
        warnings.warn("heard", UserWarning, stacklevel=1)


@pytest.mark.parametrize(("height", "width", "longest"), [(24, 32, 8), (24, 32, 16), (100, 1, 10), (7, 5, 5)])
def test_a_small_copy_has_the_shape_and_the_light_of_the_picture(height: int, width: int, longest: int) -> None:
    """Its longer side is what was asked for, its sides in proportion, its mean that of the picture."""
    picture = Picture(pattern(height, width))
    small = shrunk(picture, longest)
    assert max(small.width, small.height) == longest
    scale = longest / max(height, width)
    assert abs(small.width - width * scale) <= max(0.5, 1 - width * scale)
    assert abs(small.height - height * scale) <= max(0.5, 1 - height * scale)
    assert abs(float(small.rgb.mean()) - float(picture.rgb.mean())) < 3


def test_a_small_picture_is_not_made_larger() -> None:
    """It is its own copy."""
    picture = Picture(pattern(6, 4))
    assert np.array_equal(shrunk(picture, 6).rgb, picture.rgb)
    assert np.array_equal(shrunk(picture, 60).rgb, picture.rgb)
