"""Pictures without what cameras and programs note beside the pixels: place, time, owner, thumbnails, films.

Only how a photo is turned stays, and how its colours are meant. The compressed pixels are taken over as they are.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping

from PIL import ExifTags, Image

from models.images import HEIC, Picture, encode_jpeg, encode_png, formats

_UPRIGHT = 1
_ORIENTATIONS = range(2, 9)
# TIFF, little-endian, with one directory at 8 that holds one entry: the orientation, one 16-bit number.
_TIFF = struct.Struct("<2sHIHHHIHHI")

_JPEG_END = 0xD9
_JPEG_SCAN = 0xDA
# Within compressed data FF is followed by 00, by the number of a restart, or by more FF.
_JPEG_MARK = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP bKGD pHYs acTL fcTL fdAT".split(),
)
_WEBP_KEPT = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04
_GIF_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


class _Malformed(Exception):
    """A file is not built as its format says, although its pixels could be read."""


def stripped(content: bytes, picture: Picture) -> bytes:
    """Return a picture file without notes; it decodes to the same pixels.

    A file without notes comes back as it is. One that is not built as its format says is written anew, as PNG; a HEIC,
    which few browsers show, as JPEG, whose pixels are not quite the same.

    Args:
        content: a file that `models.images.decode` has read.
        picture: what it read.
    """
    try:
        with Image.open(io.BytesIO(content), formats=formats()) as image:
            kind, orientation = image.format, _orientation_of(image)
        if kind == HEIC:
            return encode_jpeg(picture.rgb)
        return b"".join(_PARTS[kind or ""](content, orientation))
    except (_Malformed, IndexError, KeyError, struct.error, OSError, ValueError, SyntaxError):
        return encode_png(picture.rgb)


def _orientation_of(image: Image.Image) -> int:
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # noqa: BLE001 - Pillow raises anything on damaged notes, which then say nothing
        return _UPRIGHT
    return orientation if isinstance(orientation, int) and orientation in _ORIENTATIONS else _UPRIGHT


def _exif(orientation: int) -> bytes:
    """Write EXIF that tells the orientation and nothing else."""
    short, count, last = 3, 1, 0
    return _TIFF.pack(b"II", 42, 8, 1, ExifTags.Base.Orientation, short, count, orientation, 0, last)


def _jpeg_parts(content: bytes, orientation: int) -> Iterator[bytes]:
    yield content[:2]
    if orientation != _UPRIGHT:
        note = b"Exif\0\0" + _exif(orientation)
        yield b"\xff\xe1" + struct.pack(">H", len(note) + 2) + note
    at = 2
    while True:
        while content[at : at + 2] == b"\xff\xff":
            at += 1
        if content[at] != 0xFF:  # noqa: PLR2004 - every mark begins so
            raise _Malformed
        mark = content[at + 1]
        if mark == _JPEG_END:
            break
        end = at + 2 + _number(content, at + 2, ">H")
        if _is_kept_in_jpeg(mark, content[at + 4 : end]):
            yield content[at:end]
        at = end
        if mark == _JPEG_SCAN:
            found = _JPEG_MARK.search(content, at)
            if found is None:
                raise _Malformed
            yield content[at : found.start()]
            at = found.start()
    # What follows is no part of the picture: a second one, a film, whatever was appended.
    yield content[at : at + 2]


def _is_kept_in_jpeg(mark: int, body: bytes) -> bool:
    if mark == 0xE0:  # noqa: PLR2004 - APP0
        return body.startswith(b"JFIF\0")
    if mark == 0xE2:  # noqa: PLR2004 - APP2
        return body.startswith(b"ICC_PROFILE\0")
    if mark == 0xEE:  # noqa: PLR2004 - APP14
        return body.startswith(b"Adobe")
    return not 0xE0 <= mark <= 0xEF and mark != 0xFE  # noqa: PLR2004 - the other APPn, and comments


def _png_parts(content: bytes, orientation: int) -> Iterator[bytes]:
    yield content[: len(_PNG_START)]
    at, is_noted = len(_PNG_START), orientation == _UPRIGHT
    while True:
        length = _number(content, at, ">I")
        name, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content):
            raise _Malformed
        if name == b"IDAT" and not is_noted:
            yield _png_chunk(b"eXIf", _exif(orientation))
            is_noted = True
        if name in _PNG_KEPT:
            yield content[at:end]
        at = end
        if name == b"IEND":
            return


def _png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _webp_parts(content: bytes, orientation: int) -> Iterator[bytes]:
    kept = list(_webp_chunks(content))
    if orientation != _UPRIGHT:
        note = _exif(orientation)
        kept.append(b"EXIF" + struct.pack("<I", len(note)) + note)
    body = b"".join(kept)
    if body.startswith(b"VP8X"):
        flags = body[8] & ~(_WEBP_EXIF | _WEBP_XMP) | (_WEBP_EXIF if orientation != _UPRIGHT else 0)
        body = body[:8] + bytes([flags]) + body[9:]
    yield b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _webp_chunks(content: bytes) -> Iterator[bytes]:
    at, stop = 12, 8 + _number(content, 4, "<I")
    if stop > len(content):
        raise _Malformed
    while at < stop:
        length = _number(content, at + 4, "<I")
        # Chunks begin at even places.
        end = at + 8 + length + length % 2
        if at + 8 + length > stop:
            raise _Malformed
        if content[at : at + 4] in _WEBP_KEPT:
            yield content[at:end].ljust(end - at, b"\0")
        at = end


def _gif_parts(content: bytes, _orientation: int) -> Iterator[bytes]:
    at = 13 + _palette_bytes(content[10])
    yield content[:at]
    while content[at] != ord(";"):
        if content[at] == ord(","):
            data = at + 10 + _palette_bytes(content[at + 9]) + 1
            end = _after_blocks(content, data)
            yield content[at:end]
        elif content[at] == ord("!"):
            end = _after_blocks(content, at + 2)
            if content[at + 1] == 0xF9 or content[at + 3 : at + 14] in _GIF_LOOPS:  # noqa: PLR2004 - timing
                yield content[at:end]
        else:
            raise _Malformed
        at = end
    yield b";"


def _palette_bytes(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(content: bytes, at: int) -> int:
    while content[at]:
        at += content[at] + 1
    return at + 1


def _number(content: bytes, at: int, form: str) -> int:
    (number,) = struct.unpack_from(form, content, at)
    return int(number)


def _as_it_is(content: bytes, _orientation: int) -> Iterator[bytes]:
    yield content


_PARTS: Mapping[str, Callable[[bytes, int], Iterator[bytes]]] = {
    "JPEG": _jpeg_parts,
    "MPO": _jpeg_parts,
    "PNG": _png_parts,
    "WEBP": _webp_parts,
    "GIF": _gif_parts,
    "BMP": _as_it_is,  # has no room for notes
}
