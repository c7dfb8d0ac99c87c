"""How sure figures of tags are: 95 % intervals by drawing the pictures anew, with replacement (bootstrap).

N+ has none: among pictures that are drawn anew are fewer different ones, and so fewer labels, whatever is said of them.
For the same reason C-P and C-R of drawn pictures are means over the labels that they can tell of: a label that is on
none of them has no recall there, and one that is said of none no precision, unless that is so of all pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models.judgements import Figure
from models.metrics import bootstrap_interval
from models.tagger.measures import harmonic_mean, judge_met, picture_precisions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

DRAWS = 2000
_AT_ONCE = 100


def tag_intervals(said: NDArray[np.bool_], true: NDArray[np.bool_], draws: int = DRAWS) -> Mapping[str, Figure]:
    """Return "C-P", "C-R", "C-F1", "O-P", "O-R" and "O-F1" of `judge_met` in per cent, each with its interval.

    Args:
        said: (pictures, labels), whether a label is said of a picture.
        true: (pictures, labels), whether it is so.
        draws: how often the pictures are drawn anew.
    """
    parts = (said & true, said, true)
    right, tags, truths = (np.concatenate(drawn) for drawn in zip(*_counts(parts, draws), strict=True))
    all_right, all_tags, all_truths = (part.sum(axis=1) for part in (right, tags, truths))
    met = np.any(np.stack([said, true]), axis=(0, 1))
    class_precision = _class_means(right, tags, met, said)
    class_recall = _class_means(right, truths, met, true)
    overall_precision, overall_recall = _shares(all_right, all_tags), _shares(all_right, all_truths)
    judged = judge_met(said, true)
    return {
        "C-P": _figure(judged.class_precision, class_precision),
        "C-R": _figure(judged.class_recall, class_recall),
        "C-F1": _figure(judged.class_f1, _harmonic_means(class_precision, class_recall)),
        "O-P": _figure(judged.overall_precision, overall_precision),
        "O-R": _figure(judged.overall_recall, overall_recall),
        "O-F1": _figure(judged.overall_f1, _harmonic_means(overall_precision, overall_recall)),
    }


def precision_interval(ranked: NDArray[np.int64], true: NDArray[np.bool_]) -> Figure:
    """Return MAP@N as `models.tagger.measures.mean_average_precision` has it, in per cent, with its interval."""
    return mean_interval(100 * picture_precisions(ranked, true))


def mean_interval(values: NDArray[np.floating]) -> Figure:
    """Return the mean of one number a picture, with its interval."""
    return Figure(float(values.mean()), *bootstrap_interval(values))


def _counts(parts: tuple[NDArray[np.bool_], ...], draws: int) -> Iterator[tuple[NDArray[np.float32], ...]]:
    """Count the pictures of each label in tables, (pictures, labels), among those drawn: (some draws, labels) each."""
    random, pictures = np.random.default_rng(0), len(parts[0])
    tables = [part.astype(np.float32) for part in parts]
    for start in range(0, draws, _AT_ONCE):
        picks = random.integers(0, pictures, (min(_AT_ONCE, draws - start), pictures))
        times = np.stack([np.bincount(row, minlength=pictures) for row in picks]).astype(np.float32)
        yield tuple(times @ table for table in tables)


def _class_means(
    right: NDArray[np.float32], of: NDArray[np.float32], met: NDArray[np.bool_], table: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Mean share of each draw, (draws,), over the labels that are met, but those that only other pictures tell of."""
    counted = met & np.logical_or(of > 0, ~table.any(axis=0))
    means: NDArray[np.float64] = (_shares(right, of) * counted).sum(axis=1) / np.maximum(counted.sum(axis=1), 1)
    return means


def _shares(some: NDArray[np.float32], of: NDArray[np.float32]) -> NDArray[np.float64]:
    """Divide, nothing by nothing being 0; in per cent."""
    shares: NDArray[np.float64] = 100 * some.astype(np.float64) / np.maximum(of, 1)
    return shares


def _harmonic_means(ones: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([harmonic_mean(*pair) for pair in zip(ones.tolist(), others.tolist(), strict=True)])


def _figure(value: float, drawn: NDArray[np.floating]) -> Figure:
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Figure(value, float(low), float(high))
