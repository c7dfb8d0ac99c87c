"""The order of labels, against sorting by hand."""

from __future__ import annotations

import numpy as np
import pytest

from models.paths import NOTHING
from models.tagger.ordering import Order, paths_of

TAGS = np.random.default_rng(1).random((40, 12)) < 0.25
FREQUENCIES = np.random.default_rng(2).integers(0, 6, 12)


def paths(order: Order, seed: int = 0) -> list[list[int]]:
    """Labels of each picture, in order."""
    found = paths_of(TAGS, FREQUENCIES, order, np.random.default_rng(seed))
    assert found.shape == (40, int(TAGS.sum(axis=1).max()))
    for row in found.tolist():
        assert NOTHING not in row[: sum(label != NOTHING for label in row)]
    return [[label for label in row if label != NOTHING] for row in found.tolist()]


@pytest.mark.parametrize("order", list(Order))
def test_every_label_of_a_picture_is_said_once(order: Order) -> None:
    """A path is an order of a picture's labels and nothing else."""
    for path, tags in zip(paths(order), TAGS, strict=True):
        assert sorted(path) == np.flatnonzero(tags).tolist()


@pytest.mark.parametrize(("order", "sign"), [(Order.FREQUENT, -1), (Order.RARE, 1)])
def test_labels_follow_their_frequency(order: Order, sign: int) -> None:
    """Frequent or rare ones first; of equals the one that stands first in the list."""
    for path in paths(order):
        assert path == sorted(path, key=lambda label: (sign * FREQUENCIES[label], label))
    assert paths(order, 1) == paths(order, 2)


def test_a_random_order_is_one_order_for_a_batch_and_another_for_the_next() -> None:
    """Within a batch two labels always come in one order; another draw turns some around."""
    orders = []
    for seed in (1, 2):
        before = {
            (one, other)
            for path in paths(Order.RANDOM, seed)
            for at, one in enumerate(path)
            for other in path[at + 1 :]
        }
        assert not {(other, one) for one, other in before} & before
        orders.append(before)
    assert orders[0] != orders[1]


def test_pictures_without_labels_have_paths_without_steps() -> None:
    """Nothing is said of them."""
    assert paths_of(np.zeros((3, 5), bool), np.ones(5, np.int64), Order.RARE, np.random.default_rng(0)).shape == (3, 0)
