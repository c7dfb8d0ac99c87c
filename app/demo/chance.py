"""One way to toss a coin that is not fair."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


def chance(rng: Random, share: float) -> bool:
    """Say yes in a share of all cases."""
    return rng.random() < share
