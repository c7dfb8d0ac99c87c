"""One's own labelled pictures: a table of `picture, label;label`."""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from models.datasets import MissingData
from models.tagger.datasets import Parts, divided, listing_of

if TYPE_CHECKING:
    from pathlib import Path

TEST_EVERY, TEST_REST = 5, 2
"""Every fifth picture of a table is for the final test."""
_COLUMNS = 2
_HEADER = "picture"
_FEWEST = 20


def load(path: Path) -> Parts:
    """Read a table of pictures: a path, absolute or from the table's folder, a comma, labels with semicolons between.

    A first line that begins with `picture` is a heading. Labels are compared without space around them; those of one
    picture alone are left out, as nothing could be learnt and checked.

    Raises:
        MissingData: a line has no two columns, a picture is not there, fewer than 20 pictures are, or no label is left.
    """
    entries = []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for number, row in enumerate(csv.reader(file, skipinitialspace=True), start=1):
                if not row or (number == 1 and row[0].strip().lower() == _HEADER):
                    continue
                if len(row) != _COLUMNS:
                    message = f"Line {number} of {path} has {len(row)} columns; write: picture, label;label"
                    raise MissingData(message)
                picture = path.parent / row[0].strip()
                if not picture.is_file():
                    message = f"Line {number} of {path} names {row[0].strip()}, which is not there."
                    raise MissingData(message)
                entries.append((picture, frozenset(name for part in row[1].split(";") if (name := part.strip()))))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"{path} cannot be read as a table: {error}."
        raise MissingData(message) from None
    if len(entries) < _FEWEST:
        message = f"{path} names {len(entries)} pictures; {_FEWEST} or more are needed."
        raise MissingData(message)
    counts = Counter(name for _, names in entries for name in names)
    labels = sorted(name for name, count in counts.items() if count > 1)
    if not labels:
        message = f"No label of {path} is on two pictures, so none can be learnt."
        raise MissingData(message)
    whole = listing_of(entries, labels)
    test = np.arange(len(whole)) % TEST_EVERY == TEST_REST
    return divided(whole.where(~test), whole.where(test))
