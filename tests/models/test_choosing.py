"""Which labels are said: by hand, and by what must hold for any paths."""

from __future__ import annotations

import numpy as np
import pytest

from models.choosing import Found, Said, Wanted, choose
from models.paths import NOTHING

FOUND = Found(
    labels=np.array([[2, 0, NOTHING], [2, 1, 0], [NOTHING] * 3]),
    chances=np.array([[0.4, 0.1, 0.9, 0.6], [0.2, 0.3, 0.9, 0.8], [0.0] * 4]),
    moments=np.array([[1, 1, 0, 1], [2, 1, 0, 2], [0] * 4]),
)
LIKELY = np.array([0.3, 0.2, 0.9, 0.7])
HALF = np.full(4, 0.5)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), [2, 3]),
        (Wanted(least_probability=0.0), [2, 0, 1, 3]),
        (Wanted(least_probability=0.3), [2, 0, 3]),
        (Wanted(most=2), [2, 3]),
        (Wanted(most=3), [2, 0, 3]),
        (Wanted(most=9), [2, 0, 1, 3]),
        (Wanted(most=1, least_probability=0.95), []),
    ],
    ids=str,
)
def test_what_is_wanted_is_chosen(wanted: Wanted, expected: list[int]) -> None:
    """In the order of the paths; then what no path says, label 3."""
    assert [one.label for one in choose(FOUND, LIKELY, wanted, HALF)] == expected


def test_each_label_comes_after_those_of_its_path() -> None:
    """Of the most probable path that says it; of one that none says, after those where it would be most probable."""
    found = choose(FOUND, LIKELY, Wanted(least_probability=0.0), HALF)
    assert found == [Said(2, 0.9, ()), Said(0, 0.3, (2,)), Said(1, 0.2, (2,)), Said(3, 0.7, (2, 1))]


def test_thresholds_differ_by_label() -> None:
    """A label is said from its own on; one of 1 is never reached."""
    found = choose(FOUND, LIKELY, Wanted(), np.array([0.3, 0.21, 1.0, 0.71]))
    assert [one.label for one in found] == [0]


def test_what_has_no_chance_is_never_said() -> None:
    """However many are wanted: such as what must not be said."""
    assert [one.label for one in choose(FOUND, LIKELY * [0, 1, 1, 1], Wanted(most=4), HALF * 0)] == [2, 1, 3]


@pytest.mark.parametrize("seed", range(5))
def test_so_many_are_the_most_probable(seed: int) -> None:
    """Of any paths: no label that is left out is more probable than one that is said, and the order is that of all."""
    random = np.random.default_rng(seed)
    labels = np.stack([random.permutation(10)[:4] for _ in range(5)])
    found = Found(labels, random.random((5, 10)), random.integers(5, size=(5, 10)))
    likely = random.random(10)
    every = [one.label for one in choose(found, likely, Wanted(least_probability=0.0), np.full(10, 0.5))]
    assert sorted(every) == list(range(10))
    said = set(labels.flatten().tolist())
    assert [label in said for label in every] == sorted((label in said for label in every), reverse=True)
    for most in range(1, 11):
        chosen = [one.label for one in choose(found, likely, Wanted(most=most), np.full(10, 0.5))]
        assert len(chosen) == most
        assert chosen == [label for label in every if label in chosen]
        left_out = [likely[label] for label in range(10) if label not in chosen]
        assert min(likely[label] for label in chosen) >= max(left_out, default=0.0)
