"""Sources that are one file: CSV and JSON Lines. Paths of pictures in them are relative to the file.

A line that cannot be used becomes a reject and stops nothing.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indexer.entries import Columns, Entry, SourceReject, UnusableSource, make_entry

SEPARATORS = ",;\t|"

# "42" and "-0.5" are numbers; "007" and "1e5" may be anything.
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,15})?")


class CsvSource:
    """A CSV file in UTF-8 with a header; the separator is the one that the header uses most.

    In the metadata, what looks like a number is one, and empty values are left out.
    """

    def __init__(self, path: Path, columns: Columns) -> None:
        """Read the header.

        Raises:
            UnusableSource: a column is missing or there twice, or the file cannot be read.
        """
        self._path = path
        self._columns = columns
        try:
            with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
                first = file.readline()
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror}."
            raise UnusableSource(message) from error
        self._separator = max(SEPARATORS, key=first.count)
        _, header = next(self._rows(), (0, []))
        self._names = header if isinstance(header, list) else []
        self._check_header()

    def __len__(self) -> int:
        return sum(1 for _ in self._rows()) - 1

    def __iter__(self) -> Iterator[Entry]:
        rows = self._rows()
        next(rows)
        for line, row in rows:
            where = f"{self._path.name}:{line}"
            if isinstance(row, str):
                yield SourceReject(where, f"The line cannot be read: {row}.")
            elif len(row) != len(self._names):
                yield SourceReject(where, f"The line has {len(row)} values, but the header {len(self._names)}.")
            else:
                yield self._entry(dict(zip(self._names, row, strict=True)), where)

    def _check_header(self) -> None:
        missing = [name for name in (self._columns.key, self._columns.image) if name not in self._names]
        if not self._names:
            fault = "has no header"
        elif missing:
            fault = f"has no column {missing[0]!r}"
        elif len(set(self._names)) < len(self._names):
            fault = "has two columns of the same name"
        else:
            return
        columns = f"; its columns are {', '.join(map(repr, self._names))}" if self._names else ""
        message = f"{self._path} {fault}{columns}: name the columns of the key and the picture in its first line."
        raise UnusableSource(message)

    def _entry(self, values: dict[str, str], where: str) -> Entry:
        key, image = values.pop(self._columns.key), values.pop(self._columns.image)
        title = values.pop(self._columns.title, "")
        if not image:
            return SourceReject(key or where, f"The line names no picture in the column {self._columns.image!r}.")
        metadata = {name: _value(text) for name, text in values.items() if text}
        return make_entry(key, title, metadata, self._path.parent / image, where=where)

    def _rows(self) -> Iterator[tuple[int, list[str] | str]]:
        """Yield the number of every line that is not empty, and its values, or why it has none."""
        # What is not UTF-8 is let through here, and refused where its own line is checked.
        with self._path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            reader = csv.reader(file, delimiter=self._separator)
            while True:
                try:
                    row = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield reader.line_num, str(error)
                else:
                    if row:
                        yield reader.line_num, row


class JsonLinesSource:
    """A file with one JSON object per line; members other than key, title and image are metadata, as they are."""

    def __init__(self, path: Path, columns: Columns) -> None:
        """Look at no line yet."""
        self._path = path
        self._columns = columns

    def __len__(self) -> int:
        return sum(1 for _ in self._lines())

    def __iter__(self) -> Iterator[Entry]:
        for number, line in self._lines():
            where = f"{self._path.name}:{number}"
            try:
                values = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield SourceReject(where, f"The line is not JSON that can be read: {error}.")
                continue
            if isinstance(values, dict):
                yield self._entry(values, where)
            else:
                yield SourceReject(where, "The line is not a JSON object.")

    def _entry(self, values: dict[str, Any], where: str) -> Entry:
        named = [values.pop(name, "") for name in (self._columns.key, self._columns.image, self._columns.title)]
        # A whole number is a fine key.
        if not all(isinstance(value, str | int) and not isinstance(value, bool) for value in named):
            return SourceReject(where, "The key, the picture and the title of the line have to be text.")
        key, image, title = map(str, named)
        if not image:
            return SourceReject(key or where, f"The line names no picture in the member {self._columns.image!r}.")
        return make_entry(key, title, values, self._path.parent / image, where=where)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        with self._path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line


def _value(text: str) -> str | float:
    if not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)
