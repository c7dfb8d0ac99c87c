"""Models are loaded once, beside the serving of requests, and share one device."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.batching import QueueClosed
from app.predictors import Predictors
from app.queues import Queues
from app.telemetry import Telemetry
from models.contracts import MissingCheckpoint
from models.images import decode
from tests.app.serving import OTHER, load, png, settings_in, vector_of
from tests.models.fakes import DIGEST, FakePredictor


class CountingLoader:
    """Loads the fake model and writes down what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.threads: set[int] = set()

    def __call__(self, model: str, digest: str | None) -> Any:
        """Load."""
        self.asked.append((model, digest))
        self.threads.add(threading.get_ident())
        return load(model, digest)


@asynccontextmanager
async def predictors_with(loader: Callable[[str, str | None], Any]) -> AsyncIterator[Predictors]:
    """Make predictors, and close them."""
    queues = Queues(settings_in(Path("unused")), Telemetry())
    predictors = Predictors(loader, queues)
    try:
        yield predictors
    finally:
        await predictors.close()
        queues.close()


def test_each_set_of_weights_is_loaded_once_however_many_ask() -> None:
    """Concurrent callers share one load, which does not stand on the event loop."""

    async def scenario() -> None:
        loader = CountingLoader()
        async with predictors_with(loader) as predictors:
            servings = await asyncio.gather(*(predictors.get("fake", digest) for digest in (DIGEST, OTHER) * 5))
            assert len({id(serving) for serving in servings}) == 2
            assert sorted(loader.asked, key=str) == [("fake", OTHER), ("fake", DIGEST)]
            assert threading.get_ident() not in loader.threads

    asyncio.run(scenario())


def test_whoever_gets_a_model_gets_it_warm() -> None:
    """A model has run both sides, beside the event loop, before anybody's query meets it."""

    class Cold(FakePredictor):
        warmed_by: int | None = None

        def warm(self) -> None:
            self.warmed_by = threading.get_ident()

    async def scenario() -> None:
        model = Cold()
        async with predictors_with(lambda *_: model) as predictors:
            await predictors.get("fake")
            assert model.warmed_by not in {None, threading.get_ident()}

    asyncio.run(scenario())


@pytest.mark.parametrize("default_first", [True, False])
def test_default_weights_are_the_same_serving_under_their_digest(default_first: bool) -> None:
    """One queue leads to one set of weights, by whatever name it was asked for."""

    async def scenario() -> None:
        async with predictors_with(CountingLoader()) as predictors:
            order = (None, DIGEST) if default_first else (DIGEST, None)
            first, second = [await predictors.get("fake", digest) for digest in order]
            assert first is second

    asyncio.run(scenario())


def test_a_failed_load_is_tried_again_by_the_next_caller() -> None:
    """Weights that were put back are found without a restart."""
    attempts: list[str] = []

    def loader(model: str, digest: str | None) -> Any:
        attempts.append(model)
        if len(attempts) == 1:
            message = "gone"
            raise MissingCheckpoint(message)
        return load(model, digest)

    async def scenario() -> None:
        async with predictors_with(loader) as predictors:
            with pytest.raises(MissingCheckpoint, match="gone"):
                await predictors.get("fake", DIGEST)
            assert (await predictors.get("fake", DIGEST)).predictor.digest == DIGEST

    asyncio.run(scenario())


def test_default_weights_are_tried_again_though_their_digest_failed() -> None:
    """Whoever asked for both while the same weights failed under their digest leaves nothing broken behind."""
    release = threading.Event()

    class Default(FakePredictor):
        @property
        def digest(self) -> str:
            release.set()
            return DIGEST

    def loader(model: str, digest: str | None) -> Any:
        if digest is None:
            return Default()
        assert release.wait(10)
        message = "gone"
        raise MissingCheckpoint(message)

    async def scenario() -> None:
        async with predictors_with(loader) as predictors:
            both = (predictors.get("fake", digest) for digest in (DIGEST, None))
            assert [str(error) for error in await asyncio.gather(*both, return_exceptions=True)] == ["gone"] * 2
            assert (await predictors.get("fake")).predictor.digest == DIGEST

    asyncio.run(scenario())


def test_a_caller_who_gives_up_does_not_stop_the_load() -> None:
    """The others who wait for the same weights get them."""
    release = threading.Event()

    def loader(model: str, digest: str | None) -> Any:
        assert release.wait(30)
        return load(model, digest)

    async def scenario() -> None:
        async with predictors_with(loader) as predictors:
            impatient, patient = (asyncio.create_task(predictors.get("fake", DIGEST)) for _ in range(2))
            await asyncio.sleep(0)
            impatient.cancel()
            release.set()
            assert (await patient).predictor.digest == DIGEST
            with pytest.raises(asyncio.CancelledError):
                await impatient

    asyncio.run(scenario())


def test_a_batch_gives_each_caller_its_own_vector() -> None:
    """Whatever travels together, every picture gets the vector that it gets alone."""

    async def scenario() -> None:
        async with predictors_with(load) as predictors:
            serving = await predictors.get("fake", OTHER)
            prepared = [serving.predictor.prepare_item(decode(png(seed))) for seed in range(11)]
            answers = await asyncio.gather(*(serving.items.submit(item) for item in prepared))
            for seed, answer in enumerate(answers):
                assert np.array_equal(answer.value, vector_of(png(seed), OTHER))
            assert max(serving.predictor.batches) > 1  # type: ignore[attr-defined]
            assert max(serving.predictor.batches) <= serving.predictor.spec.max_batch  # type: ignore[attr-defined]
            views = await asyncio.gather(*(serving.views.submit(item) for item in prepared))
            assert all(np.array_equal(view.value, item[0].numpy()) for view, item in zip(views, prepared, strict=True))

    asyncio.run(scenario())


def test_all_views_of_a_query_travel_together() -> None:
    """Queries of one, two and three views share batches, and each caller gets a vector of each of his views."""

    async def scenario() -> None:
        async with predictors_with(load) as predictors:
            serving = await predictors.get("fake", OTHER)
            groups = [range(seed, seed + seed % 3 + 1) for seed in range(8)]
            views = [
                torch.stack([serving.predictor.prepare_item(decode(png(seed))) for seed in group]) for group in groups
            ]
            answers = await asyncio.gather(*(serving.queries.submit(group) for group in views))
            for group, answer in zip(groups, answers, strict=True):
                assert np.array_equal(answer.value, [vector_of(png(seed), OTHER) for seed in group])
            assert serving.predictor.batches[-1] > 3  # type: ignore[attr-defined]

    asyncio.run(scenario())


def test_closing_closes_every_queue() -> None:
    """Nobody comes in after the end."""

    async def scenario() -> None:
        async with predictors_with(load) as predictors:
            serving = await predictors.get("fake", None)
            prepared = serving.predictor.prepare_item(decode(png(1)))
        for queue in (serving.queries, serving.items, serving.views):
            with pytest.raises(QueueClosed):
                await queue.submit(prepared)

    asyncio.run(scenario())
