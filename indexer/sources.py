"""What is to be indexed: a folder of pictures, a CSV file or JSON Lines, read as a stream of items and rejects."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from indexer.entries import Columns, Entry, SourceItem, SourceReject, UnusableSource, make_entry
from indexer.listings import CsvSource, JsonLinesSource

__all__ = [
    "Columns",
    "FolderSource",
    "Source",
    "SourceItem",
    "SourceReject",
    "UnusableSource",
    "open_source",
]

PICTURE_SUFFIXES = frozenset(
    # Those that can be read, and those that people may expect to be: a reject then tells that they cannot.
    (
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".heic", ".heif"),
        *(".tif", ".tiff", ".avif", ".svg", ".jp2", ".pgm", ".ppm"),
    )
)


class Source(Protocol):
    """What is to be indexed, in the same order every time."""

    def __iter__(self) -> Iterator[Entry]:
        """Read it from the beginning."""

    def __len__(self) -> int:
        """Return how many items and rejects there are."""


class FolderSource:
    """All pictures in a folder and below it; their paths from there are the keys, their names the titles."""

    def __init__(self, folder: Path) -> None:
        """Look for pictures; what is hidden, and what is no picture by its name, is passed over."""
        self._folder = folder
        self._keys = sorted(_pictures_in(folder))

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Entry]:
        for key in self._keys:
            path = self._folder / key
            title = re.sub(r"[_\s]+", " ", path.stem).strip()
            yield make_entry(key, title, {}, path, where=key)


def open_source(path: Path, columns: Columns | None = None) -> Source:
    """Open a folder of pictures, a CSV file (.csv, .tsv) or JSON Lines (.jsonl, .ndjson).

    Raises:
        UnusableSource: there is nothing there, it is none of these, or a column is missing.
    """
    if path.is_dir():
        return FolderSource(path)
    suffix = path.suffix.lower()
    if not path.is_file():
        message = f"There is no folder and no file {path}."
    elif suffix in {".csv", ".tsv"}:
        return CsvSource(path, columns or Columns())
    elif suffix in {".jsonl", ".ndjson"}:
        return JsonLinesSource(path, columns or Columns())
    else:
        message = f"{path} is neither a folder of pictures nor a file that ends in .csv, .tsv, .jsonl or .ndjson."
    raise UnusableSource(message)


def _pictures_in(folder: Path) -> Iterator[str]:
    for place, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if not name.startswith(".")]
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in PICTURE_SUFFIXES:
                yield (Path(place) / name).relative_to(folder).as_posix()
