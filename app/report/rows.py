"""Figures as they are written into a table, and drawn beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.report.charts import PER_CENT

if TYPE_CHECKING:
    from models.judgements import Figure


@dataclass(frozen=True)
class Row:
    """A figure as it is written; `share`, `low` and `high` are places on a scale from 0 to 100."""

    name: str
    meaning: str
    value: str
    interval: str
    share: float
    low: float
    high: float


def per_cent(name: str, meaning: str, figure: Figure) -> Row:
    """Write a figure that is a share in per cent."""
    return _row(name, meaning, figure, 1, "\u00a0%", 1)


def from_0_to_1(name: str, meaning: str, figure: Figure) -> Row:
    """Write a figure that is 1 at best."""
    return _row(name, meaning, figure, 3, "", PER_CENT)


def _row(name: str, meaning: str, figure: Figure, digits: int, unit: str, scale: int) -> Row:
    numbers = (figure.value, figure.low, figure.high)
    value, low, high = (f"{number:.{digits}f}" for number in numbers)
    places = (round(scale * number, 2) for number in numbers)
    return Row(name, meaning, f"{value}{unit}", f"{low} to {high}", *places)
