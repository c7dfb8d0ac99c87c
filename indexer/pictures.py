"""Pictures and thumbnails on disk, found by the sha256 of their bytes; a picture that is sent twice is kept once."""

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from indexer.disk import DiskUnwritable, flush, writing
from indexer.stripping import stripped
from models.contracts import RetrievalError
from models.images import Picture, decode

THUMBNAIL_SIZE = 256
"""What the longer side of a thumbnail comes near, in pixels: 192 to 384 of a picture that has so many."""
THUMBNAIL_QUALITY = 85
THUMBNAIL_TYPE = "image/jpeg"
GRACE_S = 3600.0
"""A picture is saved before its row is: one younger than this may be about to get one."""

_ASIDE = ".new-"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_HEADER_BYTES = 12
_END = b"\xff\xd9"


class UnknownPicture(RetrievalError):
    """No picture of that digest is stored."""


@dataclass(frozen=True, eq=False)
class PictureFiles:
    """What is stored of a picture, for which its pixels are needed no more.

    Attributes:
        source: sha256, in hex, of the bytes that were sent.
        original: those bytes, stripped of notes.
        digest: sha256, in hex, of these.
        thumbnail: a JPEG of at most 384 × 384 pixels.
    """

    source: str
    original: bytes
    digest: str
    thumbnail: bytes


class PictureStore:
    """Pictures as they were sent but for what cameras noted in them, and small JPEG copies that hold only pixels.

    The bytes lie in `<root>/originals/ab/abcd…`. Thumbnails can be made again from them, so that they are written
    without waiting for the disk, and made again where a power cut has taken them.
    """

    def __init__(self, root: Path) -> None:
        """Look into `root`, which need not exist yet."""
        self._root = root
        self._durable: set[Path] = set()

    def save(self, content: bytes, picture: Picture) -> str:
        """Store a picture file with its thumbnail as `keep` does, and return the digest of the bytes that are stored.

        Raises:
            DiskUnwritable: the disk takes no more.
        """
        return self.keep(files_of(content, picture))

    def keep(self, files: PictureFiles) -> str:
        """Store a picture and its thumbnail, and return the digest of the bytes that are stored.

        When this returns, the picture outlives a power cut. A killed run leaves either all of it or nothing of it.

        Raises:
            DiskUnwritable: the disk takes no more.
        """
        original = self._original(files.digest)
        with writing(self._root):
            try:
                # It counts as new again: whoever saves it is about to refer to it.
                os.utime(original)
            except FileNotFoundError:
                _write(original, files.original, durable=True)
            self._keep_name(original)
            if not _is_whole(self._thumbnail(files.digest)):
                _write(self._thumbnail(files.digest), files.thumbnail)
        return files.digest

    def open(self, digest: str) -> Path:
        """Return where the bytes of a picture lie.

        Raises:
            UnknownPicture: it is not stored, or the digest is none.
        """
        original = self._original(digest)
        if not original.is_file():
            raise _unknown(digest)
        return original

    def thumbnail(self, digest: str) -> Path | None:
        """Return where the thumbnail of a picture lies, a JPEG of at most 384 × 384 pixels; None if it was lost.

        Raises:
            UnknownPicture: the picture is not stored, or the digest is none.
        """
        small = self._thumbnail(digest)
        if _is_whole(small):
            return small
        self.open(digest)
        return None

    def new_thumbnail(self, digest: str) -> bytes:
        """Make the thumbnail of a picture, which decodes all of it, and keep it where the disk takes it.

        Raises:
            UnknownPicture: the picture is not stored, or the digest is none.
        """
        content = _thumbnail_of(decode(self.open(digest).read_bytes()))
        # Whoever asked is shown it all the same; who asks next has it made once more.
        with suppress(DiskUnwritable), writing(self._root):
            _write(self._thumbnail(digest), content)
        return content

    def media_type(self, digest: str) -> str:
        """Return the type of a stored picture, such as image/png, from its first bytes.

        Raises:
            UnknownPicture: it is not stored, or the digest is none.
        """
        with self.open(digest).open("rb") as file:
            return media_type_of(file.read(_HEADER_BYTES))

    def prune(self, referenced: AbstractSet[str], *, grace_s: float = GRACE_S) -> int:
        """Remove the pictures that nothing refers to, and what killed runs left aside, and return how many they were.

        What was saved less than `grace_s` ago stays: the row that refers to it may still be on its way.
        """
        oldest = time.time() - grace_s
        removed = 0
        for path in self._files("originals"):
            if path.name not in referenced and _saved_at(path) < oldest and _dropped(path, oldest):
                removed += not path.name.startswith(_ASIDE)
        for path in self._files("thumbnails"):
            if not self._original_of(path).exists() and _saved_at(path) < oldest:
                path.unlink(missing_ok=True)
        return removed

    def erase(self, digests: AbstractSet[str]) -> int:
        """Remove pictures with their thumbnails at once, and return how many of them there were.

        Whoever saves one of them at the same time and finds it there may end up with a row that refers to nothing.

        Raises:
            DiskUnwritable: the disk may only be read.
        """
        removed = 0
        with writing(self._root):
            for digest in sorted(digests):
                original = self._original(digest)
                removed += original.exists()
                for path in (original, self._thumbnail(digest)):
                    path.unlink(missing_ok=True)
                    if path.parent.is_dir():
                        flush(path.parent)
        return removed

    def unclaimed(self, referenced: AbstractSet[str]) -> int:
        """Return how many pictures are stored, or were left half written, that nothing refers to."""
        return sum(path.name not in referenced for path in self._files("originals"))

    def _keep_name(self, path: Path) -> None:
        """Let a file's name outlive a power cut; whoever wrote the file may have been killed before that."""
        flush(path.parent)
        if path.parent not in self._durable:
            # The same goes for the folders above; once is enough.
            for folder in (path.parent.parent, self._root, self._root.parent):
                flush(folder)
            self._durable.add(path.parent)

    def _original(self, digest: str) -> Path:
        return self._root / "originals" / _checked(digest)[:2] / digest

    def _thumbnail(self, digest: str) -> Path:
        return self._root / "thumbnails" / _checked(digest)[:2] / f"{digest}.jpg"

    def _original_of(self, thumbnail: Path) -> Path:
        return self._root / "originals" / thumbnail.parent.name / thumbnail.stem

    def _files(self, kind: str) -> Iterator[Path]:
        for folder in sorted((self._root / kind).glob("*")):
            yield from sorted(folder.iterdir())


def files_of(content: bytes, picture: Picture) -> PictureFiles:
    """Make what is stored of a picture, without the disk.

    Args:
        content: a file that `models.images.decode` has read.
        picture: what it read.
    """
    original = stripped(content, picture)
    return PictureFiles(
        source=hashlib.sha256(content).hexdigest(),
        original=original,
        digest=hashlib.sha256(original).hexdigest(),
        thumbnail=_thumbnail_of(picture),
    )


def media_type_of(header: bytes) -> str:
    """Return the type of a picture from its first 12 bytes; unknown ones are application/octet-stream."""
    if header.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if header.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if header.startswith(b"RIFF") and header[8:12] == b"WEBP":
        return "image/webp"
    if header.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if header.startswith(b"BM"):
        return "image/bmp"
    return "application/octet-stream"


def _checked(digest: str) -> str:
    # A digest becomes part of a path, and may come from a request.
    if not _DIGEST.fullmatch(digest):
        raise _unknown(digest)
    return digest


def _unknown(digest: str) -> UnknownPicture:
    return UnknownPicture(f"There is no picture {digest[:80]!r}: it was never stored, or is no longer in use.")


def _thumbnail_of(picture: Picture) -> bytes:
    small = Image.fromarray(picture.rgb)
    # Means over whole pixels are as good as any filter and take a third of the time, at sizes a browser scales anyway.
    small = small.reduce(max(1, round(max(small.size) / THUMBNAIL_SIZE)))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=THUMBNAIL_QUALITY)
    return buffer.getvalue()


def _write(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write a file so that its name never stands for anything but all of it."""
    aside = path.parent / f"{_ASIDE}{secrets.token_hex(8)}"
    try:
        with _new(aside) as file:
            rest = memoryview(content)
            while rest:
                rest = rest[file.write(rest) :]
            if durable:
                os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def _new(path: Path) -> io.FileIO:
    """Open a new file in a folder, which is made if need be."""
    try:
        return path.open("xb", buffering=0)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb", buffering=0)


def _dropped(path: Path, oldest: float) -> bool:
    """Remove a file, unless it was saved again in this very moment."""
    aside = path.with_name(f"{_ASIDE}{secrets.token_hex(8)}")
    try:
        # From now on whoever saves it finds that it is not there, and writes it.
        path.replace(aside)
    except FileNotFoundError:
        return False
    if _saved_at(aside) >= oldest:
        aside.replace(path)
        return False
    aside.unlink(missing_ok=True)
    return True


def _is_whole(thumbnail: Path) -> bool:
    """Tell whether a power cut has left all of a thumbnail: it ends as every JPEG does."""
    try:
        with thumbnail.open("rb") as file:
            file.seek(-len(_END), os.SEEK_END)
            return file.read() == _END
    except OSError:
        return False


def _saved_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()
