"""A judgement of made-up scores, whose pictures are all different."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from app.report.page import Run
from models.judgements import Judgement, Moment

SIDE = 16
RUN = Run(
    "sketch", "some-network", "fa" * 32, "likeness models evaluate sketch", "A CPU", datetime(2031, 5, 6, tzinfo=UTC)
)


def pictures(seed: int, *shape: int) -> NDArray[np.uint8]:
    """Noise."""
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def some_judgement(
    queries: int = 12, items: int = 9, *, photos: bool = False, moments: int = 0, votes: bool = True
) -> Judgement:
    """Random scores; the true item of query i is i modulo the number of items, and scores a little more."""
    random = np.random.default_rng(5)
    truth = np.arange(queries) % items
    scores = random.uniform(-0.4, 0.4, (queries, items)).astype(np.float32)
    scores[np.arange(queries), truth] += 0.4
    shares = np.linspace(0, 1, moments + 1)[1:].tolist()
    return Judgement(
        title="made-up things",
        protocol="Everything is compared.",
        scores=scores,
        truth=truth,
        votes=tuple(random.integers(0, items, (4, 2)) for _ in truth) if votes else None,
        queries=pictures(1, queries, SIDE, SIDE),
        items=pictures(2, items, SIDE, SIDE, *([3] if photos else [])),
        outlines=pictures(3, items, SIDE, SIDE),
        moments=tuple(
            Moment(share, random.integers(1, min(items, 12) + 1, queries), pictures(4 + number, queries, SIDE, SIDE))
            for number, share in enumerate(shares)
        ),
        query_word="doodle",
        outline_word="skeleton",
    )
