"""Calibration: what a score says, in a collection of any size, and how a card keeps it."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from models.calibration import FALSE_MATCH_RATES, Calibration, NotCalibrated, Verdict

false_matches = st.lists(st.floats(-1, 1), min_size=2, max_size=2).map(lambda two: tuple(sorted(two)))
numbers = (st.floats(1e-3, 1e3), st.floats(-100, 100), st.integers(2, 10**6), st.floats(-1, 1))
curves = st.builds(Calibration, *numbers) | st.builds(
    Calibration, *numbers, false_matches, st.floats(0, 1, exclude_min=True)
)
sizes = st.integers(2, 10**9)


def logit(likely: float) -> float:
    """The logarithm of the odds."""
    return math.log(likely / (1 - likely))


@given(curves, st.lists(st.floats(allow_nan=False), min_size=1, max_size=20), sizes)
@settings(deadline=None, max_examples=100)
def test_probabilities_rise_and_are_never_certain(curve: Calibration, scores: list[float], items: int) -> None:
    """Of any scores, however large, none is less likely than a lower one, but for rounding, and none is 0 or 1."""
    likely = curve.probability(sorted(scores), items)
    assert likely.dtype == np.float64
    assert (np.diff(likely) >= -1e-15).all()
    assert likely.min() > 0
    assert likely.max() < 1


@given(curves, st.floats(-1, 1))
@settings(deadline=None, max_examples=60)
def test_the_odds_are_a_line_in_the_score(curve: Calibration, score: float) -> None:
    """In a gallery of its own size the logarithm of the odds is slope x score + intercept, as far as digits go."""
    expected = curve.slope * score + curve.intercept
    if abs(expected) < 15:
        assert logit(float(curve.probability(score, curve.items))) == pytest.approx(expected, abs=1e-6)
    assert curve.probability(np.full((2, 3), score, np.float32), 5).shape == (2, 3)


@given(st.floats(1, 20), st.floats(-8, 0), st.integers(2, 1000), sizes, st.floats(-0.5, 1))
@settings(deadline=None, max_examples=100)
def test_only_the_odds_of_chance_depend_on_the_size(
    slope: float, intercept: float, items: int, others: int, score: float
) -> None:
    """By Bayes: what a score adds to the odds of 1 item in n is the same for every n."""
    curve = Calibration(slope, intercept, items, 0.3)
    here, there = (float(curve.probability(score, size)) for size in (items, others))
    if min(here, there) > 1e-12 and max(here, there) < 1 - 1e-9:
        assert logit(here) - logit(1 / items) == pytest.approx(logit(there) - logit(1 / others), abs=1e-6)


@given(curves, st.floats(-1, 1), sizes, st.integers(1, 10**6))
@settings(deadline=None, max_examples=60)
def test_the_same_score_says_less_in_a_larger_collection(
    curve: Calibration, score: float, items: int, more: int
) -> None:
    """What looks alike by chance is more often met among more; one item, or none, counts as two."""
    assert curve.probability(score, items + more) <= curve.probability(score, items)
    assert curve.probability(score, 0) == curve.probability(score, 1) == curve.probability(score, 2)


@given(curves)
@settings(deadline=None, max_examples=40)
def test_a_card_brings_the_curve_back(curve: Calibration) -> None:
    """What JSON keeps is the very same curve."""
    assert Calibration.from_card(json.loads(json.dumps(curve.card()))) == curve


@pytest.mark.parametrize(
    "change",
    [
        "null",
        "[]",
        '{"slope": "steep"}',
        '{"slope": null}',
        '{"slope": -1}',
        '{"slope": 0}',
        '{"slope": NaN}',
        '{"slope": Infinity}',
        '{"intercept": NaN}',
        f'{{"intercept": 1{"0" * 400}}}',
        '{"items": 1}',
        '{"items": 40.5}',
        '{"items": null}',
        '{"threshold": 1.01}',
        '{"threshold": NaN}',
        '{"threshold": "0.3"}',
        '{"false_matches": []}',
        '{"false_matches": {"0.01": 0.4}}',
        '{"false_matches": {"0.01": 0.4, "0.001": "0.5"}}',
        '{"false_matches": {"0.01": 0.5, "0.001": 0.4}}',
        '{"false_matches": {"0.01": 0.5, "0.001": 1.1}}',
        '{"false_matches": {"0.01": NaN, "0.001": 0.4}}',
        '{"extremal_index": 0}',
        '{"extremal_index": 1.5}',
        '{"extremal_index": NaN}',
        '{"extremal_index": null}',
    ],
)
def test_a_damaged_card_is_refused(change: str) -> None:
    """A card without a rising curve, a gallery and a cosine is none, whatever of them is not right."""
    changed = json.loads(change)
    card = {"slope": 9.0, "intercept": -8.0, "items": 60, "threshold": 0.35}
    assert Calibration.from_card(card).card() == card
    with pytest.raises(ValueError, match="calibration"):
        Calibration.from_card({**card, **changed} if isinstance(changed, dict) else changed)


STATED = Calibration(9.0, -8.0, 60, 0.35, (0.4, 0.5))


@pytest.mark.parametrize(("rate", "score"), [(0.01, 0.4), (0.001, 0.5)])
def test_a_comparison_of_two_must_reach_what_is_stated(rate: float, score: float) -> None:
    """One item, and none, is met at the calibrated score itself; ten at 1 % as one at 0.1 %."""
    for items in (0, 1):
        assert STATED.match_score(rate, items) == pytest.approx(score)
    assert STATED.match_score(0.01, 10) == pytest.approx(0.5)


@given(
    st.floats(-0.2, 0.3),
    st.floats(0.01, 0.2),
    st.sampled_from(FALSE_MATCH_RATES),
    st.integers(1, 10**6),
    st.integers(1, 20),
)
@settings(deadline=None, max_examples=60)
def test_normal_cosines_mislead_as_often_as_is_said(
    mean: float, deviation: float, rate: float, groups: int, alike: int
) -> None:
    """Where cosines of strangers are normal, and those of some are the same, a search says match as often as stated."""
    strangers = norm(mean, deviation)
    often, seldom = (min(float(strangers.isf(share)), 1.0) for share in FALSE_MATCH_RATES)
    assume(seldom < 1)
    stated = Calibration(9.0, -8.0, 60, 0.35, (often, seldom), 1 / alike)
    score = stated.match_score(rate, groups * alike)
    misled = -math.expm1(groups * math.log1p(-float(strangers.sf(score))))
    assert misled <= rate * (1 + 1e-6)
    assert misled > 0.99 * rate
    expected = stated.exceedances([often, seldom, score])
    assert expected[:2] == pytest.approx([-math.log1p(-share) for share in FALSE_MATCH_RATES])
    assert groups * expected[2] == pytest.approx(-math.log1p(-misled), rel=1e-6)


@given(curves, st.floats(-1, 1), st.floats(-1, 1), st.sampled_from(FALSE_MATCH_RATES), st.integers(1, 10**4))
@settings(deadline=None, max_examples=60)
def test_words_rise_with_scores_and_fall_with_sizes(
    curve: Calibration, one: float, other: float, rate: float, items: int
) -> None:
    """A higher score never has a lesser word; nor is it met among fewer items, or with the more lenient rate."""
    if curve.false_matches is None:
        with pytest.raises(NotCalibrated, match="likeness models calibrate"):
            curve.match_score(rate, items)
        return
    words = [Verdict.NO_MATCH, Verdict.UNSURE, Verdict.MATCH]
    places = [
        words.index(curve.verdict(score, curve.match_score(rate, size)))
        for score, rate, size in (
            (min(one, other), min(FALSE_MATCH_RATES), items + 1),
            (min(one, other), rate, items),
            (max(one, other), rate, items),
            (max(one, other), max(FALSE_MATCH_RATES), 1),
        )
    ]
    assert places == sorted(places)


def test_words_change_at_the_scores_that_are_stated() -> None:
    """Match from the one score on, no match below the other; crossed, the rate that was asked for decides alone."""
    score = STATED.match_score(0.01)
    assert STATED.verdict(score, score) == "match"
    assert STATED.verdict(np.nextafter(score, 0), score) == "unsure"
    assert STATED.verdict(0.35, score) == "unsure"
    assert STATED.verdict(np.nextafter(0.35, 0), score) == "no match"
    apart = Calibration(9.0, -8.0, 60, 0.7, (0.4, 0.5))
    assert [str(apart.verdict(value, score)) for value in (0.39, 0.41, 0.71)] == ["no match", "match", "match"]


@pytest.mark.parametrize("rate", [0.05, 0.0, 1.0, -0.01, math.nan, math.inf])
def test_other_rates_are_refused(rate: float) -> None:
    """Whoever asks for a rate that nobody measured is told which were."""
    with pytest.raises(NotCalibrated, match=r"0\.01 and 0\.001"):
        STATED.match_score(rate)


@pytest.mark.parametrize("missing", ["slope", "intercept", "items", "threshold"])
def test_a_card_without_one_of_the_numbers_is_refused(missing: str) -> None:
    """All four are needed."""
    card = {"slope": 9.0, "intercept": -8.0, "items": 60, "threshold": 0.35}
    del card[missing]
    with pytest.raises(ValueError, match="is no calibration"):
        Calibration.from_card(card)


def test_one_score_of_false_matches_says_nothing_of_others() -> None:
    """Where strangers reach both scores alike, or none is stated, nobody can tell how often they reach another."""
    with pytest.raises(NotCalibrated, match="alike"):
        replace(STATED, false_matches=(0.4, 0.4)).exceedances([0.3])
    with pytest.raises(NotCalibrated, match="too few pairs"):
        replace(STATED, false_matches=None).exceedances([0.3])
