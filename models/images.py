"""Pictures: from bytes to upright pixels, with a format allow-list and a bound on pixels."""

from __future__ import annotations

import io
import re
import struct
import warnings
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from models.contracts import PictureTooLarge, UnreadablePicture

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
HEIC = "HEIF"
"""What Pillow calls it; read only where the extra `heic` is installed."""
MAX_PIXELS = 40_000_000
MAX_RATIO = 100
"""Of the longer side to the shorter: nothing is seen on a picture that is a line."""
MAX_SCANS = 128
"""Passes over a progressive JPEG, of which cameras and programs write about ten.

Each takes as long as decoding the whole picture, and needs next to no bytes: a file of 10 MiB has room for 100,000.
"""
# What turns a stored picture upright, by its EXIF orientation; 1 is upright already.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PILLOW = r"PIL\."
_HEIC_STARTS = frozenset({b"ftypheic", b"ftypheix", b"ftypheim", b"ftypheis", b"ftypmif1"})
_HEIC_FRAME = re.compile(rb"ispe\x00{4}(.{8})", re.DOTALL)
_JPEG_QUALITY = 95
# Pillow's decoders raise any of these on damaged files.
_DAMAGED = (
    *(OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, KeyError, MemoryError, RuntimeError),
    struct.error,
)


@dataclass(frozen=True, eq=False)
class Picture:
    """One decoded picture, upright.

    Attributes:
        rgb: uint8, shape (height, width, 3), composited on white where the picture was transparent.
        alpha: uint8, shape (height, width), 255 opaque; None where the picture has no transparency.
    """

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None = None

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.rgb.shape[0])


@cache
def formats() -> tuple[str, ...]:
    """Return the formats that are read, as Pillow calls them."""
    if find_spec("pillow_heif") is None:
        return FORMATS
    import pillow_heif  # noqa: PLC0415 - only where its extra is installed

    pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    return (*FORMATS, HEIC)


def decode(content: bytes, max_pixels: int = MAX_PIXELS) -> Picture:
    """Decode the bytes of one picture file into upright pixels.

    The EXIF rotation is applied; of an animation the first frame is taken; transparency is laid on white and kept
    as `alpha`.

    Raises:
        UnreadablePicture: not a JPEG, PNG, WebP, GIF or BMP, nor a HEIC where those are read, damaged, or a line.
        PictureTooLarge: more than `max_pixels` pixels; found from the header, before decoding.
    """
    _quieten_pillow()
    if content[4:12] in _HEIC_STARTS:
        _check_frames(content, max_pixels)
    try:
        with Image.open(io.BytesIO(content), formats=formats()) as image:
            _check_size(image.width, image.height, max_pixels)
            _check_scans(image, content)
            image.load()
            return from_pillow(_upright(image))
    except UnidentifiedImageError:
        raise UnreadablePicture(_unidentified(content)) from None
    except Image.DecompressionBombError as error:
        message = f"The picture has far too many pixels; at most {max_pixels:,} are accepted."
        raise PictureTooLarge(message) from error
    except _DAMAGED as error:
        message = f"The picture is damaged and cannot be decoded: {error}."
        raise UnreadablePicture(message) from error


def from_pillow(image: Image.Image) -> Picture:
    """Turn a loaded Pillow image of any mode into a `Picture`."""
    if image.mode.startswith("I;16") or image.mode in {"I", "F"}:
        image = Image.fromarray(_to_eight_bits(np.asarray(image)))
    if not image.has_transparency_data:
        return Picture(np.asarray(image.convert("RGB")))
    rgba = image.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    white.alpha_composite(rgba)
    alpha = np.asarray(rgba.getchannel("A"))
    return Picture(np.asarray(white.convert("RGB")), None if alpha.min() == np.iinfo(np.uint8).max else alpha)


def shrunk(picture: Picture, longest: int) -> Picture:
    """Return a copy of which no side has more than `longest` pixels, each the mean of those it stands for."""
    scale = longest / max(picture.width, picture.height)
    if scale >= 1:
        return Picture(picture.rgb)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return Picture(np.asarray(Image.fromarray(picture.rgb).resize(size, Image.Resampling.BOX)))


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """Encode uint8 pixels, (height, width) grey or (height, width, 3) RGB, as PNG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def encode_shades(numbers: NDArray[np.uint8], shades: NDArray[np.uint8]) -> bytes:
    """Encode which of some shades, RGBA, uint8 (shades, 4), each pixel has, uint8 (height, width), as a small PNG."""
    image = Image.fromarray(numbers, "P")
    image.putpalette(shades[:, :3].tobytes())
    buffer = io.BytesIO()
    image.save(buffer, "PNG", transparency=shades[:, 3].tobytes())
    return buffer.getvalue()


def encode_jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """Encode uint8 pixels, (height, width, 3) RGB, as JPEG that one cannot tell from them by eye."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=_JPEG_QUALITY, subsampling="4:4:4")
    return buffer.getvalue()


def _unidentified(content: bytes) -> str:
    """Say why nothing reads a file."""
    if content[4:12] not in _HEIC_STARTS:
        return "The upload is not a JPEG, PNG, WebP, GIF or BMP picture."
    if HEIC in formats():
        return "The HEIC picture is damaged and cannot be decoded."
    return "The upload is a HEIC picture, which is not read here: send a JPEG, or install Likeness with the extra heic."


def _quieten_pillow() -> None:
    """Silence Pillow's warnings about sizes, which are checked here, and about metadata, which is thrown away.

    Filters belong to the process, so one is added for good: restoring them after each picture, as `catch_warnings`
    does, would let two threads undo each other.
    """
    if not any(entry[0] == "ignore" and getattr(entry[3], "pattern", "") == _PILLOW for entry in warnings.filters):
        warnings.filterwarnings("ignore", module=_PILLOW)


def _upright(image: Image.Image) -> Image.Image:
    """Apply the EXIF orientation; damaged EXIF says nothing, and the picture stays as it is stored."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except _DAMAGED:
        return image
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image


def _check_size(width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        message = f"The picture has {width} x {height} pixels; at most {max_pixels:,} are accepted."
        raise PictureTooLarge(message)
    if max(width, height) > MAX_RATIO * min(width, height):
        message = f"The picture has {width} x {height} pixels; one side may be {MAX_RATIO} times the other."
        raise UnreadablePicture(message)


def _check_frames(content: bytes, max_pixels: int) -> None:
    # Pillow is told a HEIC's size after cropping; what is decoded is the frame.
    for found in _HEIC_FRAME.finditer(content):
        width, height = struct.unpack(">II", found[1])
        if width * height > max_pixels:
            message = f"The picture has a frame of {width} x {height} pixels; at most {max_pixels:,} are accepted."
            raise PictureTooLarge(message)


def _check_scans(image: Image.Image, content: bytes) -> None:
    # Within the compressed data of a JPEG the byte FF is never followed by DA, the mark of a scan.
    if image.format in {"JPEG", "MPO"} and content.count(b"\xff\xda") > MAX_SCANS:
        message = f"The JPEG picture is drawn in more than {MAX_SCANS} passes; save it anew, and send that."
        raise UnreadablePicture(message)


def _to_eight_bits(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    wide = values.astype(np.float64)
    top = np.iinfo(np.uint16).max if wide.max(initial=0) > np.iinfo(np.uint8).max else np.iinfo(np.uint8).max
    return np.clip(wide * (np.iinfo(np.uint8).max / top), 0, np.iinfo(np.uint8).max).astype(np.uint8)
