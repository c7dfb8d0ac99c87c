"""What a benchmark of labels found beyond its figures: what is said of every picture, and what is true of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.images import decode, shrunk
from models.judgements import Figure


@dataclass(frozen=True)
class LabelCount:
    """One label in numbers of pictures: those that it is on, those that it is said of, and those that are both."""

    label: str
    true: int
    said: int
    right: int

    @property
    def precision(self) -> float | None:
        """How often it is right, 0 to 1; None if it is never said."""
        return self.right / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        """How many of its pictures it is said of, 0 to 1; None if it is on none."""
        return self.right / self.true if self.true else None

    @property
    def f1(self) -> float:
        """Harmonic mean of both, 0 to 1; 0 if it is never said, or on no picture."""
        return 2 * self.right / (self.said + self.true)


@dataclass(frozen=True, eq=False)
class LabelJudgement:
    """Pictures of which labels are said.

    Attributes:
        title: what was judged on, a few words.
        protocol: how it was judged, in sentences.
        labels: what the weights know.
        paths: of the pictures' files, n of them.
        true: bool (n, labels), what is so.
        said: bool (n, labels), what is said when no number of labels is asked for.
        likely: float64 (n, labels), how probable each label is to the model, 0 to 1.
        fixed: how many labels are said of each picture where their number is fixed.
        figures: what the benchmark prints.
        measured: those of them that have an interval: means over pictures, or of shares over labels.
    """

    title: str
    protocol: str
    labels: tuple[str, ...]
    paths: tuple[Path, ...]
    true: NDArray[np.bool_]
    said: NDArray[np.bool_]
    likely: NDArray[np.float64]
    fixed: int
    figures: Mapping[str, float]
    measured: Mapping[str, Figure]

    def counts(self) -> tuple[LabelCount, ...]:
        """Count the pictures of each label that is said or true of any, in the order of the labels."""
        columns = (self.true, self.said, self.true & self.said)
        numbers = zip(self.labels, *(column.sum(axis=0).tolist() for column in columns), strict=True)
        return tuple(LabelCount(label, *found) for label, *found in numbers if any(found))

    def agreements(self) -> NDArray[np.float64]:
        """F1 of what is said of each picture and what is true of it, 0 to 1 (n,); 1 where both are nothing."""
        right, both = (self.true & self.said).sum(axis=1), self.true.sum(axis=1) + self.said.sum(axis=1)
        found: NDArray[np.float64] = np.where(both > 0, 2 * right / np.maximum(both, 1), 1.0)
        return found

    def leads(self) -> NDArray[np.float64]:
        """How much likelier than the likeliest other label the true ones of each picture are, their mean: (n,)."""
        mean = (self.likely * self.true).sum(axis=1) / np.maximum(self.true.sum(axis=1), 1)
        lead: NDArray[np.float64] = mean - np.where(self.true, 0, self.likely).max(axis=1)
        return lead

    def order(self) -> NDArray[np.int64]:
        """Return the pictures from the best to the worst: by their agreement, where that is equal by their lead."""
        order: NDArray[np.int64] = np.lexsort((-self.leads(), -self.agreements()))
        return order

    def picture(self, number: int, longest: int) -> NDArray[np.uint8]:
        """Read one picture, of which no side has more than `longest` pixels then: uint8 (height, width, 3), RGB.

        Raises:
            RetrievalError: the file is no picture any more.
            OSError: it is gone.
        """
        return shrunk(decode(self.paths[number].read_bytes()), longest).rgb
