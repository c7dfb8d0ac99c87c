"""The disk below: names that outlive a power cut, and one error for a disk that takes no more."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.contracts import RetrievalError

_REASONS = {
    errno.ENOSPC: "its disk is full",
    errno.EDQUOT: "its quota is used up",
    errno.EROFS: "its disk is read-only",
    errno.EACCES: "this account may not write there",
}


class DiskUnwritable(RetrievalError):
    """A disk is full, or may only be read; what is stored stays, and reading goes on."""


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Give an error of our own for a disk that takes no more.

    Raises:
        DiskUnwritable: the block met a disk that is full or may only be read.
    """
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0)
        if reason is None:
            raise
        raise unwritable(str(place), reason) from error


def unwritable(place: str, reason: str) -> DiskUnwritable:
    """Return the error that says where nothing can be written, and why."""
    message = f"Nothing can be written to {place}, for {reason}; what is stored can still be read and searched."
    return DiskUnwritable(message)


def flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, and wait until their names are on the disk."""
    missing = [folder] if not folder.is_dir() else []
    while missing and not missing[-1].parent.is_dir():
        missing.append(missing[-1].parent)
    for new in reversed(missing):
        new.mkdir(exist_ok=True)
        flush(new.parent)
