"""Which model and weights each collection is searched with."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from app.predictors import Predictors, Serving
from app.workers import Workers
from indexer.catalogue import Catalogue, WrongModel
from indexer.live import LiveIndex
from models.contracts import CorruptCheckpoint, MissingCheckpoint

_logger = logging.getLogger("likeness.weights")


@dataclass(frozen=True)
class InUse:
    """What a collection is embedded with; `digest` None while it was never written to."""

    model: str
    digest: str | None


@dataclass(frozen=True, eq=False)
class Writing:
    """What a new item is to be embedded with.

    Attributes:
        servings: the loaded models.
        digests: of their weights, and of weights that are needed but not here; the catalogue is told of them.
    """

    servings: tuple[Serving, ...]
    digests: frozenset[str]


class Weights:
    """Remembers what each collection was last seen to be searched with, so that no search has to ask.

    A memory that has become false does no harm: a search that was embedded with other weights than the index holds is
    refused by the index, and whoever made it asks anew with `refreshed`.
    """

    def __init__(self, catalogue: Catalogue, live: LiveIndex, predictors: Predictors, workers: Workers) -> None:
        """Remember nothing yet."""
        self._catalogue = catalogue
        self._live = live
        self._predictors = predictors
        self._workers = workers
        self._seen: dict[str, InUse] = {}

    async def serving(self, collection: str, model: str | None = None) -> Serving:
        """Return the loaded model that a collection is searched with.

        Args:
            collection: its name.
            model: what the caller takes the collection's model to be; None for whatever it is.

        Raises:
            UnknownCollection: there is no such collection.
            WrongModel: another model embeds it.
            MissingCheckpoint: the weights that it needs are not here.
        """
        known = collection in self._seen
        in_use = self._seen.get(collection) or await self.refreshed(collection)
        if model not in {None, in_use.model} and known:
            in_use = await self.refreshed(collection)
        if model not in {None, in_use.model}:
            message = (
                f"The collection {collection} is embedded by the model {in_use.model}, not by {model}: "
                f"search it with {in_use.model}."
            )
            raise WrongModel(message)
        return await self._predictors.get(in_use.model, in_use.digest)

    async def refreshed(self, collection: str) -> InUse:
        """Ask what a collection is searched with at present."""
        self._seen.pop(collection, None)
        in_use = await self._workers.store(self._ask, collection)
        if in_use.digest is not None:
            self._seen[collection] = in_use
        return in_use

    async def for_writing(self, collection: str) -> Writing:
        """Return what a new item must be embedded with, so that it is found whatever becomes of the weights.

        There is more than one model while an index of other weights is built, and for some time after.

        Raises:
            UnknownCollection: there is no such collection.
            MissingCheckpoint, CorruptCheckpoint: the weights that it is searched with cannot be loaded.
        """
        # What is remembered may be of a collection that was made anew since.
        self._seen.pop(collection, None)
        needs = await self._workers.store(self._catalogue.needs, collection)
        servings: list[Serving] = []
        for digest in sorted(needs.digests):
            try:
                servings.append(await self._predictors.get(needs.model, digest))
            except (MissingCheckpoint, CorruptCheckpoint) as error:
                if digest == needs.searched:
                    raise
                _logger.warning("A write to %s goes without some weights: %s", collection, error)
        if not servings:
            servings.append(await self._predictors.get(needs.model))
        return Writing(tuple(servings), needs.digests | {serving.predictor.digest for serving in servings})

    def _ask(self, collection: str) -> InUse:
        model = self._catalogue.state(collection).model
        return InUse(model, self._live.snapshot(collection).digest)
