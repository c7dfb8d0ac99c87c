"""Where values stand on a chart: scales, ticks and bars, in the units of an SVG drawing."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PER_CENT = 100
# A scale steps by one of these times a power of ten.
_STEPS = (1, 2, 5)
# Share of an axis up to which its last label leaves room for others.
_ROOM = 0.92
# Signs that stand side by side under a bar, and bars for whose labels there is room.
_WIDE, _MOST_BARS = 4, 9
# Where a label stands below its point or, near the axis, above it, and how far from another.
_BELOW, _ABOVE, _APART = 20, -10, 18


@dataclass(frozen=True)
class Plot:
    """A chart's frame; y goes from 0 up to `y_last`.

    Attributes:
        x_first: value at the left end.
        x_last: value at the right end, above `x_first`.
        y_last: value at the top, above 0.
        width: of the drawing; values have the part between the margins.
        height: of the drawing.
    """

    x_first: float
    x_last: float
    y_last: float = PER_CENT
    width: int = 480
    height: int = 320
    left: int = 52
    right: int = 20
    top: int = 16
    bottom: int = 52

    def x(self, value: float) -> float:
        """Distance from the drawing's left edge."""
        share = (value - self.x_first) / (self.x_last - self.x_first)
        return round(self.left + share * (self.width - self.left - self.right), 2)

    def y(self, value: float) -> float:
        """Distance from the drawing's upper edge."""
        return round(self.height - self.bottom - value / self.y_last * (self.height - self.top - self.bottom), 2)

    def line(self, points: Iterable[tuple[float, float]]) -> str:
        """Coordinates of a polyline or polygon through points."""
        return " ".join(f"{self.x(x)},{self.y(y)}" for x, y in points)


@dataclass(frozen=True)
class Bar:
    """How many ranks lie from `first` to `last`."""

    first: int
    last: int
    count: int

    @property
    def label(self) -> str:
        """The ranks, as one writes them."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"

    @property
    def label_lines(self) -> tuple[str, ...]:
        """The label in lines no wider than the bar."""
        return (self.label,) if len(self.label) <= _WIDE else (f"{self.first}–", str(self.last))


@dataclass(frozen=True)
class Mark:
    """A point of a curve that is labelled; places are distances from the drawing's upper left corner."""

    k: int
    value: float
    x: float
    y: float
    label_y: float


def ticks(last: int, most: int = 6) -> list[int]:
    """Return round whole numbers from 0 up to `last`, at most so many above 0, `last` at least 1."""
    steps = (step * 10**power for power in itertools.count() for step in _STEPS)
    step = next(step for step in steps if last <= most * step)
    return list(range(0, last + 1, step))


def places(items: int) -> list[int]:
    """Return places to name on an axis from 1 to `items`: both ends, and round ones that leave the last its room."""
    between = [tick for tick in ticks(items) if 1 < tick < _ROOM * items]
    return [1, *between, *([items] if items > 1 else [])]


def bars(found: NDArray[np.int64], items: int) -> list[Bar]:
    """Count ranks, int (queries,), from 1 to `items`: each of the first five alone, then in steps that widen."""
    choices = [_lasts(items, steps) for steps in (_STEPS, (1, 3), (1,))]
    lasts = next((found for found in choices if len(found) <= _MOST_BARS), choices[-1])
    firsts = [1, *(last + 1 for last in lasts[:-1])]
    return [
        Bar(first, last, int(((found >= first) & (found <= last)).sum()))
        for first, last in zip(firsts, lasts, strict=True)
    ]


def marks(values: Mapping[int, float], plot: Plot) -> list[Mark]:
    """Place labels at points of a curve; one that would lie on another's is left out."""
    placed: list[Mark] = []
    for k, value in values.items():
        y = plot.y(value)
        label_y = round(y + (_BELOW if y + _BELOW < plot.y(0) else _ABOVE), 2)
        if all(abs(label_y - other.label_y) >= _APART for other in placed):
            placed.append(Mark(k, value, plot.x(k), y, label_y))
    return placed


def _lasts(items: int, steps: Sequence[int]) -> list[int]:
    """Return the last rank of each bar; the last bar is as wide as all before it, at least, but for few items."""
    rounded = (step * 10**power for power in itertools.count(1) for step in steps)
    found = [*range(1, min(5, items) + 1), *itertools.takewhile(lambda last: 2 * last <= items, rounded)]
    return found if found[-1] == items else [*found, items]
