"""One search, in the order in which it happens: decode, prepare, embed, find neighbours, read their rows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from prometheus_client import Histogram

from app.explaining import EXPLAINED_HITS, Explaining, Why
from app.predictors import Serving
from app.telemetry import Telemetry
from app.weights import Weights
from app.workers import Workers
from indexer.catalogue import Catalogue, Filter, Item, NotedSearch
from indexer.live import NO_MARKS, LiveIndex, SearchResult, StaleVectors
from indexer.refining import Marks
from models.calibration import Verdict, of_model
from models.contracts import Strokes
from models.fusion import fuse
from models.images import decode

if TYPE_CHECKING:
    from torch import Tensor

    from models.calibration import Calibration
    from models.contracts import Vectors
    from models.predictor import Predictor

ATTEMPTS = 3
"""How often a query is embedded again because the collection's weights were exchanged meanwhile."""
TOGETHER = 8
"""Pictures of one query that are decoded in one go: the way to a thread costs as much as a small one, and others are to
have their turn between large ones."""


@dataclass(frozen=True)
class Scope:
    """Where to search, for how much, among what, and which items, by their keys, are liked and disliked so far.

    With `explain` the first hits tell why they were found. With `rate`, the share of searches for what is not there
    that may say match, hits have a verdict. `caller` is who asks.
    """

    collection: str
    k: int
    where: Filter | None = None
    liked: tuple[str, ...] = ()
    disliked: tuple[str, ...] = ()
    explain: bool = False
    rate: float | None = None
    caller: str = "-"


@dataclass(frozen=True, eq=False)
class Hit:
    """An item that was found.

    Attributes:
        item: what was found.
        score: the cosine to it.
        probability: that it is the item drawn, above 0 and below 1; None where nothing is known of that.
        query: float32 (dim,), the vector of the query that it is nearest to, of unit length.
        why: why it was found; None where nobody asked, and of later hits.
        verdict: what the score says of it; None where nobody asked.
    """

    item: Item
    score: float
    probability: float | None
    query: Vectors
    why: Why | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes:
        hits: best first.
        matched: whether the best hit reaches the threshold of the collection, else of the checkpoint; None where
            neither states one, and where nothing was drawn that could be met.
        collection: where it was searched.
        generation: number of the index; None before the first build.
        model: name of the model.
        checkpoint: digest of its weights.
        took: seconds, by step.
        personal: whether the pictures are of people.
        verdict: the best hit's, and no match without hits; None where nobody asked.
    """

    hits: tuple[Hit, ...]
    matched: bool | None
    collection: str
    generation: int | None
    model: str
    checkpoint: str
    took: Mapping[str, float]
    personal: bool
    verdict: Verdict | None = None


@dataclass
class Stopwatch:
    """Adds up what each step takes, in seconds; steps stand in the order in which they are first seen."""

    took: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str, histogram: Histogram) -> Iterator[None]:
        """Measure one step."""
        started = time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        histogram.observe(seconds)
        self.add(name, seconds)

    def add(self, name: str, seconds: float) -> None:
        """Add what somebody else measured."""
        self.took[name] = self.took.get(name, 0.0) + seconds


class Search:
    """Finds items by a drawing, or by another item."""

    def __init__(
        self,
        catalogue: Catalogue,
        live: LiveIndex,
        weights: Weights,
        workers: Workers,
        explaining: Explaining,
        telemetry: Telemetry,
        max_pixels: int,
    ) -> None:
        """Search `live`; pictures may have `max_pixels`."""
        self._catalogue = catalogue
        self._live = live
        self._weights = weights
        self._workers = workers
        self._explaining = explaining
        self._telemetry = telemetry
        self._max_pixels = max_pixels

    async def by_drawing(self, model: str | None, query: bytes | Strokes, scope: Scope) -> Found:
        """Find the items most like a drawing, a picture file or strokes; otherwise as `by_pictures`."""
        return await self.by_pictures(model, (query,), scope)

    async def by_pictures(self, model: str | None, query: Sequence[bytes | Strokes], scope: Scope) -> Found:
        """Find the items most like what one or more pictures show, all of the same thing.

        Args:
            model: the collection's model; None for whatever it is.
            query: picture files or strokes, at least one.
            scope: where to search.

        Raises:
            UnknownCollection: there is no such collection.
            WrongModel: another model than `model` embeds it.
            UnreadablePicture, PictureTooLarge, EmptyDrawing, InvalidStrokes: nothing can be searched for.
            NotExplainable: it is asked why, and the model does not tell.
            NotCalibrated: verdicts are asked for, and the weights are not calibrated for that rate.
            QueueFull, DeadlineExceeded, QueueClosed: the device has no time.
            DiskUnwritable: the pictures are of people, and the search cannot be noted.
        """
        watch = Stopwatch()
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._attempt(model, query, scope, watch)
            except StaleVectors:
                await self._weights.refreshed(scope.collection)
        return await self._attempt(model, query, scope, watch)

    async def by_item(self, key: str, scope: Scope) -> Found:
        """Find the items most like an item, the item itself left out.

        Raises:
            UnknownCollection: there is no such collection.
            UnknownItem: it holds no such item.
            NotSearchable: the item has no vector.
            NotExplainable: it is asked why, and the model does not tell.
            QueueFull, DeadlineExceeded, QueueClosed: it is asked why, and the device has no time.
            DiskUnwritable: as for a drawing.
        """
        watch = Stopwatch()
        serving = await self._weights.serving(scope.collection)
        self._check(serving, scope)
        found = await self._workers.compute(self._similar, serving.predictor, key, scope, watch)
        return await self._noted(await self._explained(serving, found, scope, watch), scope, "item")

    async def _attempt(
        self, model: str | None, query: Sequence[bytes | Strokes], scope: Scope, watch: Stopwatch
    ) -> Found:
        serving = await self._weights.serving(scope.collection, model)
        self._check(serving, scope)
        views = [
            view
            for start in range(0, len(query), TOGETHER)
            for view in await self._workers.compute(
                self._all_prepared, serving.predictor, query[start : start + TOGETHER], watch
            )
        ]
        answers = await serving.queries.submit_all(views)
        watch.add("queue", max(answer.waited for answer in answers))
        watch.add("predict", max(answer.ran for answer in answers))
        vectors = fuse([answer.value for answer in answers])
        found = await self._workers.compute(self._nearest, serving.predictor, vectors, scope, watch)
        kind = "strokes" if any(isinstance(one, Strokes) for one in query) else "picture"
        return await self._noted(await self._explained(serving, found, scope, watch), scope, kind)

    def _check(self, serving: Serving, scope: Scope) -> None:
        if scope.explain:
            self._explaining.check(serving)
        if scope.rate is not None:
            predictor = serving.predictor
            of_model(predictor.calibration, predictor.spec.name).match_score(scope.rate)

    async def _explained(self, serving: Serving, found: Found, scope: Scope, watch: Stopwatch) -> Found:
        """Tell of the first hits why they were found, if that is asked."""
        if not scope.explain:
            return found
        started = time.perf_counter()
        first = found.hits[:EXPLAINED_HITS]
        reasons = await self._explaining.explain(serving, [(hit.item, hit.query) for hit in first])
        watch.add("explain", time.perf_counter() - started)
        told = tuple(replace(hit, why=why) for hit, why in zip(first, reasons, strict=True))
        return replace(found, hits=told + found.hits[EXPLAINED_HITS:], took=watch.took)

    async def _noted(self, found: Found, scope: Scope, query: str) -> Found:
        """Return what was found, once it is noted if the pictures are of people: nobody finds people unseen.

        Raises:
            DiskUnwritable, CatalogueUnavailable: it cannot be noted.
        """
        if found.personal:
            note = NotedSearch(found.collection, scope.caller, query, len(found.hits), found.matched)
            await self._workers.store(self._catalogue.note_search, note)
        return found

    def _all_prepared(self, predictor: Predictor, queries: Sequence[bytes | Strokes], watch: Stopwatch) -> list[Tensor]:
        return [self._prepared(predictor, query, watch) for query in queries]

    def _prepared(self, predictor: Predictor, query: bytes | Strokes, watch: Stopwatch) -> Tensor:
        with watch.step("decode", self._telemetry.decode):
            drawing = decode(query, self._max_pixels) if isinstance(query, bytes) else query
        with watch.step("prepare", self._telemetry.prepare):
            return predictor.spec.query_views(predictor.prepare_query(drawing))

    def _nearest(self, predictor: Predictor, vectors: Vectors, scope: Scope, watch: Stopwatch) -> Found:
        marks = self._marks(scope)
        with watch.step("index", self._telemetry.index):
            result = self._live.search(scope.collection, vectors, predictor.digest, scope.k, scope.where, marks=marks)
        # A query that marks have moved stands for no drawing, and its scores for nothing that was calibrated.
        return self._described(predictor, result, scope, watch, drawn=marks == NO_MARKS)

    def _similar(self, predictor: Predictor, key: str, scope: Scope, watch: Stopwatch) -> Found:
        item = self._catalogue.item(scope.collection, key)
        marks = self._marks(scope)
        with watch.step("index", self._telemetry.index):
            result = self._live.similar(scope.collection, item.id, scope.k, scope.where, marks)
        return self._described(predictor, result, scope, watch, drawn=False)

    def _marks(self, scope: Scope) -> Marks:
        """Look up what is liked and disliked; items come and go, and one that is gone says nothing."""
        if not scope.liked and not scope.disliked:
            return NO_MARKS
        known = self._catalogue.stored(scope.collection, [*scope.liked, *scope.disliked])
        return Marks(
            tuple(known[key].id for key in scope.liked if key in known),
            tuple(known[key].id for key in scope.disliked if key in known),
        )

    def _described(
        self, predictor: Predictor, result: SearchResult, scope: Scope, watch: Stopwatch, *, drawn: bool
    ) -> Found:
        """Read the rows of the neighbours; one that was deleted a moment ago is left out."""
        near = {neighbour.item_id: neighbour for neighbour in result.neighbours}
        with watch.step("metadata", self._telemetry.metadata):
            items = self._catalogue.items(scope.collection, list(near))
        calibration = predictor.calibration if drawn else None
        scores = [near[item.id].score for item in items]
        likely = _likely(calibration, scores, result.candidates)
        verdicts = _verdicts(calibration, scores, result, scope)
        return Found(
            hits=tuple(
                Hit(item, score, chance, result.queries[near[item.id].query], verdict=verdict)
                for item, score, chance, verdict in zip(items, scores, likely, verdicts, strict=True)
            ),
            matched=_matched(scores, result.threshold, calibration) if drawn else None,
            collection=scope.collection,
            generation=result.generation,
            model=predictor.spec.name,
            checkpoint=predictor.digest,
            took=watch.took,
            personal=result.personal,
            verdict=None if scope.rate is None else next(iter(verdicts), Verdict.NO_MATCH),
        )


def _likely(calibration: Calibration | None, scores: Sequence[float], candidates: int) -> Sequence[float | None]:
    """Say of each hit how likely it is the item drawn."""
    if calibration is None:
        return [None] * len(scores)
    likely: list[float] = calibration.probability(scores, candidates).tolist()
    return likely


def _verdicts(
    calibration: Calibration | None, scores: Sequence[float], result: SearchResult, scope: Scope
) -> Sequence[Verdict | None]:
    """Put each hit's score into a word; a match also reaches what the collection states."""
    if scope.rate is None or calibration is None:
        return [None] * len(scores)
    least = calibration.match_score(scope.rate, result.candidates)
    if result.threshold is not None:
        least = max(least, result.threshold)
    return [calibration.verdict(score, least) for score in scores]


def _matched(scores: Sequence[float], threshold: float | None, calibration: Calibration | None) -> bool | None:
    """Tell whether the best hit is near enough; without hits nothing is."""
    if threshold is None and calibration is not None:
        threshold = calibration.threshold
    if threshold is None:
        return None
    return any(score >= threshold for score in scores[:1])
