"""`Follower`: keeps one collection's view at the catalogue's latest change, and moves it to new generations."""

from __future__ import annotations

import threading
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import replace

from indexer.catalogue import Catalogue, State
from indexer.generations import Generation, GenerationStore
from indexer.views import View
from models.contracts import RetrievalError


class Follower:
    """One collection in one process; any number of threads may ask for its view.

    The view is a value, replaced as a whole by whoever holds the lock; who searches keeps the one it got.
    """

    def __init__(self, collection: str, catalogue: Catalogue, store: GenerationStore, loader: Executor) -> None:
        """Follow a collection by name; nothing is read yet. Generations are loaded by `loader`."""
        self._collection = collection
        self._catalogue = catalogue
        self._store = store
        self._loader = loader
        self._lock = threading.Lock()
        self._view: View | None = None
        self._loading: Future[None] | None = None
        self._failed: tuple[State, RetrievalError] | None = None

    def view(self) -> View:
        """Return a view that contains every change committed before this call.

        Raises:
            UnknownCollection: the collection does not exist, or no longer.
            CorruptGeneration: the published generation is damaged, and no older one is loaded.
        """
        view, state = self._view, self._catalogue.state(self._collection)
        if view is not None and _is_current(view, state):
            return view
        with self._lock:
            # Read anew: while this thread waited, others may have gone further than the state it came with.
            state = self._catalogue.state(self._collection)
            view = self._view
            if view is None or view.collection_id != state.collection_id:
                view = self._first(state)
            elif view.number != state.published:
                self._load_later(state)
            self._view = view = self._advanced(view, state)
            return view

    def load(self) -> View:
        """Load the published generation anew if it is not the one that answers, and wait for it.

        Raises:
            UnknownCollection: the collection does not exist, or no longer.
            CorruptGeneration: the published generation is damaged.
        """
        self._failed = None
        view, state = self.view(), self._catalogue.state(self._collection)
        if view.number != state.published:
            self._swap(state)
        problem = self.problem()
        if problem is not None:
            raise problem
        return self.view()

    def problem(self) -> RetrievalError | None:
        """Return why the published generation cannot be loaded; None if it can, or was not tried."""
        failed = self._failed
        if failed is None or not _is_same_generation(failed[0], self._catalogue.state(self._collection)):
            return None
        return failed[1]

    def _first(self, state: State) -> View:
        """Return the view to begin with; callers wait while the published generation is loaded."""
        if state.published is None:
            return View.unpublished(state.collection_id, state.digest)
        generation = self._open(state, state.published)
        if isinstance(generation, RetrievalError):
            raise generation
        return View.of(generation)

    def _load_later(self, state: State) -> None:
        """Have a newly published generation loaded, unless that is under way or known to fail."""
        if self._loading is not None and not self._loading.done():
            return
        if self._failed is not None and _is_same_generation(self._failed[0], state):
            return
        with suppress(RuntimeError):  # closed: what is loaded serves the last searches
            self._loading = self._loader.submit(self._swap, state)

    def _swap(self, state: State) -> None:
        """Load a generation beside the one that answers, catch up, and let it answer from now on."""
        generation = None if state.published is None else self._open(state, state.published)
        if isinstance(generation, RetrievalError):
            return
        with self._lock:
            if self._view is None or self._view.collection_id != state.collection_id:
                return
            view = self._first(state) if generation is None else View.of(generation)
            self._view = self._advanced(view, self._catalogue.state(self._collection))

    def _open(self, state: State, number: int) -> Generation | RetrievalError:
        """Load a generation; a damaged one is read once, not by every search."""
        if self._failed is not None and _is_same_generation(self._failed[0], state):
            return self._failed[1]
        try:
            return self._store.of(state.collection_id, self._collection).open(number)
        except RetrievalError as error:
            self._failed = (state, error)
            return error

    def _advanced(self, view: View, state: State) -> View:
        view = replace(view, threshold=state.threshold, personal=state.personal)
        if view.change_seq >= state.change_seq:
            return view
        if view.digest is None:
            # The first write to a new collection decides which weights it is searched with.
            view = View.unpublished(view.collection_id, state.digest)
        if view.digest is None:
            return replace(view, change_seq=state.change_seq)
        changes = self._catalogue.changes(self._collection, view.change_seq, view.digest)
        return view.advanced(changes.change_seq, changes.ids, changes.vectors, changes.removed)


def _is_current(view: View, state: State) -> bool:
    return (
        view.collection_id == state.collection_id
        and view.number == state.published
        and view.change_seq >= state.change_seq
        and (view.threshold, view.personal) == (state.threshold, state.personal)
    )


def _is_same_generation(first: State, second: State) -> bool:
    return (first.collection_id, first.published) == (second.collection_id, second.published)
