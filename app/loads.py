"""Models that are loaded: each with each set of weights once, beside the serving of requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import anyio.to_thread


class Warm(Protocol):
    """What is loaded."""

    @property
    def digest(self) -> str:
        """Digest of the weights."""

    def warm(self) -> None:
        """Make sure that no caller waits for what is set up once."""


class Serves(Protocol):
    """What stands in front of what is loaded."""

    async def close(self) -> None:
        """Answer everyone who waits."""


Model = TypeVar("Model", bound=Warm)
Serving = TypeVar("Serving", bound=Serves)


class Loads(Generic[Model, Serving]):
    """Loads each model, with each set of weights that is asked for, once, and keeps it.

    Everything here runs on the event loop; loading runs beside it.
    """

    def __init__(self, load: Callable[[str, str | None], Model], serve: Callable[[Model], Serving]) -> None:
        """Load nothing yet; `serve` puts queues in front of what `load` loaded."""
        self._load = load
        self._serve = serve
        self._servings: dict[tuple[str, str | None], asyncio.Future[Serving]] = {}

    async def get(self, model: str, digest: str | None = None) -> Serving:
        """Return a loaded model, loading it if need be; `digest` None stands for the default weights.

        Raises:
            UnknownModel: no model has that name.
            WrongKind: it is of another kind.
            MissingCheckpoint: the weights are not here.
            CorruptCheckpoint: they are damaged.
        """
        key = (model, digest)
        if key not in self._servings:
            self._servings[key] = asyncio.get_running_loop().create_task(self._start(model, digest))
        # Shielded: whoever gives up waiting must not stop the load for the others.
        return await asyncio.shield(self._servings[key])

    async def close(self) -> None:
        """Answer everyone who waits."""
        for outcome in await asyncio.gather(*self._servings.values(), return_exceptions=True):
            if not isinstance(outcome, BaseException):
                await outcome.close()

    async def _start(self, model: str, digest: str | None) -> Serving:
        try:
            loaded = await anyio.to_thread.run_sync(self._warmed, model, digest)
            known = self._servings.get((model, loaded.digest))
            if digest is None and known is not None:
                return await asyncio.shield(known)
        except BaseException:
            # The next one to ask tries again: the weights may have been put back.
            del self._servings[model, digest]
            raise
        serving = self._serve(loaded)
        if digest is None:
            # The default weights and the same weights under their digest are one thing, loaded once.
            shared = asyncio.get_running_loop().create_future()
            shared.set_result(serving)
            self._servings[model, loaded.digest] = shared
        return serving

    def _warmed(self, model: str, digest: str | None) -> Model:
        loaded = self._load(model, digest)
        loaded.warm()
        return loaded
