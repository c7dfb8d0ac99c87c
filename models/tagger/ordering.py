"""In which order the labels of a picture are learnt: the paths that a recurrent layer follows."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from models.paths import NOTHING

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Order(StrEnum):
    """How a picture's labels follow each other.

    The paper has the most frequent of the training set first (section 3.2), and reports that an order drawn anew for
    every batch did not converge.
    """

    FREQUENT = "frequent first"
    RARE = "rare first"
    RANDOM = "random"


def paths_of(
    tags: NDArray[np.bool_], frequencies: NDArray[np.int64], order: Order, random: np.random.Generator
) -> NDArray[np.int64]:
    """Put the labels of pictures in order.

    Args:
        tags: (n, labels), which labels a picture has.
        frequencies: (labels,), how many pictures of the training set have each; of equals the first label comes first.
        order: which.
        random: what the random order is drawn from; untouched by the others.

    Returns:
        int64 (n, steps), labels, `NOTHING` after the last; as many steps as the fullest picture has labels.
    """
    places = _places(frequencies, order, random)
    steps = int(tags.sum(axis=1).max(initial=0))
    # What a picture has not comes after all that it has.
    last = np.where(tags, places, len(frequencies))
    found = np.argsort(last, axis=1, kind="stable")[:, :steps].astype(np.int64)
    return np.where(np.take_along_axis(tags, found, axis=1), found, NOTHING)


def _places(frequencies: NDArray[np.int64], order: Order, random: np.random.Generator) -> NDArray[np.int64]:
    """Place of each label, 0 being first."""
    labels = len(frequencies)
    if order is Order.RANDOM:
        return random.permutation(labels)
    signed = -frequencies if order is Order.FREQUENT else frequencies
    places = np.empty(labels, np.int64)
    places[np.argsort(signed, kind="stable")] = np.arange(labels)
    return places
