"""Which labels are said: by hand, and by what must hold for any paths."""

from __future__ import annotations

import numpy as np
import pytest

from models.choosing import Said, Wanted, choose
from models.paths import NOTHING

PATHS = np.array([[2, 0, NOTHING], [2, 1, 0], [NOTHING] * 3])
LIKELY = np.array([0.3, 0.2, 0.9, 0.8])
HALF = np.full(4, 0.5)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), [2]),
        (Wanted(least_probability=0.0), [2, 0, 1]),
        (Wanted(least_probability=0.3), [2, 0]),
        (Wanted(most=2), [2, 0]),
        (Wanted(most=9), [2, 0, 1]),
        (Wanted(most=1, least_probability=0.95), []),
    ],
    ids=str,
)
def test_what_is_wanted_is_chosen(wanted: Wanted, expected: list[int]) -> None:
    """In the order of the paths; what no path says, label 3, is never chosen."""
    assert [one.label for one in choose(PATHS, LIKELY, wanted, HALF)] == expected


def test_each_label_is_where_it_is_said_first() -> None:
    """In the most probable path that says it."""
    found = choose(PATHS, LIKELY, Wanted(least_probability=0.0), HALF)
    assert found == [Said(2, 0.9, 0, 0), Said(0, 0.3, 0, 1), Said(1, 0.2, 1, 1)]


def test_thresholds_differ_by_label() -> None:
    """A label is said from its own on; one of 1 is never reached."""
    assert [one.label for one in choose(PATHS, LIKELY, Wanted(), np.array([0.3, 0.21, 1.0, 0.0]))] == [0]


@pytest.mark.parametrize("seed", range(5))
def test_so_many_are_the_most_probable(seed: int) -> None:
    """Of any paths: no label that is left out is more probable than one that is said, and the order is that of all."""
    random = np.random.default_rng(seed)
    labels = np.stack([random.permutation(10)[:4] for _ in range(5)])
    likely = random.random(10)
    every = [one.label for one in choose(labels, likely, Wanted(least_probability=0.0), HALF)]
    assert sorted(every) == sorted(set(labels.flatten().tolist()))
    for most in range(1, len(every) + 1):
        found = [one.label for one in choose(labels, likely, Wanted(most=most), HALF)]
        assert len(found) == most
        assert found == [label for label in every if label in found]
        left_out = [likely[label] for label in every if label not in found]
        assert min(likely[label] for label in found) >= max(left_out, default=0.0)
