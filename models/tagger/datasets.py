"""Pictures with their labels, whatever wrote them down: which data set a folder holds, and how it is divided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.datasets import MissingData

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray


HELD_OUT_EVERY, HELD_OUT_REST = 10, 5
"""Every tenth picture that may be learnt from is held out for choosing, stopping and calibration."""


@dataclass(frozen=True, eq=False)
class Listing:
    """Pictures and which labels they have; nothing is decoded yet.

    Attributes:
        paths: of the files, n of them.
        tags: bool (n, labels).
        labels: the names of the columns.
    """

    paths: tuple[Path, ...]
    tags: NDArray[np.bool_]
    labels: tuple[str, ...]

    def __len__(self) -> int:
        """Count the pictures."""
        return len(self.paths)

    def where(self, chosen: NDArray[np.bool_]) -> Listing:
        """Return some of the pictures; chosen is bool (n,)."""
        return Listing(tuple(self.paths[row] for row in np.flatnonzero(chosen)), self.tags[chosen], self.labels)


@dataclass(frozen=True, eq=False)
class Parts:
    """A data set by what its pictures are for, with the same labels in each part.

    Attributes:
        trained: what is learnt from.
        held_out: what weights and thresholds are chosen by.
        test: what the final figures are of.
    """

    trained: Listing
    held_out: Listing
    test: Listing


def divided(train: Listing, test: Listing) -> Parts:
    """Hold every tenth picture of the train part out."""
    held_out = np.arange(len(train)) % HELD_OUT_EVERY == HELD_OUT_REST
    return Parts(train.where(~held_out), train.where(held_out), test)


def listing_of(entries: Sequence[tuple[Path, frozenset[str]]], labels: Sequence[str]) -> Listing:
    """Put pictures with the names of their labels into a table; names that are not among `labels` are left out."""
    column = {label: number for number, label in enumerate(labels)}
    tags = np.zeros((len(entries), len(labels)), bool)
    for row, (_, names) in enumerate(entries):
        tags[row, [column[name] for name in names if name in column]] = True
    return Listing(tuple(path for path, _ in entries), tags, tuple(labels))


def find(folder: Path, layouts: Mapping[str, Callable[[Path], Parts]]) -> Parts:
    """Read a data set by the first layout whose file or folder is there.

    Args:
        folder: that was named.
        layouts: what a folder of this layout holds, as a path within it -> its reader.

    Raises:
        MissingData: it holds none of them, or not what the layout promises.
    """
    for mark, load in layouts.items():
        if (folder / mark).exists():
            return load(folder)
    message = f"{folder} holds no labelled pictures: none of {', '.join(layouts)} is there."
    raise MissingData(message)


def lines_of(path: Path) -> list[str]:
    """Read the lines of a text file that are not empty, without space around them.

    Raises:
        MissingData: there is no such file, or it is no text.
    """
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read as text: {error}."
        raise MissingData(message) from None
