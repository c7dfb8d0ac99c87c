"""Triplets as people judged them: of two photos, which is nearer to a sketch.

Source: the paper's last stage of training, sampled as in the released code. For each sketch people compared ten photos,
its own among them, two by two; a train split holds three votes on each pair.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.datasets import MissingData
from models.sketch.datasets import Pairs

HARD_RATIO = 0.75


@dataclass(frozen=True, eq=False)
class Triplets:
    """Rows of a split to train on together.

    Attributes:
        sketches: int64 (n,), the anchors.
        nearer: int64 (n,), the photo that belongs nearer to the sketch.
        farther: int64 (n,), the photo that belongs farther away.
    """

    sketches: NDArray[np.int64]
    nearer: NDArray[np.int64]
    farther: NDArray[np.int64]


def sample_triplets(
    pairs: Pairs, step: int, batch: int, random: np.random.Generator, hard_ratio: float = HARD_RATIO
) -> Triplets:
    """Draw the triplets of a step: sketches in turn, and for each of them one vote.

    With probability 1 - `hard_ratio` the farther photo is replaced by any photo of the split that is none of the
    sketch's candidates, those that its votes are about. Where all photos are candidates the vote stays as it is.

    Args:
        pairs: a split; sketches without votes are passed over.
        step: 0 for the first; the next step goes on with the next sketch, and past the last with the first.
        batch: triplets to draw.
        random: source of randomness.
        hard_ratio: share of the triplets that are votes.

    Raises:
        MissingData: nobody voted on any sketch.
    """
    judged = np.flatnonzero([len(votes) for votes in pairs.triplets])
    if not len(judged):
        message = "The split holds no votes; sample from the train part of a QMUL set."
        raise MissingData(message)
    sketches = judged[(step * batch + np.arange(batch)) % len(judged)]
    chosen = np.array([_choose(pairs.triplets[sketch], len(pairs), random, hard_ratio) for sketch in sketches])
    return Triplets(sketches, chosen[:, 0], chosen[:, 1])


def votes_among(pairs: Pairs, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Keep the votes on some sketches of a split between the items that go with them.

    Args:
        pairs: a split.
        rows: int64 (n,), ascending: which sketches, and which items.

    Returns:
        For each of those sketches its votes, int64 (votes, 2), in which the first of `rows` is 0.
    """
    kept = (votes[np.isin(votes, rows).all(axis=1)] for votes in (pairs.triplets[row] for row in rows))
    return tuple(np.searchsorted(rows, votes) for votes in kept)


def agreed(pairs: Pairs) -> Pairs:
    """Replace the votes of a split by what most people said of each pair of photos; without a majority a pair goes."""
    return replace(pairs, triplets=tuple(majorities(votes) for votes in pairs.triplets))


def majorities(votes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the votes on each pair of photos.

    Args:
        votes: (n, 2), (nearer, farther); both orders of a pair may occur.

    Returns:
        int64 (pairs, 2), each pair on whose order most agreed, once, as (nearer, farther).
    """
    judged, belongs = np.unique(np.sort(votes, axis=1), axis=0, return_inverse=True)
    ways = np.sign(votes[:, 1] - votes[:, 0])
    balance = np.bincount(belongs.reshape(-1), weights=ways, minlength=len(judged))
    ordered = np.where(balance[:, None] > 0, judged, judged[:, ::-1])
    settled: NDArray[np.int64] = ordered[balance != 0]
    return settled


def _choose(
    votes: NDArray[np.int64], photos: int, random: np.random.Generator, hard_ratio: float
) -> tuple[np.int64, np.int64]:
    nearer, farther = votes[random.integers(len(votes))]
    if random.random() >= hard_ratio:
        others = np.setdiff1d(np.arange(photos), votes)
        if len(others):
            return nearer, random.choice(others)
    return nearer, farther
