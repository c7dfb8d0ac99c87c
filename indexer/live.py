"""`LiveIndex`: one per process, and as true as SQL at the moment of every search."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from indexer.catalogue import Catalogue, Filter, Ids, UnknownCollection
from indexer.following import Follower
from indexer.generations import GenerationStore
from indexer.refining import Marks, refine
from indexer.vectors.contracts import Nearest
from indexer.views import View
from models.contracts import RetrievalError, Vectors

DELTA_BOUND = 10_000
"""Changed vectors up to which comparing with each costs little (2 ms of 256 numbers); past it a build is due."""

FILTERS_KEPT = 8
"""Answers to filters that are kept: drawing on with the same filter asks the same at every stroke.

A filter that keeps 50,000 of 100,000 items takes SQLite .15 s and .4 MB here.
"""


NO_MARKS = Marks()


class StaleVectors(RetrievalError):
    """A query was embedded with other weights than the vectors it is to be compared with."""


class NotSearchable(RetrievalError):
    """An item has no vector, so that nothing is like it."""


@dataclass(frozen=True)
class Neighbour:
    """One hit: an item, the cosine between its vector and the query's, and which of the query's vectors that was."""

    item_id: int
    score: float
    query: int = 0


@dataclass(frozen=True)
class SearchResult:
    """What a search found.

    Attributes:
        neighbours: hits, nearest first.
        generation: number of the one that was searched; None while nothing is published.
        candidates: how many items could have been hits, as the filter has it.
        queries: float32 (n, dim), unit length: the vectors that were compared with, as marks have moved them.
        threshold: the cosine that the best hit must reach to be a match; None for what the checkpoint says.
        personal: whether the pictures are of people, so that the search has to be noted.
    """

    neighbours: tuple[Neighbour, ...]
    generation: int | None
    candidates: int
    queries: Vectors
    threshold: float | None
    personal: bool


@dataclass(frozen=True)
class Snapshot:
    """What a collection is searched with at present.

    Attributes:
        generation: number of the loaded generation; None while nothing is published.
        digest: of the checkpoint to embed queries with; None while the collection was never written to.
    """

    generation: int | None
    digest: str | None


@dataclass(frozen=True)
class LiveStatus:
    """How a collection stands in this process.

    Attributes:
        generation: number of the loaded generation; None while nothing is published.
        published: number of the published generation; another one while that is being loaded.
        digest: of the checkpoint to embed queries with.
        items: how many items can be found.
        pending: how many of them are compared one by one because they changed since the generation.
        build_due: whether there are so many of those that a build should be run.
        problem: why the published generation cannot be loaded; None if it can.
    """

    generation: int | None
    published: int | None
    digest: str | None
    items: int
    pending: int
    build_due: bool
    problem: str | None


def best_of(found: Nearest, k: int) -> tuple[Neighbour, ...]:
    """Join the hits of several vectors that stand for one query, ids as positions: an item scores as its best does.

    Exact for the first k, if each row holds the first k of its own vector. Ties go to the smaller id.
    """
    best: dict[int, Neighbour] = {}
    rows = zip(found.positions.tolist(), found.scores.tolist(), strict=True)
    for row, (item_ids, scores) in enumerate(rows):
        for item_id, score in zip(item_ids, scores, strict=True):
            if item_id >= 0 and (item_id not in best or score > best[item_id].score):
                best[item_id] = Neighbour(item_id, score, row)
    return tuple(sorted(best.values(), key=lambda hit: (-hit.score, hit.item_id))[:k])


def _vectors(view: View, ids: Sequence[int]) -> Vectors:
    """Return the vectors of those of the items that have one, (n, dim), or (0, 0) if none has."""
    found = [vector for vector in map(view.vector, ids) if vector is not None]
    return np.stack(found) if found else np.empty((0, 0), dtype=np.float32)


class LiveIndex:
    """What searches see. Every search first reads where the catalogue stands and catches up with it.

    A newly published generation is loaded in the background; until it is sound and swapped in, the one before answers
    together with all changes since. Any number of threads may call anything.
    """

    def __init__(self, catalogue: Catalogue, store: GenerationStore, *, delta_bound: int = DELTA_BOUND) -> None:
        """Read the catalogue and the generations; nothing is loaded yet."""
        self._catalogue = catalogue
        self._store = store
        self._delta_bound = delta_bound
        self._followers: dict[str, Follower] = {}
        self._filtered: OrderedDict[tuple[int, int, str], Ids] = OrderedDict()
        self._lock = threading.Lock()
        self._loader = ThreadPoolExecutor(1, thread_name_prefix="generation-loader")

    def snapshot(self, collection: str) -> Snapshot:
        """Return what to embed a query with; a search with that digest may still raise StaleVectors.

        Raises:
            UnknownCollection: there is no such collection.
            CorruptGeneration: its published generation is damaged, and no older one is loaded.
        """
        view = self._view(collection)
        return Snapshot(view.number, view.digest)

    def search(
        self,
        collection: str,
        vectors: Vectors,
        digest: str,
        k: int,
        where: Filter | None = None,
        exclude: Sequence[int] = (),
        marks: Marks = NO_MARKS,
    ) -> SearchResult:
        """Find the k nearest items; fewer only where fewer match.

        Args:
            collection: its name.
            vectors: shape (dim,), unit length; or (n, dim), all of one query: an item scores as the best of them does.
            digest: of the checkpoint that embedded it.
            k: how many.
            where: what the items' metadata must be.
            exclude: ids of items that are not wanted.
            marks: items to move the query towards or away from; disliked ones are left out.

        Raises:
            UnknownCollection: there is no such collection.
            StaleVectors: the collection is searched with another checkpoint; embed with that of `snapshot`.
            CorruptGeneration: its published generation is damaged, and no older one is loaded.
        """
        view = self._view(collection)
        if view.digest is not None and view.digest != digest:
            message = (
                f"The query was embedded with the checkpoint {digest[:12]}, but the collection {collection} is "
                f"searched with {view.digest[:12]}: embed the query with that one."
            )
            raise StaleVectors(message)
        return self._search(collection, view, vectors, k, where, exclude, marks)

    def similar(
        self, collection: str, item_id: int, k: int, where: Filter | None = None, marks: Marks = NO_MARKS
    ) -> SearchResult:
        """Find the k items nearest to an item, itself and those that `marks` dislikes left out.

        Raises:
            UnknownCollection: there is no such collection.
            NotSearchable: the item has no vector.
            CorruptGeneration: the published generation is damaged, and no older one is loaded.
        """
        view = self._view(collection)
        vector = view.vector(item_id)
        if vector is None:
            message = "The item has no vector, so nothing can be compared with it: give it a picture."
            raise NotSearchable(message)
        return self._search(collection, view, vector, k, where, (item_id,), marks)

    def load(self, collection: str) -> None:
        """Load the published generation now, and wait for it; at the start of a server, say.

        Raises:
            UnknownCollection: there is no such collection.
            CorruptGeneration: the published generation is damaged.
        """
        self._follower(collection).load()

    def status(self, collection: str) -> LiveStatus:
        """Return how a collection stands in this process.

        Raises:
            UnknownCollection: there is no such collection.
        """
        published = self._catalogue.state(collection).published
        try:
            view = self._view(collection)
        except RetrievalError as error:
            return LiveStatus(None, published, None, 0, 0, build_due=False, problem=str(error))
        problem = self._follower(collection).problem()
        return LiveStatus(
            generation=view.number,
            published=published,
            digest=view.digest,
            items=view.count,
            pending=view.delta.count,
            build_due=view.delta.count > self._delta_bound,
            problem=None if problem is None else str(problem),
        )

    def close(self) -> None:
        """Wait for a generation that is being loaded, and load no more."""
        self._loader.shutdown(cancel_futures=True)

    def _search(
        self,
        collection: str,
        view: View,
        vectors: Vectors,
        k: int,
        where: Filter | None,
        exclude: Sequence[int],
        marks: Marks,
    ) -> SearchResult:
        allowed = None if where is None else self._allowed(collection, view, where)
        queries = np.ascontiguousarray(np.atleast_2d(vectors), dtype=np.float32)
        if marks != NO_MARKS:
            queries = refine(queries, _vectors(view, marks.liked), _vectors(view, marks.disliked))
        found = view.search(queries, k, allowed, np.array([*exclude, *marks.disliked], dtype=np.int64))
        candidates = view.count_of(allowed)
        return SearchResult(best_of(found, k), view.number, candidates, queries, view.threshold, view.personal)

    def _allowed(self, collection: str, view: View, where: Filter) -> Ids:
        """Ask the catalogue which items a filter keeps, once per filter and state of the collection."""
        # By what it looks like: as values, True equals 1, which a filter tells apart.
        key = (view.collection_id, view.change_seq, repr(where))
        with self._lock:
            if key in self._filtered:
                self._filtered.move_to_end(key)
                return self._filtered[key]
        allowed = self._catalogue.allowed(collection, where)
        with self._lock:
            self._filtered[key] = allowed
            if len(self._filtered) > FILTERS_KEPT:
                self._filtered.popitem(last=False)
        return allowed

    def _view(self, collection: str) -> View:
        """Return a view that contains every change committed before this call."""
        try:
            return self._follower(collection).view()
        except UnknownCollection:
            with self._lock:
                self._followers.pop(collection, None)
            raise

    def _follower(self, collection: str) -> Follower:
        with self._lock:
            if collection not in self._followers:
                self._followers[collection] = Follower(collection, self._catalogue, self._store, self._loader)
            return self._followers[collection]
