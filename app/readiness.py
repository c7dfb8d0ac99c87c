"""Loads what collections and labels need beside the serving of requests, and knows what is still missing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from app.predictors import Predictors
from app.taggers import Taggers
from app.telemetry import Telemetry
from app.workers import Workers
from indexer.catalogue import Catalogue, Collection
from indexer.live import LiveIndex
from models.contracts import ModelSpec, RetrievalError, TaggingSpec

INTERVAL_S = 5.0
"""How often the collections are looked at again: weights may be put back, a damaged index replaced."""

_logger = logging.getLogger("likeness.readiness")


class Readiness:
    """Ready means: models warm, every published generation loaded and sound.

    What says labels is needed where there are weights of it; without any the server is ready all the same.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        live: LiveIndex,
        predictors: Predictors,
        taggers: Taggers,
        specs: Mapping[str, ModelSpec],
        workers: Workers,
        telemetry: Telemetry,
    ) -> None:
        """Look at nothing yet."""
        self._catalogue = catalogue
        self._live = live
        self._predictors = predictors
        self._taggers = taggers
        self._says_labels = [name for name, spec in specs.items() if isinstance(spec, TaggingSpec)]
        self._workers = workers
        self._telemetry = telemetry
        self._looking = asyncio.Lock()
        self._reasons: Sequence[str] = ("Models and indexes are being loaded.",)

    @property
    def reasons(self) -> Sequence[str]:
        """Why the server is not ready; empty once it is."""
        return self._reasons

    async def watch(self, interval: float = INTERVAL_S) -> None:
        """Load what is needed, again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(interval)

    async def look(self) -> None:
        """Load what is needed and not loaded yet, and note what cannot be."""
        # One look after the other: one that began earlier must not have the last word.
        async with self._looking:
            reasons = await self._found()
            if reasons != list(self._reasons):
                _logger.info("Ready" if not reasons else "Not ready: %s", *([] if not reasons else [" ".join(reasons)]))
            self._reasons = reasons

    async def _found(self) -> list[str]:
        """Load what every collection needs, and what says labels; return why that is not possible."""
        try:
            collections = await self._workers.store(self._catalogue.collections)
            found = [await self._reason(collection) for collection in collections]
            found += [await self._reason_of_tagger(name) for name in self._says_labels]
            return [reason for reason in found if reason is not None]
        except RetrievalError as error:
            return [str(error)]
        except Exception as error:
            _logger.exception("The collections cannot be looked at")
            return [f"The collections cannot be looked at ({type(error).__name__}); the server's log tells why."]

    async def _reason(self, collection: Collection) -> str | None:
        """Load what one collection needs; say why that is not possible."""
        try:
            status = await self._workers.store(self._live.status, collection.name)
            self._telemetry.index_lag.labels(collection.name).set(status.pending)
            if status.problem is None:
                await self._predictors.get(collection.model, status.digest)
        except RetrievalError as error:
            return f"{collection.name}: {error}"
        return None if status.problem is None else f"{collection.name}: {status.problem}"

    async def _reason_of_tagger(self, name: str) -> str | None:
        """Load the weights that say labels, if there are any; say why that is not possible."""
        try:
            if await self._taggers.has_weights(name):
                await self._taggers.get(name)
        except RetrievalError as error:
            return f"{name}: {error}"
        return None
