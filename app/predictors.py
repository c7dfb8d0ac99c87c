"""The models that are loaded, each with the queues that lead to the device."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, TypeVar

import anyio.to_thread
import numpy as np
from numpy.typing import NDArray

from app.batching import BatchQueue, Device, Limits
from app.settings import Settings
from app.telemetry import Telemetry

if TYPE_CHECKING:
    from torch import Tensor

    from models.contracts import Vectors
    from models.explanations import Explanation
    from models.predictor import Predictor

Scalar = TypeVar("Scalar", bound=np.generic)

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

Loader = Callable[[str, str | None], "Predictor"]
"""Loads a model by its name, with the weights of a digest, or the default ones."""


@dataclass(frozen=True, eq=False)
class Compared:
    """A prepared item, uint8 (...), and the vector of a query that found it, float32 (dim,)."""

    item: Tensor
    query: Vectors


@dataclass(frozen=True, eq=False)
class Serving:
    """A loaded model in front of its queues.

    Attributes:
        predictor: the model.
        queries: the views of a prepared query, uint8 (views, ...) -> a vector of each, float32 (views, dim).
        items: a prepared item, uint8 (...) -> its vector, float32 (dim,).
        views: a prepared item -> what the network sees of it, uint8 (height, width).
        explanations: a prepared item and the vector of a query -> why the one is like the other.
    """

    predictor: Predictor
    queries: BatchQueue[Tensor, Vectors]
    items: BatchQueue[Tensor, Vectors]
    views: BatchQueue[Tensor, NDArray[np.uint8]]
    explanations: BatchQueue[Compared, Explanation]

    async def close(self) -> None:
        """Answer everyone who waits."""
        for queue in (self.queries, self.items, self.views, self.explanations):
            await queue.close()


class Predictors:
    """Loads each model, with each set of weights that is asked for, once, and keeps it.

    All of them share one device thread. Everything here runs on the event loop; loading runs beside it.
    """

    def __init__(self, load: Loader, settings: Settings, telemetry: Telemetry) -> None:
        """Load nothing yet."""
        self._load = load
        self._settings = settings
        self._telemetry = telemetry
        self._device = Device()
        self._servings: dict[tuple[str, str | None], asyncio.Future[Serving]] = {}

    async def get(self, model: str, digest: str | None = None) -> Serving:
        """Return a loaded model, loading it if need be; `digest` None stands for the default weights.

        Raises:
            UnknownModel: no model has that name.
            MissingCheckpoint: the weights are not here.
            CorruptCheckpoint: they are damaged.
        """
        key = (model, digest)
        if key not in self._servings:
            self._servings[key] = asyncio.get_running_loop().create_task(self._start(model, digest))
        # Shielded: whoever gives up waiting must not stop the load for the others.
        return await asyncio.shield(self._servings[key])

    async def close(self) -> None:
        """Answer everyone who waits, and end the device's thread."""
        for outcome in await asyncio.gather(*self._servings.values(), return_exceptions=True):
            if isinstance(outcome, Serving):
                await outcome.close()
        self._device.close()

    async def _start(self, model: str, digest: str | None) -> Serving:
        try:
            predictor = await anyio.to_thread.run_sync(self._warmed, model, digest)
        except BaseException:
            # The next one to ask tries again: the weights may have been put back.
            del self._servings[model, digest]
            raise
        known = self._servings.get((model, predictor.digest))
        if digest is None and known is not None:
            return await asyncio.shield(known)
        serving = self._serving(predictor)
        if digest is None:
            # The default weights and the same weights under their digest are one thing, loaded once.
            shared = asyncio.get_running_loop().create_future()
            shared.set_result(serving)
            self._servings[model, predictor.digest] = shared
        return serving

    def _warmed(self, model: str, digest: str | None) -> Predictor:
        predictor = self._load(model, digest)
        predictor.warm()
        return predictor

    def _serving(self, predictor: Predictor) -> Serving:
        return Serving(
            predictor,
            queries=self._queue(predictor, "queries", partial(_together, predictor.predict_queries)),
            items=self._queue(predictor, "items", partial(_one_by_one, predictor.predict_items)),
            views=self._queue(predictor, "views", partial(_one_by_one, predictor.view_items)),
            explanations=self._queue(predictor, "explanations", partial(_explained, predictor)),
        )

    def _queue(
        self, predictor: Predictor, side: str, compute: Callable[[Sequence[Asked]], Sequence[Answered]]
    ) -> BatchQueue[Asked, Answered]:
        limits = Limits(
            max_batch=predictor.spec.max_batch,
            max_wait=self._settings.max_wait_ms / 1000,
            capacity=self._settings.queue_size,
            deadline=self._settings.deadline_ms / 1000,
        )
        observe = partial(self._telemetry.batch, predictor.spec.name, side)
        return BatchQueue(compute, self._device, limits, observe)


def _together(predict: Callable[[Tensor], NDArray[Scalar]], groups: Sequence[Tensor]) -> list[NDArray[Scalar]]:
    """Predict groups of rows, all rows of one shape, as one batch; the answers come in the same groups."""
    return np.split(predict(_batch(groups)), list(accumulate(map(len, groups)))[:-1])


def _batch(groups: Sequence[Tensor]) -> Tensor:
    """Put groups of rows, all rows of one shape, behind one another."""
    ends = list(accumulate(map(len, groups)))
    batch = groups[0].new_empty((ends[-1], *groups[0].shape[1:]))
    for group, end in zip(groups, ends, strict=True):
        batch[end - len(group) : end] = group
    return batch


def _explained(predictor: Predictor, compared: Sequence[Compared]) -> list[Explanation]:
    """Explain items, each against the query that found it, as one batch."""
    batch = _batch([one.item[None] for one in compared])
    return predictor.explain_items(batch, np.stack([one.query for one in compared]))


def _one_by_one(predict: Callable[[Tensor], NDArray[Scalar]], items: Sequence[Tensor]) -> list[NDArray[Scalar]]:
    """Predict items, all of one shape, as one batch."""
    return [group[0] for group in _together(predict, [item[None] for item in items])]
