"""Calibration: the curve that was there is found, and nothing is made of pairs that say nothing."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from models.calibration import Calibration, NothingToCalibrate, fit_calibration
from models.contracts import CorruptCheckpoint
from models.metrics import expected_calibration_error

Scores = NDArray[np.float64]
Truths = NDArray[np.bool_]

curves = st.builds(Calibration, st.floats(1e-3, 1e3), st.floats(-100, 100))


def pairs(seed: int, count: int = 200, slope: float = 8.0, intercept: float = -3.0) -> tuple[Scores, Truths]:
    """Scores between -0.2 and 1 of pairs that are true by a logistic curve."""
    random = np.random.default_rng(seed)
    scores = random.uniform(-0.2, 1, count)
    return scores, random.random(count) < expit(slope * scores + intercept)


def targets(true: Truths) -> Scores:
    """Platt's targets, counted."""
    yes, no = int(true.sum()), int((~true).sum())
    return np.array([(yes + 1) / (yes + 2) if one else 1 / (no + 2) for one in true])


@pytest.mark.parametrize(("slope", "intercept"), [(8.0, -3.0), (25.0, -15.0), (2.0, 0.5)])
def test_a_known_curve_is_found(slope: float, intercept: float) -> None:
    """From 20,000 pairs slope and intercept come within four standard errors, which Fisher's information gives."""
    scores, true = pairs(1, 20_000, slope, intercept)
    found = fit_calibration(scores, true)
    likely = expit(slope * scores + intercept)
    inputs = np.stack([scores, np.ones_like(scores)])
    errors = np.sqrt(np.diag(np.linalg.inv(inputs * (likely * (1 - likely)) @ inputs.T)))
    assert abs(found.slope - slope) < 4 * errors[0]
    assert abs(found.intercept - intercept) < 4 * errors[1]
    assert expected_calibration_error(found.probability(scores), true) < 0.02
    assert expected_calibration_error(scores.clip(0, 1), true) > 0.05


@given(st.integers(0, 1000), st.integers(20, 300))
@settings(deadline=None, max_examples=40)
def test_no_other_curve_is_likelier(seed: int, count: int) -> None:
    """The score equations hold, and a general minimiser finds the same curve."""
    scores, true = pairs(seed, count)
    assume(0 < true.sum() < count)
    found = fit_calibration(scores, true)
    rest = found.probability(scores) - targets(true)
    assert abs(rest.sum()) < 1e-6 * count
    assert abs(rest @ scores) < 1e-6 * count

    def cost(line: Scores) -> float:
        logits = line[0] * scores + line[1]
        return float((np.logaddexp(0, logits) - targets(true) * logits).mean())

    other = minimize(
        cost, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-12, "maxiter": 4000}
    ).x
    assert [found.slope, found.intercept] == pytest.approx(other, rel=1e-3, abs=1e-3)


@given(st.integers(1, 1000), st.integers(1, 1000), st.floats(-5, 5), st.floats(0.01, 10))
@settings(deadline=None, max_examples=40)
def test_parted_pairs_meet_platts_targets(yes: int, no: int, low: float, gap: float) -> None:
    """With two scores that part all pairs the curve goes through (k + 1) / (k + 2) and 1 / (k + 2) and stays finite."""
    scores = np.array([low] * no + [low + gap] * yes)
    found = fit_calibration(scores, np.arange(no + yes) >= no)
    expected = [1 / (no + 2), (yes + 1) / (yes + 2)]
    np.testing.assert_allclose(found.probability([low, low + gap]), expected, rtol=1e-5)


@given(st.integers(0, 1000), st.floats(0.01, 100), st.floats(-10, 10))
@settings(deadline=None, max_examples=40)
def test_the_unit_of_scores_does_not_matter(seed: int, scale: float, shift: float) -> None:
    """Scores in another unit give the same probabilities; scores and truths both reversed, what is left of 1."""
    scores, true = pairs(seed)
    expected = fit_calibration(scores, true).probability(scores)
    moved = scores * scale + shift
    np.testing.assert_allclose(fit_calibration(moved, true).probability(moved), expected, atol=1e-6)
    np.testing.assert_allclose(1 - fit_calibration(-scores, ~true).probability(-scores), expected, atol=1e-6)


@given(curves, st.lists(st.floats(allow_nan=False), min_size=1, max_size=20))
@settings(deadline=None, max_examples=100)
def test_probabilities_rise_and_are_never_certain(curve: Calibration, scores: list[float]) -> None:
    """Of any scores, however large, none is less likely than a lower one, but for rounding, and none is 0 or 1."""
    likely = curve.probability(sorted(scores))
    assert likely.dtype == np.float64
    assert (np.diff(likely) >= -1e-15).all()
    assert likely.min() > 0
    assert likely.max() < 1


@given(curves, st.floats(-1, 1))
@settings(deadline=None, max_examples=60)
def test_the_odds_are_a_line_in_the_score(curve: Calibration, score: float) -> None:
    """The logarithm of the odds is slope x score + intercept, as far as float64 has digits for it."""
    logit = curve.slope * score + curve.intercept
    likely = float(curve.probability(score))
    if abs(logit) < 15:
        assert math.log(likely / (1 - likely)) == pytest.approx(logit, abs=1e-6)
    table = curve.probability(np.full((2, 3), score, np.float32))
    assert table.shape == (2, 3)


@given(curves)
@settings(deadline=None, max_examples=40)
def test_a_card_brings_the_curve_back(curve: Calibration) -> None:
    """What JSON keeps is the very same curve."""
    assert Calibration.from_card(json.loads(json.dumps(curve.card()))) == curve


@pytest.mark.parametrize(
    "card",
    [
        "{}",
        '{"slope": 1}',
        '{"slope": "steep", "intercept": 0}',
        '{"slope": null, "intercept": 0}',
        '{"slope": -1, "intercept": 0}',
        '{"slope": 0, "intercept": 0}',
        '{"slope": NaN, "intercept": 0}',
        '{"slope": Infinity, "intercept": 0}',
        '{"slope": 1, "intercept": NaN}',
        f'{{"slope": 1, "intercept": 1{"0" * 400}}}',
    ],
)
def test_a_damaged_card_is_refused(card: str) -> None:
    """A card without a rising curve is damaged, and says what it states instead."""
    with pytest.raises(CorruptCheckpoint, match="no calibration but"):
        Calibration.from_card(json.loads(card))


@pytest.mark.parametrize(
    ("scores", "true", "reason"),
    [
        ([], [], "Of 0 pairs 0 are true"),
        ([0.1, 0.2], [True, True], "Of 2 pairs 2 are true"),
        ([0.1, 0.2], [False, False], "Of 2 pairs 0 are true"),
        ([0.1, 0.1, 0.1], [True, False, True], "All pairs have the score"),
        ([0.0, 0.0], [True, False], "All pairs have the score 0"),
        ([0.9, 0.1], [False, True], "do not score higher"),
    ],
)
def test_pairs_that_say_nothing_are_refused(scores: list[float], true: list[bool], reason: str) -> None:
    """Pairs of one kind, of one score, or scored the wrong way round calibrate nothing, and the error says why."""
    with pytest.raises(NothingToCalibrate, match=reason):
        fit_calibration(np.array(scores), np.array(true, bool))


@pytest.mark.parametrize(
    ("scores", "true"),
    [
        (np.zeros(3), np.zeros(2, bool)),
        (np.zeros((2, 2)), np.zeros((2, 2), bool)),
        (np.array([0, math.nan]), np.eye(2)[0] > 0),
    ],
)
def test_what_are_no_lists_of_numbers_are_refused(scores: Scores, true: Truths) -> None:
    """Lists of two lengths, tables and undefined scores are mistakes of the caller."""
    with pytest.raises(ValueError, match="lists of one length"):
        fit_calibration(scores, true)
