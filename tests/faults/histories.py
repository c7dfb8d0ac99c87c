"""The state machine: everything that can be done to a collection, by several processes at once, in any order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from indexer.building import build_generation
from indexer.catalogue import Catalogue, Item, ItemDraft, Needs, VectorsLacking, parse_filter
from indexer.generations import GenerationStore
from indexer.live import LiveIndex, NotSearchable, StaleVectors
from indexer.locking import Hold, hold
from indexer.maintenance import prune, publish, rollback
from indexer.pictures import PictureStore
from indexer.verification import verify
from tests.faults.oracle import QUERY, Oracle, Row
from tests.indexer.stock import DIM, NEW, OLD, vector_of

WORKERS = 2
BY_COLOUR = {colour: parse_filter({"colour": colour}) for colour in ("red", "blue")}

keys = st.sampled_from(["a", "b/c", "ü", "d", "e"])
pictures = st.one_of(st.integers(0, 5), st.none())
colours = st.sampled_from(sorted(BY_COLOUR))
digests = st.sampled_from([OLD, NEW])
factories = st.sampled_from(["Flat", "IVF2,Flat"])
workers = st.integers(0, WORKERS - 1)


class EveryPicture(PictureStore):
    """A store that has every picture; those of this machine are numbers."""

    def open(self, digest: str) -> Path:
        """Return where the picture would lie."""
        return Path(digest)


@dataclass(frozen=True)
class Place:
    """What the processes of a machine share, and each opens for itself.

    Attributes:
        catalogues: one for each worker, and one for writers and builds.
        store: where generations lie.
        names: of collections that nobody had before.
    """

    catalogues: tuple[Catalogue, ...]
    store: GenerationStore
    names: itertools.count[int]


@dataclass(frozen=True)
class Write:
    """A write under way: embedded with what was needed when it began, not committed yet."""

    key: str
    picture: int | None
    colour: str
    needs: Needs


@dataclass
class Build:
    """A build under way, with the lock it holds; `embedded` once every item had its vector."""

    held: Hold
    stack: ExitStack
    digest: str
    embedded: bool = False


class Histories(RuleBasedStateMachine):
    """Two workers that search, a writer, an indexer, and a dict that knows what must be found."""

    place: Place

    @initialize(stocked=st.booleans())
    def begin(self, *, stocked: bool) -> None:
        """Make a collection of its own for this history; half of them begin with an index that all have loaded."""
        self.catalogue = self.place.catalogues[-1]
        self.store = self.place.store
        self.name = f"c{next(self.place.names)}"
        self.collection = self.catalogue.create_collection(self.name, "fake")
        self.oracle = Oracle()
        self.workers = [LiveIndex(catalogue, self.store) for catalogue in self.place.catalogues[:WORKERS]]
        self.writes: list[Write] = []
        self.build: Build | None = None
        self.kept: set[str] = set()
        if stocked:
            for number, key in enumerate(["a", "b/c", "ü"]):
                self.put(key, number, "red")
            self.build_at_once(OLD, "IVF2,Flat")
            for worker in range(WORKERS):
                self.load(worker)

    # Writing.

    @rule(key=keys, picture=pictures, colour=colours)
    def put(self, key: str, picture: int | None, colour: str) -> None:
        """Write an item as a server does, undisturbed."""
        self._commit(Write(key, picture, colour, self.catalogue.needs(self.name)))

    @rule(key=keys, picture=pictures, colour=colours)
    def begin_write(self, key: str, picture: int | None, colour: str) -> None:
        """Embed an item; anything may happen before it is committed."""
        self.writes.append(Write(key, picture, colour, self.catalogue.needs(self.name)))

    @precondition(lambda self: self.writes)
    @rule(number=st.integers(0, 20))
    def end_write(self, number: int) -> None:
        """Commit one of the writes under way; where the weights were exchanged it is embedded again."""
        self._commit(self.writes.pop(number % len(self.writes)))

    @precondition(lambda self: self.oracle.rows)
    @rule(number=st.integers(0, 20), colour=colours)
    def patch(self, number: int, colour: str) -> None:
        """Change the metadata of an item."""
        key = self._some_key(number)
        self.catalogue.patch(self.name, key, metadata={"colour": colour})
        self.oracle.rows[key].colour = colour

    @precondition(lambda self: self.oracle.rows)
    @rule(number=st.integers(0, 20))
    def delete(self, number: int) -> None:
        """Delete an item."""
        key = self._some_key(number)
        self.catalogue.delete(self.name, key)
        del self.oracle.rows[key]

    # Searching.

    @rule(worker=workers, k=st.sampled_from([1, 3, 10]), colour=st.one_of(st.none(), colours))
    def search(self, worker: int, k: int, colour: str | None) -> None:
        """Find exactly what a scan of the dict finds."""
        live = self.workers[worker]
        where = None if colour is None else BY_COLOUR[colour]
        while True:
            digest = live.snapshot(self.name).digest or OLD
            try:
                found = live.search(self.name, QUERY, digest, k, where).neighbours
                break
            except StaleVectors:
                # A generation of other weights was swapped in between: embed anew, as a server does.
                continue
        if digest in self.kept or self.catalogue.state(self.name).published is None:
            assert self.oracle.is_complete(digest)
        expected = self.oracle.expected(digest, colour)
        hits = {hit.item_id: hit.score for hit in found}
        assert len(hits) == len(found) == min(k, len(expected))
        assert hits.items() <= expected.items()
        assert [hit.score for hit in found] == sorted(expected.values(), reverse=True)[:k]

    @precondition(lambda self: self.oracle.rows)
    @rule(worker=workers, number=st.integers(0, 20))
    def similar(self, worker: int, number: int) -> None:
        """Find everything but the item itself, if it has a vector."""
        row = self.oracle.rows[self._some_key(number)]
        live = self.workers[worker]
        digest = live.snapshot(self.name).digest or OLD
        try:
            found = {hit.item_id for hit in live.similar(self.name, row.id, 10).neighbours}
        except NotSearchable:
            assert digest not in row.digests or live.snapshot(self.name).digest != digest
            return
        if live.snapshot(self.name).digest == digest:
            assert found == self.oracle.expected(digest, None).keys() - {row.id}

    @rule(worker=workers)
    def load(self, worker: int) -> None:
        """Wait until a worker has loaded what is published."""
        self.workers[worker].load(self.name)
        assert self.workers[worker].snapshot(self.name).generation == self.catalogue.state(self.name).published

    @rule(worker=workers)
    def restart(self, worker: int) -> None:
        """Let a worker begin with nothing in its memory."""
        self.workers[worker].close()
        self.workers[worker] = LiveIndex(self.place.catalogues[worker], self.store)

    # Building.

    @precondition(lambda self: self.build is None)
    @rule(digest=digests)
    def begin_build(self, digest: str) -> None:
        """Announce a build; the lock is held until it ends."""
        stack = ExitStack()
        held = stack.enter_context(hold(self.catalogue, self.store.of(self.collection.id, self.name), self.name))
        self.catalogue.begin_build(self.name, digest)
        self.build = Build(held, stack, digest)

    @precondition(lambda self: self.build is not None)
    @rule()
    def embed(self) -> None:
        """Embed what has no vector of the build's weights."""
        assert self.build is not None
        lacking = self.catalogue.lacking(self.name, self.build.digest)
        if lacking:
            vectors = np.stack([vector_of(_number(item), self.build.digest) for item in lacking])
            self.catalogue.add_vectors(self.name, self.build.digest, lacking, vectors)
        self.oracle.embed(self.build.digest)
        self.build.embedded = True

    @precondition(lambda self: self.build is not None and self.build.embedded)
    @rule(factory=factories)
    def end_build(self, factory: str) -> None:
        """Index and publish; nothing written since the beginning is without the new vector."""
        assert self.build is not None
        assert self.oracle.is_complete(self.build.digest)
        enough = len(self.oracle.expected(self.build.digest, None)) > 1
        with self._publishing():
            build_generation(
                self.catalogue,
                self.build.held,
                self.collection,
                self.build.digest,
                DIM,
                factory=factory if enough else "Flat",
                progress=lambda done, total, stage: None,
            )
        self.catalogue.end_build(self.name, self.build.digest)
        self.build.stack.close()
        self.build = None

    @precondition(lambda self: self.build is None)
    @rule(digest=digests, factory=factories)
    def build_at_once(self, digest: str, factory: str) -> None:
        """Build undisturbed."""
        self.begin_build(digest)
        self.embed()
        self.end_build(factory)

    @precondition(lambda self: self.build is not None)
    @rule()
    def kill_build(self) -> None:
        """Let a build end without a word; the weights that it announced stay announced."""
        assert self.build is not None
        self.build.stack.close()
        self.build = None

    # Generations.

    @precondition(lambda self: self.build is None and self._numbers())
    @rule(number=st.integers(0, 20))
    def publish(self, number: int) -> None:
        """Publish any generation by hand."""
        numbers = self._numbers()
        with self._publishing():
            publish(self.catalogue, self.store, self.name, numbers[number % len(numbers)])

    @precondition(lambda self: self.build is None and self._older())
    @rule()
    def roll_back(self) -> None:
        """Go back to the generation before the published one."""
        expected = max(self._older())
        with self._publishing():
            assert rollback(self.catalogue, self.store, self.name).number == expected
        assert self.catalogue.state(self.name).published == expected

    @precondition(lambda self: self.build is None)
    @rule(keep=st.integers(1, 3))
    def prune(self, keep: int) -> None:
        """Remove old generations; what is published stays, and the files are those that the catalogue knows."""
        published = self.catalogue.state(self.name).published
        prune(self.catalogue, self.store, self.name, keep)
        assert self.catalogue.state(self.name).published == published
        assert self.store.of(self.collection.id, self.name).numbers() == self._numbers()

    # What always holds.

    @invariant()
    def is_counted(self) -> None:
        """The catalogue holds the items of the dict and no others."""
        page = self.catalogue.page(self.name, limit=200)
        assert {item.key: item.id for item in page.items} == {key: row.id for key, row in self.oracle.rows.items()}

    def teardown(self) -> None:
        """Let both workers search everything, compare SQL with the files, and leave nothing behind."""
        if not hasattr(self, "oracle"):
            return
        try:
            if self.build is not None:
                self.kill_build()
            for worker in range(WORKERS):
                self.search(worker, 10, None)
                self.load(worker)
                self.search(worker, 10, None)
            assert verify(self.catalogue, self.store, EveryPicture(Path()), self.name).problems == ()
        finally:
            for live in self.workers:
                live.close()
            self.catalogue.delete_collection(self.name)
            self.store.forget(self.collection.id)

    def _commit(self, write: Write) -> None:
        """Commit a write as `app.items` does, and note what it brought."""
        needs = write.needs
        while True:
            brought = sorted(needs.digests) or [OLD]
            vectors = {} if write.picture is None else {each: vector_of(write.picture, each) for each in brought}
            picture = None if write.picture is None else f"{write.picture:064x}"
            draft = ItemDraft(write.key, write.key, {"colour": write.colour}, picture, picture, vectors)
            try:
                item = self.catalogue.upsert(self.name, [draft], embedded=needs.digests | set(brought))[0]
                break
            except VectorsLacking:
                needs = self.catalogue.needs(self.name)
        self.oracle.put(write.key, Row(item.id, write.colour, write.picture, frozenset(vectors)))
        now = self.catalogue.needs(self.name).digests
        assert write.picture is None or now <= self.oracle.rows[write.key].digests

    @contextmanager
    def _publishing(self) -> Iterator[None]:
        """Note which weights every item has a vector of at a publishing: those before and after stay complete."""
        before = self.catalogue.state(self.name).digest
        yield
        in_use = {before, self.catalogue.state(self.name).digest}
        self.kept = {digest for digest in in_use if digest is not None and self.oracle.is_complete(digest)}

    def _some_key(self, number: int) -> str:
        present = sorted(self.oracle.rows)
        return present[number % len(present)]

    def _numbers(self) -> list[int]:
        return [record.number for record in self.catalogue.generations(self.name)]

    def _older(self) -> list[int]:
        published = self.catalogue.state(self.name).published or 0
        return [number for number in self._numbers() if number < published]


def _number(item: Item) -> int:
    return int(item.picture or "", 16)
