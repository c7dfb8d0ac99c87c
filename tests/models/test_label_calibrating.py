"""How a tagger is calibrated: against the curve that made the truths, and against counting."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.calibrating import NothingToCalibrate
from models.calibration import logistic
from models.label_calibrating import BORROWED, GRID, fit_labels, judge_labels
from models.label_calibration import odds
from models.metrics import brier_score

SLOPE, INTERCEPT = 0.6, -0.8


def made(pictures: int, labels: int, seed: int = 1) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Chances along paths, a third of them 0, and truths that follow a known curve; those of chance 0 are false."""
    random = np.random.default_rng(seed)
    shares = np.where(random.random((pictures, labels)) < 1 / 3, 0, random.uniform(0.01, 0.99, (pictures, labels)))
    likely = np.where(shares > 0, logistic(SLOPE * odds(shares) + INTERCEPT), 0)
    return shares, random.random(shares.shape) < likely


def test_the_curve_is_found() -> None:
    """What made the truths is what is learnt from them."""
    found = fit_labels(*made(2000, 10))
    assert found.slope == pytest.approx(SLOPE, abs=0.05)
    assert found.intercept == pytest.approx(INTERCEPT, abs=0.05)


def test_thresholds_are_the_best_by_counting() -> None:
    """For each label the F1 of its own counts and of what is borrowed is highest at its threshold."""
    shares, true = made(300, 4)
    found = fit_labels(shares, true, precisions=())
    likely = np.where(shares > 0, found.probability(shares), 0)
    rate = BORROWED / true.sum()
    for label, threshold in enumerate(found.thresholds):
        scores = {}
        for one in (*GRID, threshold):
            said = likely >= one
            right = (said & true)[:, label].sum() + rate * (said & true).sum()
            count = said[:, label].sum() + rate * said.sum() + true[:, label].sum() + rate * true.sum()
            scores[float(one)] = 2 * right / count
        assert scores[threshold] == pytest.approx(max(scores.values()))


def test_a_label_that_is_never_seen_takes_the_threshold_of_all() -> None:
    """Nothing of its own is known, so what is borrowed decides alone."""
    shares, true = made(500, 3)
    unseen = np.zeros((500, 1))
    found = fit_labels(np.hstack([shares, unseen]), np.hstack([true, unseen > 0]))
    pooled = fit_labels(np.concatenate(shares.T)[:, None], np.concatenate(true.T)[:, None])
    assert found.thresholds[3] == pytest.approx(pooled.thresholds[0], abs=0.021)


def test_a_precision_is_reached_from_its_threshold_on() -> None:
    """Labels that are said at a threshold for 0.7 are right about that often on other pictures; 1 where none is."""
    found = fit_labels(*made(2000, 5, seed=1))
    shares, true = made(2000, 5, seed=2)
    likely = np.where(shares > 0, found.probability(shares), 0)
    said = likely >= np.array(found.thresholds_for(0.7))
    assert said.any()
    assert true[said].mean() > 0.66
    often = np.arange(40)[:, None] % 2 == 0
    hopeless = fit_labels(np.where(often, 0.6, 0.3), np.arange(40)[:, None] % 4 == 0)
    assert hopeless.thresholds_for(0.9) == (1.0,)


def test_probabilities_are_judged_on_what_they_were_not_learnt_from() -> None:
    """Near the curve that made the truths, better than chance, and counted."""
    shares, true = made(1000, 6)
    found = judge_labels(shares, true)
    said = shares > 0
    best = brier_score(logistic(SLOPE * odds(shares[said]) + INTERCEPT), true[said])
    assert found.brier == pytest.approx(best, abs=0.005)
    assert found.brier < found.brier_of_chance
    assert found.calibration_error < 0.03
    assert (found.pictures, found.pairs) == (1000, said.sum())
    assert found.figures()["pairs"] == said.sum()


def test_where_nothing_is_said_nothing_is_learnt() -> None:
    """No label has a chance, or none is true: the error says what is missing."""
    with pytest.raises(NothingToCalibrate, match="No label has a chance"):
        fit_labels(np.zeros((3, 2)), np.ones((3, 2), bool))
    with pytest.raises(NothingToCalibrate):
        fit_labels(np.full((3, 2), 0.5), np.zeros((3, 2), bool))
