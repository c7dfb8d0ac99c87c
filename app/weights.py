"""Which model and weights each collection is searched with."""

from __future__ import annotations

from dataclasses import dataclass

from app.predictors import Predictors, Serving
from app.workers import Workers
from indexer.catalogue import Catalogue, WrongModel
from indexer.live import LiveIndex


@dataclass(frozen=True)
class InUse:
    """What a collection is embedded with; `digest` None while it was never written to."""

    model: str
    digest: str | None


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

    async def for_writing(self, collection: str) -> tuple[Serving, ...]:
        """Return the loaded models that a new item must be embedded with, the one that searches use first.

        There are two while a generation of other weights is published but not loaded yet.
        """
        in_use = await self.refreshed(collection)
        published = await self._workers.store(lambda: self._catalogue.state(collection).digest)
        digests = dict.fromkeys((in_use.digest, published or in_use.digest))
        return tuple([await self._predictors.get(in_use.model, digest) for digest in digests])

    def _ask(self, collection: str) -> InUse:
        model = self._catalogue.state(collection).model
        return InUse(model, self._live.snapshot(collection).digest)
