"""Pictures: from bytes to upright pixels, with a format allow-list and a bound on pixels."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from models.contracts import PictureTooLarge, UnreadablePicture

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
MAX_PIXELS = 40_000_000


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


def decode(content: bytes, max_pixels: int = MAX_PIXELS) -> Picture:
    """Decode the bytes of one picture file into upright pixels.

    The EXIF rotation is applied; of an animation the first frame is taken; transparency is laid on white and kept
    as `alpha`.

    Raises:
        UnreadablePicture: not a JPEG, PNG, WebP, GIF or BMP, or damaged.
        PictureTooLarge: more than `max_pixels` pixels; found from the header, before decoding.
    """
    try:
        with warnings.catch_warnings():
            # Pillow warns about sizes that are checked here and about metadata that is thrown away.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                _check_size(image, max_pixels)
                image.load()
                return from_pillow(ImageOps.exif_transpose(image))
    except UnidentifiedImageError:
        message = "The upload is not a JPEG, PNG, WebP, GIF or BMP picture."
        raise UnreadablePicture(message) from None
    except Image.DecompressionBombError as error:
        raise PictureTooLarge(str(error)) from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, KeyError, MemoryError) as error:
        # Pillow's decoders raise any of these on damaged files.
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


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """Encode uint8 pixels, (height, width) grey or (height, width, 3) RGB, as PNG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _check_size(image: Image.Image, max_pixels: int) -> None:
    if image.width * image.height > max_pixels:
        message = f"The picture has {image.width} x {image.height} pixels; at most {max_pixels:,} are accepted."
        raise PictureTooLarge(message)


def _to_eight_bits(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    wide = values.astype(np.float64)
    top = np.iinfo(np.uint16).max if wide.max(initial=0) > np.iinfo(np.uint8).max else np.iinfo(np.uint8).max
    return np.clip(wide * (np.iinfo(np.uint8).max / top), 0, np.iinfo(np.uint8).max).astype(np.uint8)
