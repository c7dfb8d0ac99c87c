"""The models that embed and are loaded, each with the queues that lead to the device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.batching import BatchQueue
from app.loads import Loads
from app.queues import Queues

if TYPE_CHECKING:
    from torch import Tensor

    from models.contracts import Vectors
    from models.explanations import Explanation
    from models.predictor import Predictor

Scalar = TypeVar("Scalar", bound=np.generic)

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


class Predictors(Loads["Predictor", Serving]):
    """Loads each model that embeds, with each set of weights that is asked for, once, and keeps it."""

    def __init__(self, load: Loader, queues: Queues) -> None:
        """Load nothing yet."""
        super().__init__(load, partial(_serving, queues))


def _serving(queues: Queues, predictor: Predictor) -> Serving:
    queue = partial(queues.queue, predictor.spec)
    return Serving(
        predictor,
        queries=queue("queries", partial(_together, predictor.predict_queries)),
        items=queue("items", partial(_one_by_one, predictor.predict_items)),
        views=queue("views", partial(_one_by_one, predictor.view_items)),
        explanations=queue("explanations", partial(_explained, predictor)),
    )


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
