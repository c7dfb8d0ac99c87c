"""Triplets: every one of them is a vote, or a vote against a photo that nobody was asked about."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.datasets import MissingData
from models.sketch.datasets import Pairs
from models.sketch.triplets import HARD_RATIO, agreed, majorities, sample_triplets

Votes = list[tuple[int, int]]


def split(votes: list[Votes]) -> Pairs:
    """A split of as many pairs as there are lists of votes; its pictures are blank."""
    blank = torch.zeros(len(votes), 1, 1, 1, dtype=torch.uint8)
    return Pairs(blank, blank, tuple(np.array(part, np.int64).reshape(-1, 2) for part in votes))


@st.composite
def splits(draw: st.DrawFn, least: int = 1) -> list[Votes]:
    """Votes of a few sketches, at least `least` on each, on pairs of different photos."""
    count = draw(st.integers(2, 9))
    photos = st.integers(0, count - 1)
    pair = st.tuples(photos, photos).filter(lambda pair: pair[0] != pair[1])
    return draw(st.lists(st.lists(pair, min_size=least, max_size=5), min_size=count, max_size=count))


def chance(seed: int = 0) -> np.random.Generator:
    """A source of randomness."""
    return np.random.default_rng(seed)


@given(splits(), st.integers(0, 20), st.integers(1, 12), st.integers(0, 100), st.sampled_from([0, HARD_RATIO, 1]))
@settings(deadline=None, max_examples=100)
def test_every_triplet_is_a_vote_or_stands_on_one(
    votes: list[Votes], step: int, batch: int, seed: int, hard_ratio: float
) -> None:
    """The nearer photo won a vote of the sketch; the farther lost it, or was never put before anyone."""
    drawn = sample_triplets(split(votes), step, batch, chance(seed), hard_ratio)
    for sketch, nearer, farther in zip(drawn.sketches, drawn.nearer, drawn.farther, strict=True):
        candidates = {photo for vote in votes[sketch] for photo in vote}
        others = set(range(len(votes))) - candidates
        is_vote = (nearer, farther) in votes[sketch]
        assert is_vote or (farther in others and nearer in {winner for winner, _ in votes[sketch]})
        if hard_ratio == 1 or not others:
            assert is_vote
        elif hard_ratio == 0:
            assert farther in others


@given(splits(least=0), st.integers(1, 7), st.integers(1, 6))
@settings(deadline=None, max_examples=60)
def test_sketches_come_in_turn(votes: list[Votes], batch: int, steps: int) -> None:
    """Steps after one another go round all sketches that have votes, none twice before every other was there."""
    judged = [sketch for sketch, part in enumerate(votes) if part]
    if not judged:
        with pytest.raises(MissingData, match="no votes"):
            sample_triplets(split(votes), 0, batch, chance())
        return
    drawn = np.concatenate([sample_triplets(split(votes), step, batch, chance()).sketches for step in range(steps)])
    rounds = math.ceil(len(drawn) / len(judged))
    assert drawn.tolist() == (judged * rounds)[: len(drawn)]


def test_one_in_four_is_replaced() -> None:
    """The released ratio leaves three quarters to people, each vote and each outsider as often as any other."""
    votes: Votes = [(0, 1), (2, 1), (0, 2)]
    drawn = sample_triplets(split([votes] + [[] for _ in range(4)]), 0, 12_000, chance(3))
    counts = Counter(zip(drawn.nearer.tolist(), drawn.farther.tolist(), strict=True))
    expected = dict.fromkeys(votes, HARD_RATIO / 3)
    # Photos 3 and 4 are outsiders; 0 won two votes of three, 2 one.
    expected |= {
        (winner, other): (1 - HARD_RATIO) / 2 * share / 3 for winner, share in ((0, 2), (2, 1)) for other in (3, 4)
    }
    assert HARD_RATIO == 0.75
    assert set(counts) == set(expected)
    for triplet, share in expected.items():
        assert counts[triplet] == pytest.approx(12_000 * share, abs=4 * math.sqrt(12_000 * share * (1 - share)))


@given(splits(), st.integers(0, 5), st.integers(0, 100))
@settings(deadline=None, max_examples=30)
def test_chance_is_the_seeds_alone(votes: list[Votes], step: int, seed: int) -> None:
    """The same seed draws the same triplets: a resumed run goes on as the killed one would have."""
    first, second = (sample_triplets(split(votes), step, 6, chance(seed)) for _ in range(2))
    for one, other in (
        (first.sketches, second.sketches),
        (first.nearer, second.nearer),
        (first.farther, second.farther),
    ):
        assert one.dtype == np.int64
        assert one.shape == (6,)
        np.testing.assert_array_equal(one, other)


def counted(votes: Votes) -> set[tuple[int, int]]:
    """Majorities by counting both orders of every pair."""
    counts = Counter(votes)
    return {pair for pair in counts if counts[pair] > counts[pair[1], pair[0]]}


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=30))
@settings(deadline=None, max_examples=100)
def test_majorities_by_counting(votes: Votes) -> None:
    """An order is kept, once, if it has more votes than its reverse; asking again changes nothing."""
    found = majorities(np.array(votes, np.int64).reshape(-1, 2))
    assert found.dtype == np.int64
    assert len(found) == len(counted(votes))
    assert {(nearer, farther) for nearer, farther in found.tolist()} == counted(votes)
    np.testing.assert_array_equal(majorities(found), found)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=30))
@settings(deadline=None, max_examples=40)
def test_majorities_do_not_ask_who_voted_first(votes: Votes) -> None:
    """Votes in any order have the same majorities in the same order; all votes reversed, the reverse."""
    array: NDArray[np.int64] = np.array(votes, np.int64).reshape(-1, 2)
    shuffled = array[np.random.default_rng(len(votes)).permutation(len(votes))]
    np.testing.assert_array_equal(majorities(shuffled), majorities(array))
    np.testing.assert_array_equal(majorities(array[:, ::-1]), majorities(array)[:, ::-1])


def test_three_people_always_agree() -> None:
    """Of three votes on each pair a majority is left, two against one or three; what else a split holds stays."""
    votes: Votes = [(0, 1), (1, 0), (0, 1), (2, 1), (2, 1), (2, 1)]
    pairs = split([votes, [], []])
    settled = agreed(pairs)
    assert [part.tolist() for part in settled.triplets] == [[[0, 1], [2, 1]], [], []]
    assert settled.sketches is pairs.sketches
    assert settled.edges is pairs.edges
    drawn = sample_triplets(settled, 0, 50, chance(), hard_ratio=1)
    assert set(zip(drawn.nearer.tolist(), drawn.farther.tolist(), strict=True)) == {(0, 1), (2, 1)}
