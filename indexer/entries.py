"""What a source consists of: items whose pictures can be read, and rejects in place of those that make none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from indexer.catalogue import InvalidKey, InvalidMetadata, check_key, check_metadata, check_title
from models.contracts import PictureTooLarge, RetrievalError, UnreadablePicture

MAX_FILE_BYTES = 64 * 2**20


class UnusableSource(RetrievalError):
    """A source cannot be read at all: it is missing, of an unknown kind, or lacks a column."""


@dataclass(frozen=True)
class Columns:
    """What the columns of a CSV file, or the members in JSON Lines, are called; all others are metadata."""

    key: str = "key"
    title: str = "title"
    image: str = "image"


@dataclass(frozen=True, eq=False)
class SourceItem:
    """An item as a source has it.

    Attributes:
        key: checked; unique only if the source is right.
        title: for people; empty if there is none.
        metadata: checked.
        read: returns the bytes of the picture; raises OSError, UnreadablePicture or PictureTooLarge.
    """

    key: str
    title: str
    metadata: Mapping[str, Any]
    read: Callable[[], bytes]


@dataclass(frozen=True)
class SourceReject:
    """A line or file that makes no item: its key, or where it stands if it has none, and one sentence."""

    key: str
    reason: str


Entry = SourceItem | SourceReject


def make_entry(key: str, title: str, metadata: Mapping[str, Any], picture: Path, *, where: str) -> Entry:
    """Return an item, or a reject if its key, title or metadata break the rules; the picture is not looked at yet."""
    try:
        check_key(key)
    except InvalidKey as error:
        return SourceReject(where, str(error))
    try:
        return SourceItem(key, check_title(title), check_metadata(metadata), partial(read_picture, picture))
    except InvalidMetadata as error:
        return SourceReject(key, str(error))


def read_picture(path: Path) -> bytes:
    """Return the bytes of a picture file.

    Raises:
        UnreadablePicture: there is no such file.
        PictureTooLarge: it is too large to be a picture of an item.
        OSError: it cannot be read.
    """
    # Also keeps away from devices and pipes, which never end.
    if not path.is_file():
        message = f"There is no file {path}."
        raise UnreadablePicture(message)
    with path.open("rb") as file:
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        message = f"The file {path} has more than {MAX_FILE_BYTES // 2**20} MiB."
        raise PictureTooLarge(message)
    return content
