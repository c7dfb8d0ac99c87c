"""Contact sheets of labelled pictures: what is said of each, what of that is right, and what is missed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.report.charts import PER_CENT
from app.report.pictures import best_median_worst, data_uri

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.label_judgements import LabelJudgement

SHOWN = 8
LONGEST = 256
"""Of the sides of a picture that is shown, in pixels."""


@dataclass(frozen=True)
class Word:
    """A label of one picture: how probable it is to the model, in per cent, and whether it is true."""

    label: str
    probability: float
    true: bool


@dataclass(frozen=True)
class LabelledPicture:
    """One picture, counted from 1, as a data URI: what is said of it, the surest first, and what is missed."""

    number: int
    name: str
    picture: str
    agreement: float
    said: tuple[Word, ...]
    missed: tuple[Word, ...]


@dataclass(frozen=True)
class LabelSheet:
    """Some pictures under a heading."""

    title: str
    pictures: tuple[LabelledPicture, ...]


def label_sheets(judgement: LabelJudgement) -> tuple[LabelSheet, ...]:
    """Choose the best, the median and the worst pictures by the judgement's order, the very worst first."""
    agreements = judgement.agreements().tolist()
    return tuple(
        LabelSheet(title, tuple(_shown(judgement, row, agreements[row]) for row in rows))
        for title, rows in best_median_worst(judgement.order(), SHOWN).items()
    )


def _shown(judgement: LabelJudgement, row: int, agreement: float) -> LabelledPicture:
    said, true = judgement.said[row], judgement.true[row]
    return LabelledPicture(
        row + 1,
        judgement.paths[row].name,
        data_uri(judgement.picture(row, LONGEST)),
        agreement,
        _words(judgement, row, said),
        _words(judgement, row, true & ~said),
    )


def _words(judgement: LabelJudgement, row: int, chosen: NDArray[np.bool_]) -> tuple[Word, ...]:
    """Tell of the chosen labels of a picture, the most probable first."""
    likely, true = judgement.likely[row], judgement.true[row]
    numbers = sorted(np.flatnonzero(chosen).tolist(), key=lambda label: -likely[label])
    return tuple(Word(judgement.labels[label], PER_CENT * float(likely[label]), bool(true[label])) for label in numbers)
