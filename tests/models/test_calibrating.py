"""Calibrating: the curve that was there is found, whatever the galleries, and nothing is made of what says nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from models.calibrating import (
    NothingToCalibrate,
    Scores,
    false_match_score,
    fit_calibration,
    fit_curve,
    judge_calibration,
)
from models.calibration import FALSE_MATCH_RATES
from models.metrics import brier_score, expected_calibration_error
from tests.models.galleries import gallery

Numbers = NDArray[np.float64]
Truths = NDArray[np.bool_]


def pairs(seed: int, count: int = 200, slope: float = 8.0, intercept: float = -3.0) -> tuple[Numbers, Truths]:
    """Scores between -0.2 and 1 of pairs that are true by a logistic curve."""
    random = np.random.default_rng(seed)
    scores = random.uniform(-0.2, 1, count)
    return scores, random.random(count) < expit(slope * scores + intercept)


def targets(true: Truths) -> Numbers:
    """Platt's targets, counted."""
    yes, no = int(true.sum()), int((~true).sum())
    return np.array([(yes + 1) / (yes + 2) if one else 1 / (no + 2) for one in true])


def likely(scores: Numbers, true: Truths) -> Numbers:
    """What the curve that was learnt from pairs says of them."""
    slope, intercept = fit_curve(scores, true)
    probabilities: Numbers = expit(slope * scores + intercept)
    return probabilities


@pytest.mark.parametrize(("slope", "intercept"), [(8.0, -3.0), (25.0, -15.0), (2.0, 0.5)])
def test_a_known_curve_is_found(slope: float, intercept: float) -> None:
    """From 20,000 pairs slope and intercept come within four standard errors, which Fisher's information gives."""
    scores, true = pairs(1, 20_000, slope, intercept)
    found_slope, found_intercept = fit_curve(scores, true)
    likely = expit(slope * scores + intercept)
    inputs = np.stack([scores, np.ones_like(scores)])
    errors = np.sqrt(np.diag(np.linalg.inv(inputs * (likely * (1 - likely)) @ inputs.T)))
    assert abs(found_slope - slope) < 4 * errors[0]
    assert abs(found_intercept - intercept) < 4 * errors[1]
    assert expected_calibration_error(expit(found_slope * scores + found_intercept), true) < 0.02
    assert expected_calibration_error(scores.clip(0, 1), true) > 0.05


@given(st.integers(0, 1000), st.integers(20, 300))
@settings(deadline=None, max_examples=40)
def test_no_other_curve_is_likelier(seed: int, count: int) -> None:
    """The score equations hold, and a general minimiser finds the same curve."""
    scores, true = pairs(seed, count)
    assume(0 < true.sum() < count)
    found = fit_curve(scores, true)
    rest = expit(found[0] * scores + found[1]) - targets(true)
    assert abs(rest.sum()) < 1e-6 * count
    assert abs(rest @ scores) < 1e-6 * count

    def cost(line: Numbers) -> float:
        logits = line[0] * scores + line[1]
        return float((np.logaddexp(0, logits) - targets(true) * logits).mean())

    other = minimize(
        cost, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-12, "maxiter": 4000}
    ).x
    assert list(found) == pytest.approx(other, rel=1e-3, abs=1e-3)


@given(st.integers(1, 1000), st.integers(1, 1000), st.floats(-5, 5), st.floats(0.01, 10))
@settings(deadline=None, max_examples=40)
def test_parted_pairs_meet_platts_targets(yes: int, no: int, low: float, gap: float) -> None:
    """With two scores that part all pairs the curve goes through (k + 1) / (k + 2) and 1 / (k + 2) and stays finite."""
    scores = np.array([low] * no + [low + gap] * yes)
    slope, intercept = fit_curve(scores, np.arange(no + yes) >= no)
    expected = [1 / (no + 2), (yes + 1) / (yes + 2)]
    np.testing.assert_allclose(expit(slope * np.array([low, low + gap]) + intercept), expected, rtol=1e-5)


@given(st.integers(0, 1000), st.floats(0.01, 100), st.floats(-10, 10))
@settings(deadline=None, max_examples=40)
def test_the_unit_of_scores_does_not_matter(seed: int, scale: float, shift: float) -> None:
    """Scores in another unit give the same probabilities; scores and truths both reversed, what is left of 1."""
    scores, true = pairs(seed)
    expected = likely(scores, true)
    moved = scores * scale + shift
    np.testing.assert_allclose(likely(moved, true), expected, atol=1e-6)
    np.testing.assert_allclose(1 - likely(-scores, ~true), expected, atol=1e-6)


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
        fit_curve(np.array(scores), np.array(true, bool))


@pytest.mark.parametrize(
    ("scores", "true"),
    [
        (np.zeros(3), np.zeros(2, bool)),
        (np.zeros((2, 2)), np.zeros((2, 2), bool)),
        (np.array([0, math.nan]), np.eye(2)[0] > 0),
    ],
)
def test_what_are_no_lists_of_numbers_are_refused(scores: Numbers, true: Truths) -> None:
    """Lists of two lengths, tables and undefined scores are mistakes of the caller."""
    with pytest.raises(ValueError, match="lists of one length"):
        fit_curve(scores, true)


def test_galleries_of_all_sizes_say_the_same() -> None:
    """The slope with which true items were drawn is found in a small gallery, in a large one, and in both together."""
    small, large = gallery(1, 1500, 8), gallery(2, 600, 60)
    alone = [fit_calibration([part]) for part in (small, large)]
    both = fit_calibration([small, large])
    for found in (*alone, both):
        assert found.slope == pytest.approx(8, rel=0.15)
    assert [found.items for found in alone] == [8, 60]
    assert both.items == 60
    # What one learnt, moved to the size of the other, agrees with what the other learnt by itself.
    scores = np.linspace(-0.2, 1, 13)
    for one in (*alone, both):
        for items, other in zip((8, 60), alone, strict=True):
            np.testing.assert_allclose(one.probability(scores, items), other.probability(scores, items), atol=0.06)


def test_where_galleries_differ_the_odds_of_chance_are_not_learnt() -> None:
    """A line fitted to all pairs as if they came of one gallery is worse in each than the one that knows the sizes."""
    parts = [gallery(3, 1500, 6), gallery(4, 500, 100)]
    knowing = fit_calibration(parts)
    slope, intercept = fit_curve(
        np.concatenate([part.scores.ravel() for part in parts]),
        np.concatenate([(part.truth[:, None] == np.arange(part.scores.shape[1])).ravel() for part in parts]),
    )
    for part in parts:
        items = part.scores.shape[1]
        true = (part.truth[:, None] == np.arange(items)).ravel()
        scores = part.scores.ravel()
        known = knowing.probability(scores, items)
        assert brier_score(known, true) < brier_score(expit(slope * scores + intercept), true)
        assert known.sum() == pytest.approx(true.sum(), rel=0.1)


@given(st.integers(0, 100), st.integers(20, 200))
@settings(deadline=None, max_examples=20)
def test_the_threshold_is_reached_by_19_of_20(seed: int, queries: int) -> None:
    """It is a score that occurred, at least 95 % of the true pairs reach it, and of higher scores none does so many."""
    part = gallery(seed, queries, 5)
    true = np.sort(part.scores[np.arange(queries), part.truth])
    threshold = fit_calibration([part]).threshold
    assert threshold in true
    assert (true >= threshold).mean() >= 0.95
    assert (true > threshold).mean() < 0.95


@given(st.integers(0, 1000), st.integers(1, 80), st.booleans(), st.sampled_from([0.0, 0.001, 0.01, 0.3]))
@settings(deadline=None, max_examples=60)
def test_a_false_match_score_lets_few_pass(seed: int, count: int, tied: bool, rate: float) -> None:
    """No more than the share reaches it, and every score that occurred below it is reached by more."""
    random = np.random.default_rng(seed)
    scores = random.integers(0, 5, count) / 5 if tied else random.normal(size=count)
    found = false_match_score(scores, rate)
    assert sum(score >= found for score in scores) <= rate * count
    for lower in scores[scores < found]:
        assert sum(score >= lower for score in scores) > rate * count


def test_scores_of_false_matches_come_of_all_pairs_of_different_things() -> None:
    """Of several galleries together, each at its rate; with fewer than 1,000 such pairs nothing is said."""
    parts = [gallery(1, 90, 8), gallery(2, 60, 9)]
    others = np.concatenate([part.scores[part.truth[:, None] != np.arange(part.scores.shape[1])] for part in parts])
    assert len(others) == 90 * 7 + 60 * 8
    assert fit_calibration(parts).false_matches == tuple(false_match_score(others, rate) for rate in FALSE_MATCH_RATES)
    assert fit_calibration(parts[:1]).false_matches is None


def seen_twice(seed: int) -> Scores:
    """Queries by cameras among several pictures of each person, those of one camera not compared."""
    random = np.random.default_rng(seed)
    people, cameras = random.integers(0, 6, 40), random.integers(0, 3, 40)
    shown, by = random.integers(0, 7, 50), random.integers(0, 3, 50)
    scores = random.normal(size=(40, 50)) * 0.2 + 0.4 * (people[:, None] == shown)
    return Scores(scores, people, shown, cameras[:, None] != by)


@pytest.mark.parametrize("alike", [1, 10])
def test_pictures_of_one_stranger_mislead_a_search_together(alike: int) -> None:
    """So many equal pictures of each thing count as one, for searches of every gallery; more equal ones, as fewer."""
    random = np.random.default_rng(5)
    parts = []
    for things in (40, 60):
        truth = np.arange(2000) % things
        scores = random.normal(size=(2000, things)) * 0.1 + 0.5 * (truth[:, None] == np.arange(things))
        shown = np.repeat(np.arange(things), alike)
        parts.append(Scores(np.repeat(scores, alike, axis=1), truth, shown))
    assert fit_calibration(parts).extremal_index == pytest.approx(1 / alike, rel=0.25)


def test_a_gallery_of_one_thing_misleads_nobody() -> None:
    """Beside another gallery, queries that can meet no stranger in theirs change nothing of what searches meet."""
    usual = gallery(3, 200, 8)
    alone = Scores(np.full((5, 3), 0.9), np.zeros(5, int), np.zeros(3, int))
    assert fit_calibration([usual, alone]).extremal_index == fit_calibration([usual]).extremal_index


@pytest.mark.parametrize("seed", range(3))
def test_pairs_that_are_not_compared_say_nothing(seed: int) -> None:
    """Whatever they score, curve, threshold, false matches and quality stay; each pair has its own odds of chance."""
    given_scores = seen_twice(seed)
    assert given_scores.compared is not None
    spoilt = given_scores.scores.copy()
    spoilt[~given_scores.compared] = 50
    other = replace(given_scores, scores=spoilt)
    found = fit_calibration([given_scores])
    assert fit_calibration([other]) == found
    assert judge_calibration([other]) == judge_calibration([given_scores])
    scores, true, chance, queries = [], [], [], 0
    for query, who in enumerate(given_scores.truth):
        pairs = [
            (given_scores.scores[query, item], bool(person == who))
            for item, person in enumerate(given_scores.shown)
            if given_scores.compared[query, item]
        ]
        matches = sum(match for _, match in pairs)
        if 0 < matches < len(pairs):
            queries += 1
            scores += [score for score, _ in pairs]
            true += [match for _, match in pairs]
            chance += [math.log(matches / (len(pairs) - matches))] * len(pairs)
    slope, intercept = fit_curve(np.array(scores), np.array(true), np.array(chance))
    assert [found.slope, found.intercept] == pytest.approx([slope, intercept - math.log(49)])
    assert found.items == 50
    quality = judge_calibration([given_scores])
    assert (quality.queries, quality.pairs) == (queries, len(scores))


def test_queries_that_nothing_answers_are_no_queries() -> None:
    """Where no pair that counts is left, the error is that of pairs that are not there."""
    lonely = replace(seen_twice(0), compared=np.zeros((40, 50), bool))
    with pytest.raises(NothingToCalibrate, match="Of 0 pairs"):
        fit_calibration([lonely])


def test_a_curve_is_judged_by_queries_that_it_does_not_know() -> None:
    """Each item's pairs are judged by a curve learnt from all others, which a slow loop over items does too."""
    parts = [gallery(5, 12, 4), gallery(6, 9, 3)]
    expected, truths, chances = [], [], []
    for chosen, part in enumerate(parts):
        for item in np.unique(part.truth):
            rest = []
            for place, other in enumerate(parts):
                kept = other.truth != item if place == chosen else np.full(len(other.truth), fill_value=True)
                rest.append(Scores(other.scores[kept], other.truth[kept]))
            learnt = fit_calibration(rest)
            own = part.truth == item
            expected.append(learnt.probability(part.scores[own], part.scores.shape[1]).ravel())
            truths.append((part.truth[own][:, None] == np.arange(part.scores.shape[1])).ravel())
            chances.append(np.full(truths[-1].shape, 1 / part.scores.shape[1]))
    likely, true, chance = (np.concatenate(each) for each in (expected, truths, chances))
    found = judge_calibration(parts)
    assert found.brier == pytest.approx(brier_score(likely, true), abs=1e-9)
    assert found.calibration_error == pytest.approx(expected_calibration_error(likely, true), abs=1e-9)
    assert found.brier_of_chance == pytest.approx(brier_score(chance, true), abs=1e-12)
    assert (found.queries, found.pairs) == (21, 12 * 4 + 9 * 3)
    assert found.figures()["brier"] == found.brier


def test_scores_that_know_the_truth_are_judged_better_than_chance() -> None:
    """What was drawn by the curve is told apart better than by 1 / items, and its probabilities come true."""
    found = judge_calibration([gallery(7, 300, 10)])
    assert found.brier < 0.9 * found.brier_of_chance
    assert found.calibration_error < 0.03


@pytest.mark.parametrize("galleries", [[], [Scores(np.empty((0, 3)), np.empty(0, np.int64))]])
def test_without_queries_there_is_nothing_to_learn(galleries: list[Scores]) -> None:
    """No galleries, or only such without queries, are told to be none."""
    with pytest.raises(NothingToCalibrate, match="no held-out queries"):
        fit_calibration(galleries)


def test_a_gallery_of_one_item_is_refused() -> None:
    """Among one item nothing can be mistaken, so nothing is learnt."""
    with pytest.raises(NothingToCalibrate, match="at least 2 items"):
        fit_calibration([Scores(np.ones((3, 1)), np.zeros(3, np.int64))])
