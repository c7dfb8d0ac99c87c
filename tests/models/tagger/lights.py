"""Labelled pictures whose labels can be read off their features."""

from __future__ import annotations

import numpy as np
import torch

from models.tagger.described import Described

LABELS = 5


def lights(n: int, seed: int) -> Described:
    """Pictures of four lights, each a label if on; the fifth label is on all that show none. Two views, noisy."""
    random = np.random.default_rng(seed)
    shine = random.random((n, 4)) < 0.4
    tags = np.concatenate([shine, ~shine.any(axis=1, keepdims=True)], axis=1)
    views = shine[:, None] + random.normal(0, 0.05, (n, 2, 4))
    return Described(torch.from_numpy(views).half(), tags)
