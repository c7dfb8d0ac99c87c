"""The middle of a build: prepared pictures become vectors, a batch at a time, while others are read and written."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor

from indexer.reading import ItemPredictor, Rejected, Unchanged
from indexer.stopwatch import Stopwatch
from models.contracts import Vectors

BATCH = 16
"""Pictures that are predicted and committed at once: with fewer, calls and transactions weigh more; a killed run embeds
a few times as many again."""
WRITES_AHEAD = 2
"""Batches that may wait for the database before predicting waits too."""


class HasTensor(Protocol):
    """A prepared picture, whatever it belongs to."""

    @property
    def tensor(self) -> Tensor:
        """The picture as the network takes it."""


Waiting = TypeVar("Waiting", bound=HasTensor)
Save = Callable[[Sequence[Waiting], Vectors, Sequence[Unchanged | Rejected]], None]
"""Commits one batch: prepared pictures, their vectors row by row, and outcomes that need no vector."""


def embed(
    outcomes: Iterable[Waiting | Unchanged | Rejected], predictor: ItemPredictor, watch: Stopwatch, save: Save[Waiting]
) -> None:
    """Predict in this thread and save in one other, in order; return when everything is saved.

    What `save` raises is raised here, and nothing is saved after it.
    """
    writes: deque[Future[None]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="catalogue-writer") as writer:
        try:
            for waiting, settled in _batches(outcomes, BATCH):
                vectors = np.empty((0, predictor.spec.dim), dtype=np.float32)
                if waiting:
                    with watch.running():
                        vectors = predictor.predict_items(torch.stack([prepared.tensor for prepared in waiting]))
                if len(writes) >= WRITES_AHEAD:
                    writes.popleft().result()
                writes.append(writer.submit(save, waiting, vectors, settled))
            while writes:
                writes.popleft().result()
        finally:
            for write in writes:
                write.cancel()


def _batches(
    outcomes: Iterable[Waiting | Unchanged | Rejected], size: int
) -> Iterable[tuple[list[Waiting], list[Unchanged | Rejected]]]:
    waiting: list[Waiting] = []
    settled: list[Unchanged | Rejected] = []
    for outcome in outcomes:
        if isinstance(outcome, Unchanged | Rejected):
            settled.append(outcome)
        else:
            waiting.append(outcome)
        if len(waiting) >= size or len(settled) >= size:
            yield waiting, settled
            waiting, settled = [], []
    if waiting or settled:
        yield waiting, settled
