"""The extremal index: searches that are made up of so many independent chances are found to have so many."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import norm

from models.extremes import CONFIDENCE, FEWEST_SEARCHES, MISLED, extremal_index


def searches(seed: int, count: int, items: int, alike: int) -> NDArray[np.float64]:
    """How many of the items are expected to reach each search's highest score, where so many always score the same."""
    shares = np.random.default_rng(seed).random((count, items // alike))
    expected: NDArray[np.float64] = -items * np.log1p(-shares.min(axis=1))
    return expected


@pytest.mark.parametrize("alike", [1, 4, 25])
def test_items_that_score_alike_count_once(alike: int) -> None:
    """Of 400 items in groups of equals the groups count: the bound is found to four standard errors."""
    count = 20_000
    error = 1 / np.sqrt(MISLED * count)
    found = extremal_index(searches(1, count, 400, alike))
    assert found == pytest.approx(min(1, (1 + norm.ppf(CONFIDENCE) * error) / alike), rel=4 * error)


def test_the_truth_is_seldom_above_the_bound() -> None:
    """Of many calibrations by few searches about one in twenty says less than there is: the share that is stated."""
    below = np.mean([extremal_index(searches(seed, 150, 200, 10)) < 1 / 10 for seed in range(1000)])
    spread = 4 * np.sqrt(CONFIDENCE * (1 - CONFIDENCE) / 1000)
    assert below == pytest.approx(1 - CONFIDENCE, abs=spread)


def test_only_the_most_misled_searches_are_looked_at() -> None:
    """Of the others it counts that they are no more misled, not by how much less."""
    expected = np.sort(searches(2, 500, 100, 4))
    less = expected.copy()
    less[int(MISLED * 500) :] *= 1000
    assert extremal_index(np.random.default_rng(3).permutation(less)) == extremal_index(expected)


@given(st.integers(0, 1000), st.floats(1, 50))
def test_the_number_of_items_does_not_matter(seed: int, more: float) -> None:
    """Where every search meets so many times the items in vain, so many times fewer of them count."""
    expected = searches(seed, 300, 100, 10)
    assert extremal_index(more * expected) == pytest.approx(extremal_index(expected) / more)


@given(st.lists(st.floats(0, 1e6), min_size=FEWEST_SEARCHES, max_size=3 * FEWEST_SEARCHES))
def test_it_is_always_a_share(expected: list[float]) -> None:
    """Above 0, at most 1, whatever was met; also where strangers score higher than any were thought to."""
    assert 0 < extremal_index(np.array(expected)) <= 1


@pytest.mark.parametrize("count", [0, 1, FEWEST_SEARCHES - 1])
def test_few_searches_say_nothing(count: int) -> None:
    """Then all items count, and matches are said too seldom rather than too often."""
    assert extremal_index(searches(4, count, 400, 20)) == 1
