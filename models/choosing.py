"""Which labels of a picture are said: those that are sure enough, or as many as are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.paths import NOTHING, Limits

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Wanted:
    """Which labels of a picture are wanted; where all is left open, those that reach their thresholds.

    Attributes:
        most: so many, the most probable, whatever their thresholds; None for as many as there are.
        least_probability: those that are at least so probable, 0 to 1, whatever their thresholds; None for thresholds.
        precision: thresholds fitted for this precision instead of for F1.
        allowed: numbers of the labels that may be said; empty for all.
        beam: paths that are followed at once; what is calibrated is the default.
    """

    most: int | None = None
    least_probability: float | None = None
    precision: float | None = None
    allowed: tuple[int, ...] = ()
    beam: int = Limits().beam


@dataclass(frozen=True)
class Said:
    """A label that is said: which path of its picture says it first, at which step, and how probable it is."""

    label: int
    probability: float
    path: int
    step: int


def choose(
    labels: NDArray[np.int64], likely: NDArray[np.float64], wanted: Wanted, thresholds: NDArray[np.float64]
) -> list[Said]:
    """Choose from the paths of one picture the labels that are wanted.

    Args:
        labels: int64 (beam, steps), the most probable path first, `NOTHING` after the end of each.
        likely: float64 (labels,), how probable each label is.
        wanted: which of them.
        thresholds: float64 (labels,), the probability from which on each is said, where nothing else is wanted.

    Returns:
        Each label once, in the order of the most probable path, then what only the next one says, and so on.
    """
    first: dict[int, tuple[int, int]] = {}
    for path, step in np.argwhere(labels != NOTHING).tolist():
        first.setdefault(int(labels[path, step]), (path, step))
    found = [Said(label, float(likely[label]), *place) for label, place in first.items()]
    if wanted.least_probability is not None:
        found = [one for one in found if one.probability >= wanted.least_probability]
    elif wanted.most is None:
        found = [one for one in found if one.probability >= thresholds[one.label]]
    if wanted.most is not None:
        best = sorted(found, key=lambda one: -one.probability)[: wanted.most]
        found = [one for one in found if one in best]
    return found
