"""Metrics, judged by plain loops."""

from __future__ import annotations

import statistics
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.metrics import (
    accuracy_at,
    agreements,
    bootstrap_interval,
    brier_score,
    correct_triplets,
    expected_calibration_error,
    mean_reciprocal_rank,
    ranks,
)

# Few different values, so that ties are common.
levels = st.sampled_from([-1.0, 0.0, 0.25, 0.5, 1.0])


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[float]], list[int]]:
    """Scores of a few queries over a few items, and the true item of each."""
    items = draw(st.integers(1, 6))
    rows = draw(st.lists(st.lists(levels, min_size=items, max_size=items), min_size=1, max_size=6))
    return rows, [draw(st.integers(0, items - 1)) for _ in rows]


@given(tables())
@settings(deadline=None, max_examples=100)
def test_ranks_by_counting(table: tuple[list[list[float]], list[int]]) -> None:
    """The rank is one more than the number of other items that score at least as much as the true one."""
    rows, truth = table
    found = ranks(np.array(rows), np.array(truth))
    expected = [
        1 + sum(1 for item, score in enumerate(row) if item != true and score >= row[true])
        for row, true in zip(rows, truth, strict=True)
    ]
    assert found.tolist() == expected


@given(tables(), st.integers(1, 7))
@settings(deadline=None, max_examples=100)
def test_accuracy_by_sorting(table: tuple[list[list[float]], list[int]], k: int) -> None:
    """acc@k counts the queries whose true item is among the first k of a list in which ties are sorted against it."""
    rows, truth = table
    hits = 0
    for row, true in zip(rows, truth, strict=True):
        order = sorted(range(len(row)), key=lambda item: (-row[item], item == true))
        hits += true in order[:k]
    assert accuracy_at(ranks(np.array(rows), np.array(truth)), k) == pytest.approx(100 * hits / len(rows))


@given(st.lists(st.integers(1, 300), min_size=1, max_size=20))
@settings(deadline=None, max_examples=50)
def test_mean_reciprocal_rank_by_fractions(found: list[int]) -> None:
    """The mean of 1 / rank, in exact fractions: 1 where all are first, and no rank goes unseen."""
    expected = sum((Fraction(1, rank) for rank in found), Fraction()) / len(found)
    assert mean_reciprocal_rank(np.array(found)) == pytest.approx(float(expected))


def test_a_network_that_cannot_tell_finds_nothing() -> None:
    """Equal scores everywhere give the last rank to every query, not the first: a constant network must not shine."""
    found = ranks(np.zeros((5, 7)), np.arange(5))
    assert found.tolist() == [7] * 5
    assert accuracy_at(found, 1) == 0
    assert accuracy_at(found, 7) == 100


@given(tables(), st.data())
@settings(deadline=None, max_examples=100)
def test_triplets_by_loops(table: tuple[list[list[float]], list[int]], data: st.DataObject) -> None:
    """%corr is over all votes together, and a tie is not agreement."""
    rows, _ = table
    votes = st.lists(
        st.tuples(st.integers(0, len(rows[0]) - 1), st.integers(0, len(rows[0]) - 1)), min_size=1, max_size=5
    )
    asked = [data.draw(votes) for _ in rows]
    agreed = [row[near] > row[far] for row, pairs in zip(rows, asked, strict=True) for near, far in pairs]
    found = correct_triplets(np.array(rows), [np.array(pairs) for pairs in asked])
    assert found == pytest.approx(100 * statistics.fmean(agreed))


def test_queries_without_votes_do_not_weigh() -> None:
    """A query that nobody voted on changes nothing."""
    votes = [np.array([[0, 1], [1, 0]]), np.empty((0, 2), np.int64)]
    assert correct_triplets(np.array([[1.0, 0.0], [0.0, 1.0]]), votes) == 50


# Sixty-fourths: floats hold them exactly, and many fall on an edge of a bin.
forecasts = st.lists(st.tuples(st.integers(0, 64), st.booleans()), min_size=1, max_size=40)


def forecast(pairs: list[tuple[int, bool]]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Probabilities and what turned out."""
    return np.array([part for part, _ in pairs]) / 64, np.array([true for _, true in pairs])


@given(forecasts)
@settings(deadline=None, max_examples=50)
def test_brier_score_is_calibration_and_refinement(pairs: list[tuple[int, bool]]) -> None:
    """By Murphy's partition, in fractions: distance from the shares that came true, plus those shares' own spread."""
    total = Fraction()
    for said in {part for part, _ in pairs}:
        outcomes = [true for part, true in pairs if part == said]
        share = Fraction(sum(outcomes), len(outcomes))
        total += len(outcomes) * ((Fraction(said, 64) - share) ** 2 + share * (1 - share))
    assert brier_score(*forecast(pairs)) == pytest.approx(float(total / len(pairs)))


@given(forecasts, st.integers(1, 20))
@settings(deadline=None, max_examples=100)
def test_calibration_error_by_sorting_into_bins(pairs: list[tuple[int, bool]], bins: int) -> None:
    """Bin by bin, in fractions: how far the mean probability is from the share of true, weighted by the bin's size."""
    total = Fraction()
    for number in range(bins):
        low, high = Fraction(number, bins), Fraction(number + 1, bins)
        inside = [
            (Fraction(part, 64), true)
            for part, true in pairs
            if low <= Fraction(part, 64) < high or (part == 64 and number == bins - 1)
        ]
        total += abs(sum((said - true for said, true in inside), Fraction()))
    assert expected_calibration_error(*forecast(pairs), bins) == pytest.approx(float(total / len(pairs)))


def test_forecasts_of_known_worth() -> None:
    """Certain and right costs nothing, certain and wrong costs 1; half and half is calibrated but says little."""
    true = np.array([True, False, True, False])
    for measure in (brier_score, expected_calibration_error):
        assert measure(true.astype(np.float64), true) == 0
        assert measure(1 - true.astype(np.float64), true) == 1
    assert expected_calibration_error(np.full(4, 0.5), true) == 0
    assert brier_score(np.full(4, 0.5), true) == 0.25


def test_truths_drawn_by_their_probabilities_are_calibrated() -> None:
    """Of 20,000 pairs that come true as often as is said hardly any error is left; said with certainty, a quarter."""
    random = np.random.default_rng(11)
    probabilities = random.random(20_000)
    true = random.random(20_000) < probabilities
    assert expected_calibration_error(probabilities, true) < 0.02
    assert expected_calibration_error(np.where(probabilities > 0.5, 1.0, 0.0), true) == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_bootstrap_meets_the_normal_interval(share: float) -> None:
    """For many zeros and ones the interval is the binomial's: mean ± 1.96 deviations of the mean."""
    values = np.zeros(1000)
    values[: int(1000 * share)] = 1
    low, high = bootstrap_interval(values)
    reach = 1.96 * (share * (1 - share) / 1000) ** 0.5
    assert low == pytest.approx(share - reach, abs=0.1 * reach + 1e-3)
    assert high == pytest.approx(share + reach, abs=0.1 * reach + 1e-3)


def test_bootstrap_of_equal_values_is_a_point_and_repeats() -> None:
    """Values without spread have no interval, and the same values always give the same one."""
    assert bootstrap_interval(np.full(20, 0.25)) == (0.25, 0.25)
    values = np.random.default_rng(1).random(30)
    assert bootstrap_interval(values) == bootstrap_interval(values)


@given(st.lists(st.lists(st.integers(-8, 8), min_size=1, max_size=4), min_size=1, max_size=6), st.randoms())
@settings(deadline=None, max_examples=40)
def test_groups_are_drawn_whole(groups: list[list[int]], random: Random) -> None:
    """Drawing group by group in a loop gives the same interval, in whatever order the values come."""
    drawn = np.random.default_rng(0).integers(0, len(groups), (200, len(groups)))
    means = [np.mean([value for pick in picks for value in groups[pick]]) for picks in drawn]
    members = [(value, 7 * number - 3) for number, group in enumerate(groups) for value in group]
    random.shuffle(members)
    values, numbers = (np.array(column) for column in zip(*members, strict=True))
    found = bootstrap_interval(values.astype(np.float64), draws=200, groups=numbers)
    np.testing.assert_allclose(found, np.quantile(means, (0.025, 0.975)), atol=1e-9)


def test_values_without_groups_are_groups_of_their_own() -> None:
    """To name each value's own number as its group changes nothing; copies of a value in its group add no certainty."""
    values = np.random.default_rng(2).random(30)
    alone = bootstrap_interval(values)
    assert bootstrap_interval(values, groups=np.arange(30)) == alone
    copied = bootstrap_interval(np.repeat(values, 5), groups=np.repeat(np.arange(30), 5))
    np.testing.assert_allclose(copied, alone)


@given(tables(), st.data())
@settings(deadline=None, max_examples=40)
def test_agreements_vote_by_vote(table: tuple[list[list[float]], list[int]], data: st.DataObject) -> None:
    """Each vote stands in its place and is agreed with where the nearer item scores more; their share is %corr."""
    rows, truth = table
    pair = st.tuples(st.integers(0, len(rows[0]) - 1), st.integers(0, len(rows[0]) - 1))
    votes = [data.draw(st.lists(pair, min_size=1, max_size=4)) for _ in truth]
    arrays = [np.array(each) for each in votes]
    expected = [[row[near] > row[far] for near, far in each] for row, each in zip(rows, votes, strict=True)]
    assert [found.tolist() for found in agreements(np.array(rows), arrays)] == expected
    flat = [agreed for each in expected for agreed in each]
    assert correct_triplets(np.array(rows), arrays) == pytest.approx(100 * sum(flat) / len(flat))
