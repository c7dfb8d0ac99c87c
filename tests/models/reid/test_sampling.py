"""Batches: several pictures each of several people, everyone in turn, and the same for the same seed and step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.reid.sampling import identity_batch, plain_batch


@given(st.lists(st.integers(1, 7), min_size=2, max_size=12), st.integers(1, 9), st.integers(1, 5), st.integers(0, 40))
@settings(deadline=None, max_examples=60)
def test_a_batch_is_people_times_pictures(counts: list[int], people: int, pictures: int, step: int) -> None:
    """So many different people, so many pictures of each, none of them twice unless there are too few."""
    identities = np.repeat(10 * np.arange(len(counts)), counts)
    rows = identity_batch(identities, people, pictures, 1, step).reshape(-1, pictures)
    shown = identities[rows]
    assert (shown == shown[:, :1]).all()
    assert len(np.unique(shown[:, 0])) == len(rows) == min(people, len(counts))
    for group in rows:
        there = counts[identities[group[0]] // 10]
        assert len(np.unique(group)) == min(pictures, there)
        _, repeats = np.unique(group, return_counts=True)
        assert repeats.max() - repeats.min() <= 1


def test_everybody_comes_before_anybody_comes_twice() -> None:
    """Twelve people in batches of four: three steps show each of them once, and the next three again."""
    identities = np.repeat(np.arange(12), 3)
    for start in (0, 3):
        batches = [identities[identity_batch(identities, 4, 1, 5, step)] for step in range(start, start + 3)]
        assert sorted(np.concatenate(batches)) == list(range(12))


def test_every_picture_comes_before_any_comes_twice() -> None:
    """Ten pictures in batches of three: three steps show nine of them, and over the rounds none is left out."""
    rounds = [np.concatenate([plain_batch(10, 3, 5, 3 * turn + step) for step in range(3)]) for turn in range(30)]
    assert all(len(np.unique(rows)) == 9 for rows in rounds)
    assert len(np.unique(np.concatenate(rounds))) == 10


@pytest.mark.parametrize("step", [0, 17])
def test_a_batch_is_the_seeds_and_the_steps_alone(step: int) -> None:
    """A resumed run draws what the killed one would have drawn; another seed or step draws others."""
    identities = np.repeat(np.arange(20), 5)
    rows = identity_batch(identities, 4, 3, 1, step)
    np.random.default_rng().random(9)
    np.testing.assert_array_equal(identity_batch(identities, 4, 3, 1, step), rows)
    assert identity_batch(identities, 4, 3, 2, step).tolist() != rows.tolist()
    assert identity_batch(identities, 4, 3, 1, step + 1).tolist() != rows.tolist()
    assert plain_batch(20, 4, 2, step).tolist() != plain_batch(20, 4, 1, step).tolist()
