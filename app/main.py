"""`create_app`: the composition root; nothing else in the server builds objects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI

from app import problems
from app.access import LoopbackOnly, is_loopback
from app.admission import Admission
from app.admitting import Admitting
from app.body_limit import BodyLimit
from app.comparing import Comparing
from app.connections import REFUSED_HEADS
from app.documentation import document
from app.embed import Embed
from app.explaining import Explaining
from app.gate import Gate, Gated
from app.items import TOGETHER, Items
from app.predictors import Loader, Predictors
from app.problems import UnexpectedErrors
from app.queues import Queues
from app.ranges import RangeProblems
from app.rates import Rates, rates_file
from app.readiness import Readiness
from app.routes import ROUTERS, page
from app.search import Search
from app.services import Services
from app.settings import Settings
from app.shared_metrics import SharedMetrics
from app.taggers import TaggerLoader, Taggers
from app.tagging import Tagging
from app.telemetry import RequestTrace, Telemetry
from app.view import View
from app.vocabulary import Vocabularies
from app.weights import Weights
from app.workers import Workers
from indexer.catalogue import open_catalogue, upgrade
from indexer.disk import make_folder
from indexer.generations import GenerationStore
from indexer.live import LiveIndex
from indexer.pictures import PictureStore
from indexer.vectors.engines import find_accelerator
from models.checkpoints import CheckpointStore
from models.contracts import ModelSpec
from models.devices import choose_device, thread_share
from models.predictor import load_predictor
from models.registry import specs as found_specs
from models.tagging import load_tagger


def create_app(
    settings: Settings,
    *,
    predictors: Loader | None = None,
    taggers: TaggerLoader | None = None,
    specs: Mapping[str, ModelSpec] | None = None,
    shared: SharedMetrics | None = None,
) -> FastAPI:
    """Make the server; it opens nothing before its lifespan starts.

    Args:
        settings: what the operator set.
        predictors: what loads a model that embeds, in place of the real loader; for tests.
        taggers: what loads a tagger, likewise.
        specs: the models there are, in place of those found; for tests.
        shared: where this process counts together with others of the same server; None if there are none.
    """
    telemetry = Telemetry(shared)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        async with running(settings, telemetry, predictors, taggers, specs) as services:
            app.state.services = services
            yield {REFUSED_HEADS: telemetry.refused_head}

    app = FastAPI(
        title="Likeness",
        summary="Find things by what they look like.",
        version=version("likeness"),
        lifespan=lifespan,
        docs_url=None,  # its page comes from another host, which the content security policy forbids
        redoc_url=None,
        redirect_slashes=False,
    )
    for router in ROUTERS:
        app.include_router(router)
    page.mount(app)
    problems.install(app)
    document(app)
    # The last one added sees a request first.
    app.add_middleware(RangeProblems)
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes)
    app.add_middleware(Admitting)
    app.add_middleware(Gated)
    if is_loopback(settings.host):
        app.add_middleware(LoopbackOnly, allowed_hosts=settings.allowed_hosts)
    app.add_middleware(UnexpectedErrors)
    app.add_middleware(page.SecurityHeaders)
    app.add_middleware(RequestTrace, telemetry=telemetry, routes=app.routes)
    return app


@asynccontextmanager
async def running(
    settings: Settings,
    telemetry: Telemetry,
    load: Loader | None = None,
    load_labels: TaggerLoader | None = None,
    specs: Mapping[str, ModelSpec] | None = None,
) -> AsyncIterator[Services]:
    """Open everything, load models and indexes in the background, and close everything in turn."""
    device = choose_device(settings.device, settings.workers)
    paths = settings.paths
    for folder in (paths.home, paths.pictures, paths.indexes, paths.checkpoints):
        make_folder(folder)
    await asyncio.to_thread(upgrade, settings.catalogue_url)
    catalogue = open_catalogue(settings.catalogue_url)
    checkpoints = CheckpointStore(paths.checkpoints)
    pictures = PictureStore(paths.pictures)
    accelerator = find_accelerator() if device.is_cuda else None
    generations = GenerationStore(paths.indexes, accelerator=accelerator)
    live = LiveIndex(catalogue, generations)
    workers = Workers(settings.decode_threads or thread_share(settings.workers))
    queues = Queues(settings, telemetry)
    predictors = Predictors(load or partial(load_predictor, checkpoints, device=device), queues)
    taggers = Taggers(load_labels or partial(load_tagger, checkpoints, device=device), checkpoints, queues, workers)
    rates = Rates(rates_file(paths.home)) if settings.rate_per_key or settings.rate_per_address else None
    weights = Weights(catalogue, live, predictors, workers)
    known = found_specs() if specs is None else specs
    readiness = Readiness(catalogue, live, predictors, taggers, known, workers, telemetry)
    watching = asyncio.create_task(readiness.watch())
    try:
        yield Services(
            catalogue=catalogue,
            keyring=catalogue.keyring,
            gate=Gate(
                catalogue.keyring,
                workers,
                rates,
                always=not is_loopback(settings.host),
                per_key=settings.rate_per_key,
                per_address=settings.rate_per_address,
            ),
            pictures=pictures,
            generations=generations,
            live=live,
            weights=weights,
            checkpoints=checkpoints,
            specs=known,
            search=Search(
                catalogue,
                live,
                weights,
                workers,
                # One search alone must not overflow the queue.
                Explaining(pictures, workers, settings.max_pixels, together=settings.queue_size),
                telemetry,
                settings.max_pixels,
            ),
            items=Items(
                catalogue,
                pictures,
                weights,
                workers,
                telemetry,
                settings.max_pixels,
                # A batch alone must not overflow the queue.
                together=min(TOGETHER, settings.queue_size),
            ),
            comparing=Comparing(predictors, workers, settings.max_pixels),
            view=View(catalogue, pictures, predictors, weights, workers, settings.max_pixels),
            tagging=Tagging(taggers, workers, telemetry, settings.max_pixels),
            vocabularies=Vocabularies(taggers, workers),
            embed=Embed(predictors, weights, workers, telemetry, settings.max_pixels),
            readiness=readiness,
            telemetry=telemetry,
            workers=workers,
            admission=Admission(settings.queue_size, telemetry.under_way),
        )
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await predictors.close()
        await taggers.close()
        queues.close()
        live.close()
        if rates is not None:
            rates.close()
        if accelerator is not None:
            accelerator.close()
        catalogue.close()
