"""Which pictures a step learns from: a function of the seed and the step alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def identity_batch(
    identities: NDArray[np.int64], people: int, pictures: int, seed: int, step: int
) -> NDArray[np.int64]:
    """Rows of several pictures each of several people; everybody comes once before anybody comes twice.

    Who has fewer pictures than are wanted gives some of them more than once. Where fewer people are known, all come.

    Args:
        identities: int64 (n,), whom each picture shows.
        people: how many different identities (P).
        pictures: of each (K).
        seed: of the order.
        step: which batch.

    Returns:
        int64 (people x pictures,), picture after picture of one person, then of the next.
    """
    known = np.unique(identities)
    chosen = known[_turn(len(known), people, seed, step)]
    random = np.random.default_rng((seed, step))
    return np.concatenate([_some(np.flatnonzero(identities == person), pictures, random) for person in chosen])


def plain_batch(count: int, size: int, seed: int, step: int) -> NDArray[np.int64]:
    """Rows drawn without looking at who they show; every picture comes once before any comes twice.

    Args:
        count: pictures there are.
        size: how many are drawn.
        seed: of the order.
        step: which batch.
    """
    return _turn(count, size, seed, step)


def _turn(count: int, size: int, seed: int, step: int) -> NDArray[np.int64]:
    """Return the numbers below `count` whose turn it is in a step; those left at the end of a round are passed over."""
    size = min(size, count)
    turn, place = divmod(step, count // size)
    order: NDArray[np.int64] = np.random.default_rng((seed, turn)).permutation(count)
    return order[place * size : (place + 1) * size]


def _some(rows: NDArray[np.int64], count: int, random: np.random.Generator) -> NDArray[np.int64]:
    rounds = [random.permutation(rows) for _ in range(-(-count // len(rows)))]
    return np.concatenate(rounds)[:count]
