"""How well pictures are labelled: pure functions of what was said and what is true.

A label that is never said has a precision of 0, one that is on no picture a recall of 0: both count in means over the
labels, as is usual for Corel-5K (Duygulu et al., 2002) and in section 4.1 of the paper. Labels that were not met at all
are left out by `judge_met`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Judgement:
    """Figures of a set of pictures, in per cent but for the last.

    Attributes:
        class_precision: C-P, mean over the labels of the share of a label's tags that are right.
        class_recall: C-R, mean over the labels of the share of a label's pictures that it is said of.
        overall_precision: O-P, share of all tags that are right.
        overall_recall: O-R, share of all true labels that are said.
        recalled: N+, labels that are said rightly at least once.
    """

    class_precision: float
    class_recall: float
    overall_precision: float
    overall_recall: float
    recalled: int

    @property
    def class_f1(self) -> float:
        """C-F1, harmonic mean of C-P and C-R."""
        return harmonic_mean(self.class_precision, self.class_recall)

    @property
    def overall_f1(self) -> float:
        """O-F1, harmonic mean of O-P and O-R."""
        return harmonic_mean(self.overall_precision, self.overall_recall)


def harmonic_mean(one: float, other: float) -> float:
    """Harmonic mean of two figures of at least 0; 0 if both are 0."""
    return 2 * one * other / (one + other) if one + other else 0.0


def said_of(labels: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
    """Put labels that are said of pictures, (n, k), numbers below 0 being none, into a table, bool (n, count)."""
    table = np.zeros((len(labels), count + 1), bool)
    np.put_along_axis(table, np.where(labels < 0, count, labels), values=True, axis=1)
    return table[:, :-1]


def judge(said: NDArray[np.bool_], true: NDArray[np.bool_]) -> Judgement:
    """Judge tags.

    Args:
        said: (pictures, labels), whether a label is said of a picture.
        true: (pictures, labels), whether it is so.
    """
    right, tags, truths = ((said & true).sum(axis=0), said.sum(axis=0), true.sum(axis=0))
    return Judgement(
        class_precision=100 * float(_shares(right, tags).mean()),
        class_recall=100 * float(_shares(right, truths).mean()),
        overall_precision=100 * float(_shares(right.sum(keepdims=True), tags.sum(keepdims=True))[0]),
        overall_recall=100 * float(_shares(right.sum(keepdims=True), truths.sum(keepdims=True))[0]),
        recalled=int((right > 0).sum()),
    )


def judge_met(said: NDArray[np.bool_], true: NDArray[np.bool_]) -> Judgement:
    """Judge tags as `judge` does, over labels that are said or true of some picture.

    A few pictures have not all labels. Those that they have not still count where they are said: left out, labels of
    few pictures could be said for nothing.
    """
    met = said.any(axis=0) | true.any(axis=0)
    return judge(said[:, met], true[:, met])


def mean_average_precision(ranked: NDArray[np.int64], true: NDArray[np.bool_]) -> float:
    """MAP@N in per cent: mean of `picture_precisions`."""
    return 100 * float(picture_precisions(ranked, true).mean())


def picture_precisions(ranked: NDArray[np.int64], true: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Average precision of the first N labels of each picture that has a true label, 0 to 1.

    A picture's average precision adds up the precision at the place of each right label, over the right labels that N
    places could hold; pictures without a true label are left out.

    Args:
        ranked: (pictures, N), labels, the surest first; -1 where fewer were said, after the others.
        true: (pictures, labels).
    """
    hits = np.take_along_axis(true, np.maximum(ranked, 0), axis=1) & (ranked >= 0)
    precision = hits.cumsum(axis=1) / np.arange(1, ranked.shape[1] + 1)
    possible = np.minimum(true.sum(axis=1), ranked.shape[1])
    judged = possible > 0
    found: NDArray[np.float64] = (precision * hits).sum(axis=1)[judged] / possible[judged]
    return found


def average_precision(scores: NDArray[np.floating], true: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Average precision of each label over all pictures, 0 to 1 (labels,); NaN for labels that are on none.

    Mean of the precision at the place of each picture that has the label; ties go to the pictures that have it not.

    Args:
        scores: (pictures, labels), rising with how sure a label is.
        true: (pictures, labels).
    """
    found = np.full(true.shape[1], np.nan)
    for label in np.flatnonzero(true.any(axis=0)):
        order = np.lexsort((true[:, label], -scores[:, label]))
        hits = true[order, label]
        found[label] = (hits.cumsum() / np.arange(1, len(hits) + 1))[hits].mean()
    return found


def _shares(some: NDArray[np.int64], of: NDArray[np.int64]) -> NDArray[np.float64]:
    """Divide, nothing by nothing being 0."""
    return some / np.maximum(of, 1)
