"""One's own labelled pictures: a table of `picture, label;label`."""

from __future__ import annotations

import csv
import hashlib
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
    picture alone are left out, as nothing could be learnt and checked. What a picture is for depends on the names of
    all pictures, and not on the order of the lines.

    Raises:
        MissingData: a line has no two columns, a picture is not there, or in two lines, fewer than 20 pictures are, or
            no label is left.
    """
    entries: dict[str, tuple[Path, frozenset[str]]] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for number, row in enumerate(csv.reader(file, skipinitialspace=True), start=1):
                if not row or (number == 1 and row[0].strip().lower() == _HEADER):
                    continue
                if len(row) != _COLUMNS:
                    message = f"Line {number} of {path} has {len(row)} columns; write: picture, label;label"
                    raise MissingData(message)
                named = row[0].strip()
                picture = path.parent / named
                if not picture.is_file():
                    message = f"Line {number} of {path} names {named}, which is not there."
                    raise MissingData(message)
                if named in entries:
                    message = f"Line {number} of {path} names {named}, as a line before it does; put all labels in one."
                    raise MissingData(message)
                entries[named] = picture, frozenset(name for part in row[1].split(";") if (name := part.strip()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"{path} cannot be read as a table: {error}."
        raise MissingData(message) from None
    if len(entries) < _FEWEST:
        message = f"{path} names {len(entries)} pictures; {_FEWEST} or more are needed."
        raise MissingData(message)
    counts = Counter(name for _, names in entries.values() for name in names)
    labels = sorted(name for name, count in counts.items() if count > 1)
    if not labels:
        message = f"No label of {path} is on two pictures, so none can be learnt."
        raise MissingData(message)
    # Tables are sorted, or go round by kinds: then a kind could be all in the test, and never be learnt.
    mixed = sorted(entries, key=lambda named: hashlib.sha256(named.encode()).digest())
    whole = listing_of([entries[named] for named in mixed], labels)
    test = np.arange(len(whole)) % TEST_EVERY == TEST_REST
    return divided(whole.where(~test), whole.where(test))
