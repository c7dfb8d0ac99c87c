"""Made-up galleries whose true items are told apart by a known curve."""

from __future__ import annotations

import numpy as np

from models.calibrating import Scores


def gallery(seed: int, queries: int, items: int, slope: float = 8.0) -> Scores:
    """Others score evenly from -0.2 to 1, true items exp(slope x score) times as often: a curve of that slope."""
    random = np.random.default_rng(seed)
    scores = random.uniform(-0.2, 1, (queries, items))
    truth = random.integers(items, size=queries)
    low, high = np.exp(slope * np.array([-0.2, 1]))
    scores[np.arange(queries), truth] = np.log(random.uniform(low, high, queries)) / slope
    return Scores(scores, truth)
