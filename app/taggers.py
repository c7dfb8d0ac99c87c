"""The taggers that are loaded, each with the queue that leads to the device."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from app.batching import BatchQueue
from app.loads import Loads
from app.queues import Queues
from app.workers import Workers
from models.checkpoints import CheckpointStore
from models.contracts import CorruptCheckpoint, MissingCheckpoint, RetrievalError, UnknownCheckpoint

if TYPE_CHECKING:
    from torch import Tensor

    from models.choosing import Wanted
    from models.tagging import Tag, TaggingPredictor

TaggerLoader = Callable[[str, str | None], "TaggingPredictor"]
"""Loads a tagger by its name, with the weights of a digest, or the default ones."""

_logger = logging.getLogger("likeness.taggers")


@dataclass(frozen=True, eq=False)
class Asked:
    """A prepared picture, uint8 (...), and which labels of it are wanted."""

    picture: Tensor
    wanted: Wanted


@dataclass(frozen=True, eq=False)
class Tagger:
    """A loaded tagger in front of its queue; pictures of which different things are wanted share a batch."""

    predictor: TaggingPredictor
    tags: BatchQueue[Asked, tuple[Tag, ...]]

    async def close(self) -> None:
        """Answer everyone who waits."""
        await self.tags.close()


class Taggers:
    """Loads each tagger, and goes over to weights that are promoted while it runs.

    Until those are loaded, and where they cannot be, the ones before go on answering.
    """

    def __init__(self, load: TaggerLoader, checkpoints: CheckpointStore, queues: Queues, workers: Workers) -> None:
        """Load nothing yet."""
        self._loads: Loads[TaggingPredictor, Tagger] = Loads(load, partial(_serving, queues))
        self._checkpoints = checkpoints
        self._workers = workers
        self._current: dict[str, tuple[str | None, Tagger]] = {}
        self._following: dict[str, asyncio.Task[None]] = {}
        self._refused: dict[str, str | None] = {}
        self._told: dict[str, str] = {}

    async def get(self, model: str, reference: str | None = None) -> Tagger:
        """Return a loaded tagger.

        Args:
            model: its name.
            reference: of its weights: a digest, the first digits of one, or a network's name; None for those that
                were promoted, or else the default ones.

        Raises:
            UnknownModel, WrongKind: no tagger has that name.
            UnknownCheckpoint: the weights that are named are not here.
            MissingCheckpoint, CorruptCheckpoint: the usual weights are not here, or some are damaged.
        """
        if reference is not None:
            # By its whole digest, so that the same weights are not loaded once for each way to name them.
            return await self._loads.get(model, await self._workers.store(self._digest_of, model, reference))
        promoted = await self._promoted(model)
        if model not in self._current:
            self._current[model] = promoted, await self._loads.get(model, promoted)
        served, tagger = self._current[model]
        if promoted == served:
            # Whoever went back, and promotes the others once more, may have mended them.
            self._refused.pop(model, None)
        elif model not in self._following and self._refused.get(model, served) != promoted:
            self._following[model] = asyncio.get_running_loop().create_task(self._follow(model, promoted))
        return tagger

    async def has_weights(self, model: str) -> bool:
        """Whether there are weights of a tagger, or some were promoted that are gone.

        Raises:
            CorruptCheckpoint: a card, or what is promoted, cannot be read.
        """
        return bool(
            await self._workers.store(self._checkpoints.all, model)
            or await self._workers.store(self._checkpoints.promoted, model)
        )

    async def close(self) -> None:
        """Answer everyone who waits."""
        await asyncio.gather(*self._following.values())
        await self._loads.close()

    async def _promoted(self, model: str) -> str | None:
        """Return the digest of what is promoted; where that cannot be read, of what answers already."""
        try:
            return await self._workers.store(self._checkpoints.promoted, model)
        except CorruptCheckpoint as error:
            if model not in self._current:
                raise
            self._warn(model, error)
            return self._current[model][0]

    def _digest_of(self, model: str, reference: str) -> str:
        try:
            return self._checkpoints.find(model, reference).digest
        except MissingCheckpoint as error:
            # Whoever asks for what there is not is wrong, not the server.
            raise UnknownCheckpoint(str(error)) from None

    async def _follow(self, model: str, promoted: str | None) -> None:
        """Go over to other weights once they are loaded; weights that cannot be are asked for once."""
        try:
            self._current[model] = promoted, await self._loads.get(model, promoted)
            self._told.pop(model, None)
            _logger.info("The model %s says labels by the weights %s", model, self._current[model][1].predictor.digest)
        except Exception as error:  # noqa: BLE001 - such as memory that the device lacks: the ones before still answer
            self._refused[model] = promoted
            self._warn(model, error)
        finally:
            del self._following[model]

    def _warn(self, model: str, error: Exception) -> None:
        """Say once why a model does not go over to what is promoted."""
        if self._told.get(model) != str(error):
            self._told[model] = str(error)
            unforeseen = None if isinstance(error, RetrievalError) else error
            _logger.warning("The model %s stays with the weights it has: %s", model, error, exc_info=unforeseen)


def _serving(queues: Queues, predictor: TaggingPredictor) -> Tagger:
    return Tagger(predictor, queues.queue(predictor.spec, "tags", partial(_tagged, predictor)))


def _tagged(predictor: TaggingPredictor, asked: Sequence[Asked]) -> list[tuple[Tag, ...]]:
    """Say labels of pictures, as one batch."""
    batch = asked[0].picture.new_empty((len(asked), *asked[0].picture.shape))
    for row, one in enumerate(asked):
        batch[row] = one.picture
    return predictor.tag(batch, [one.wanted for one in asked])
