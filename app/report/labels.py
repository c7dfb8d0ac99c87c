"""What the page of labels shows: what is said of pictures, label by label and picture by picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app.report.charts import PER_CENT, Plot, ticks
from app.report.label_sheets import label_sheets
from app.report.rows import Row, per_cent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.label_judgements import LabelCount, LabelJudgement

LISTED = 20
"""Labels in each of the short tables; where there are no more, one table holds all."""
FEW = 5
"""Pictures from which on a label's shares say something of it."""

_FIXED = {
    "f1": ("C-F1", "harmonic mean of C-P and C-R"),
    "precision": ("C-P", "how often a label is right where it is said, mean over the labels"),
    "recall": ("C-R", "how many of a label's pictures it is said of, mean over the labels"),
    "O-F1": ("O-F1", "harmonic mean of O-P and O-R"),
    "O-P": ("O-P", "labels that are right among all that are said"),
    "O-R": ("O-R", "labels that are said among all that are true"),
    "MAP@10": ("MAP@10", "mean average precision of each picture's ten surest labels"),
}
_OWN = ("C-F1", "C-P", "C-R", "O-F1", "O-P", "O-R")
_MEANINGS = dict(_FIXED.values())


@dataclass(frozen=True)
class Length:
    """How many pictures have so many labels, by what is said and by what is true."""

    labels: int
    said: int
    true: int


def labelled(judgement: LabelJudgement) -> Mapping[str, Any]:
    """Work out what the template `labels.html` names."""
    counts, found = judgement.counts(), lengths(judgement)
    return {
        "fixed_rows": [*(per_cent(*_FIXED[name], judgement.measured[name]) for name in _FIXED), _recalled(judgement)],
        "own_rows": [per_cent(name, _MEANINGS[name], judgement.measured[f"own {name}"]) for name in _OWN],
        "own_labels": judgement.measured["own labels"],
        "said": int(judgement.said.sum()),
        "right": int((judgement.said & judgement.true).sum()),
        "truths": int(judgement.true.sum()),
        "lengths": found,
        "lengths_plot": Plot(0, len(found), max(max(one.said, one.true) for one in found), top=28),
        "ticks": ticks,
        "tables": tables(counts),
        "all_labels": sorted(counts, key=lambda one: one.label.casefold()) if len(counts) > LISTED else [],
        "most": max(one.true for one in counts),
        "few": FEW,
        "sheets": label_sheets(judgement),
    }


def lengths(judgement: LabelJudgement) -> list[Length]:
    """Count the pictures by how many labels are said, and are true, of each; from none to the most of either."""
    said, true = (table.sum(axis=1) for table in (judgement.said, judgement.true))
    last = int(max(said.max(), true.max()))
    counted = zip(*(np.bincount(found, minlength=last + 1).tolist() for found in (said, true)), strict=True)
    return [Length(labels, *pictures) for labels, pictures in enumerate(counted)]


def tables(counts: Sequence[LabelCount]) -> dict[str, list[LabelCount]]:
    """Choose labels for the short tables, by their headings: those of most pictures, and those that fare worst.

    The worst have the lowest F1, among equals the most pictures; labels of fewer than `FEW` pictures are left out.
    """
    frequent = sorted(counts, key=lambda one: (-one.true, one.label.casefold()))
    if len(counts) <= LISTED:
        return {"All labels, the most frequent first": frequent}
    worst = sorted((one for one in frequent if one.true >= FEW), key=lambda one: one.f1)
    return {"The most frequent": frequent[:LISTED], **({"The worst": worst[:LISTED]} if worst else {})}


def _recalled(judgement: LabelJudgement) -> Row:
    """Write N+, which has no interval: of pictures that are drawn anew fewer are different, and so are labels."""
    recalled, labels = (int(judgement.figures[name]) for name in ("n_plus", "labels"))
    place = round(PER_CENT * recalled / labels, 2)
    meaning = f"labels of {labels} that are said rightly at least once"
    return Row("N+", meaning, str(recalled), "none", place, place, place)
