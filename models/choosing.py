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
    """A label that is said: after which others it comes, and how probable it is."""

    label: int
    probability: float
    before: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Found:
    """What was found of one picture.

    Attributes:
        labels: int64 (beam, steps), its paths, the most probable first, `NOTHING` after the end of each.
        chances: float (beam, labels), how probable each label is where along a path it is most probable.
        moments: int64 (beam, labels), how many labels the path had said there.
    """

    labels: NDArray[np.int64]
    chances: NDArray[np.floating]
    moments: NDArray[np.int64]

    def before(self, label: int) -> tuple[int, ...]:
        """Return what the path had said before a label that none says, where that was most probable."""
        path = int(self.chances[:, label].argmax())
        return tuple(self.labels[path, : self.moments[path, label]].tolist())


def choose(found: Found, likely: NDArray[np.float64], wanted: Wanted, thresholds: NDArray[np.float64]) -> list[Said]:
    """Choose from the labels of one picture those that are wanted.

    Args:
        found: its paths.
        likely: float64 (labels,), how probable each label is; 0 of what must not be said.
        wanted: which of them.
        thresholds: float64 (labels,), the probability from which on each is said, where nothing else is wanted.

    Returns:
        Each label once, in the order of the most probable path, then what only the next one says, and so on; then what
        no path says, the most probable first.
    """
    enough = likely > 0
    if wanted.least_probability is not None:
        enough &= likely >= wanted.least_probability
    elif wanted.most is None:
        enough &= likely >= thresholds
    best = np.argsort(-np.where(enough, likely, -1), kind="stable")[: enough.sum()][: wanted.most]
    said: dict[int, tuple[int, ...]] = {}
    for path in found.labels.tolist():
        for step, label in enumerate(path):
            if label != NOTHING:
                said.setdefault(label, tuple(path[:step]))
    chosen = dict.fromkeys(best.tolist())
    before = {label: path for label, path in said.items() if label in chosen}
    before |= {label: found.before(label) for label in chosen if label not in said}
    return [Said(label, float(likely[label]), path) for label, path in before.items()]
