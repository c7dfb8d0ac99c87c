"""Intervals of tags' figures, against plain resampling, closed forms and properties."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.metrics import bootstrap_interval
from models.tagger.intervals import mean_interval, precision_interval, tag_intervals
from models.tagger.measures import judge_met, mean_average_precision
from tests.models.tagger.test_measures import random_tags

NAMES = ("C-P", "C-R", "C-F1", "O-P", "O-R", "O-F1")


def by_loops(said: NDArray[np.bool_], true: NDArray[np.bool_], rows: NDArray[np.int64]) -> tuple[float, float]:
    """C-P and C-R of drawn pictures: labels that they do not tell of are left out, unless no picture tells of them."""
    precisions, recalls = [], []
    for label in range(said.shape[1]):
        right = sum(bool(said[row, label] and true[row, label]) for row in rows)
        tags, truths = (sum(bool(table[row, label]) for row in rows) for table in (said, true))
        if said[:, label].any() or true[:, label].any():
            precisions += [right / tags] if tags else [] if said[:, label].any() else [0.0]
            recalls += [right / truths] if truths else [] if true[:, label].any() else [0.0]
    return 100 * sum(precisions) / len(precisions), 100 * sum(recalls) / len(recalls)


@pytest.mark.parametrize("share", [0.05, 0.3])
def test_intervals_are_those_of_plain_resampling(share: float) -> None:
    """Pictures are drawn and judged one draw after the other; ends lie where 2.5 % of the draws lie beyond."""
    said, true = random_tags(1, share), random_tags(2, 0.1)
    said[:, 8] = True
    true[3, 7] = True
    found = tag_intervals(said, true, draws=150)
    random = np.random.default_rng(0)
    picks = np.concatenate([random.integers(0, 30, (100, 30)), random.integers(0, 30, (50, 30))])
    drawn = np.array([by_loops(said, true, rows) for rows in picks])
    for name, values in zip(("C-P", "C-R"), drawn.T, strict=True):
        low, high = np.quantile(values, (0.025, 0.975))
        assert (found[name].low, found[name].high) == pytest.approx((low, high), rel=1e-4)
    low, high = np.quantile(2 * drawn.prod(axis=1) / np.maximum(drawn.sum(axis=1), 1e-9), (0.025, 0.975))
    assert (found["C-F1"].low, found["C-F1"].high) == pytest.approx((low, high), rel=1e-4)


def test_values_are_the_figures_and_lie_within() -> None:
    """The value is that of all pictures, whatever is drawn."""
    said, true = random_tags(1, 0.3), random_tags(2, 0.3)
    found, judged = tag_intervals(said, true), judge_met(said, true)
    assert [found[name].value for name in NAMES] == [
        *(judged.class_precision, judged.class_recall, judged.class_f1),
        *(judged.overall_precision, judged.overall_recall, judged.overall_f1),
    ]
    assert all(figure.low < figure.value < figure.high for figure in found.values())


def test_one_tag_a_picture_makes_a_mean_of_ones_and_zeros() -> None:
    """O-P is then the share of pictures whose tag is right, and its interval that of a mean."""
    random = np.random.default_rng(3)
    said, true = (np.eye(4, dtype=bool)[random.integers(0, 4, 200)] for _ in range(2))
    right = (said & true).sum(axis=1).astype(float)
    expected = bootstrap_interval(100 * right)
    found = tag_intervals(said, true)
    for name in ("O-P", "O-R", "O-F1"):
        assert (found[name].low, found[name].high) == pytest.approx(expected, abs=1)


def test_pictures_that_are_alike_leave_nothing_open() -> None:
    """Whatever is drawn of them is the same."""
    said, true = (np.tile([row], (20, 1)) for row in ([True, True, False, False], [True, False, True, False]))
    for figure in tag_intervals(said, true).values():
        assert figure.low == figure.high == pytest.approx(figure.value)


def test_nothing_said_is_nothing_for_certain() -> None:
    """Who never says anything is not right about it in any draw."""
    true = random_tags(2, 0.3)
    found = tag_intervals(np.zeros_like(true), true)
    assert all((figure.low, figure.value, figure.high) == (0, 0, 0) for figure in found.values())


def test_means_over_pictures_have_intervals_too() -> None:
    """MAP@N is a mean over the pictures that have a label; the others say nothing of it."""
    true = random_tags(2, 0.3)
    true[0] = False
    ranked = np.argsort(np.random.default_rng(5).random(true.shape), axis=1)[:, :4]
    found = precision_interval(ranked, true)
    assert found.value == pytest.approx(mean_average_precision(ranked, true))
    assert found == precision_interval(ranked[1:], true[1:])
    assert found.low < found.value < found.high
    assert mean_interval(np.array([2, 2])).high == 2
