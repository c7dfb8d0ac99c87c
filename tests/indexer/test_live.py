"""What searches see: always what SQL holds at that moment, whatever is being loaded; tests/faults tries any history."""

from __future__ import annotations

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.catalogue import Catalogue, Filter, Ids, UnknownCollection, parse_filter
from indexer.generations import Generation, Generations, GenerationStore
from indexer.live import FILTERS_KEPT, LiveIndex, NotSearchable, StaleVectors
from indexer.maintenance import rollback
from indexer.manifests import CorruptGeneration, MissingGeneration
from indexer.refining import DISLIKED, LIKED, Marks
from indexer.vectors.faiss import INDEX_FILE
from tests.indexer.stock import NEW, OLD, build, draft, new_catalogue, put, vector_of

QUERY = np.array([1, 0.5, -0.25, 0], dtype=np.float32)
RED = parse_filter({"colour": "red"})


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """Return a catalogue with one empty collection."""
    empty = new_catalogue(tmp_path)
    empty.create_collection("shoes", "fake")
    return empty


@pytest.fixture
def store(tmp_path: Path) -> GenerationStore:
    """Return a place for generations."""
    return GenerationStore(tmp_path / "indexes")


@pytest.fixture
def live(catalogue: Catalogue, store: GenerationStore) -> LiveIndex:
    """Return what searches."""
    return LiveIndex(catalogue, store)


def keys(catalogue: Catalogue, live: LiveIndex, k: int = 10, digest: str = OLD) -> set[str]:
    """Search and return the keys of the hits."""
    found = live.search("shoes", QUERY, digest, k)
    items = catalogue.items("shoes", [hit.item_id for hit in found.neighbours])
    return {item.key for item in items}


# A new collection.


def test_a_new_collection_is_searchable_at_once(catalogue: Catalogue, live: LiveIndex) -> None:
    """An empty collection answers with nothing; the first item is found by the very next search."""
    assert live.search("shoes", QUERY, OLD, 5).neighbours == ()
    assert live.snapshot("shoes").digest is None
    put(catalogue, "shoes", "a", 1)
    assert keys(catalogue, live) == {"a"}
    assert live.snapshot("shoes").digest == OLD
    assert live.status("shoes").items == 1


def test_an_unknown_collection_is_an_error_each_time(live: LiveIndex) -> None:
    """Searching, loading and asking for what does not exist says so."""
    for _ in range(2):
        with pytest.raises(UnknownCollection):
            live.search("boots", QUERY, OLD, 5)
        with pytest.raises(UnknownCollection):
            live.load("boots")
        with pytest.raises(UnknownCollection):
            live.status("boots")


def test_a_collection_made_anew_shows_nothing_of_the_old(
    catalogue: Catalogue, store: GenerationStore, live: LiveIndex
) -> None:
    """Deleted and created again under its name, a collection is empty, in memory and on disk."""
    put(catalogue, "shoes", "a", 1)
    build(catalogue, store, "shoes")
    assert keys(catalogue, live) == {"a"}
    catalogue.delete_collection("shoes")
    catalogue.create_collection("shoes", "fake")
    assert live.search("shoes", QUERY, OLD, 5).neighbours == ()
    put(catalogue, "shoes", "b", 2)
    assert keys(catalogue, live) == {"b"}


# What a match is, and among how many.


def test_a_new_threshold_is_seen_by_the_next_search(
    catalogue: Catalogue, store: GenerationStore, live: LiveIndex
) -> None:
    """It changes without a change of any item, before and after a generation is published."""
    put(catalogue, "shoes", "a", 1)
    for threshold in (None, 0.25, -0.5):
        catalogue.change_collection("shoes", {"threshold": threshold})
        assert live.search("shoes", QUERY, OLD, 5).threshold == threshold
    build(catalogue, store, "shoes")
    live.load("shoes")
    assert live.search("shoes", QUERY, OLD, 5).threshold == -0.5
    catalogue.change_collection("shoes", {"threshold": None})
    found = live.search("shoes", QUERY, OLD, 5)
    assert (found.threshold, found.generation) == (None, 1)


def test_a_new_mark_of_people_is_seen_by_the_next_search(
    catalogue: Catalogue, store: GenerationStore, live: LiveIndex
) -> None:
    """It is true of searches from the moment the collection says so, before and after a generation is published."""
    put(catalogue, "shoes", "a", 1)
    assert not live.search("shoes", QUERY, OLD, 5).personal
    catalogue.change_collection("shoes", {"personal": True})
    assert live.search("shoes", QUERY, OLD, 5).personal
    build(catalogue, store, "shoes")
    live.load("shoes")
    assert live.search("shoes", QUERY, OLD, 5).personal
    catalogue.change_collection("shoes", {"personal": False})
    assert not live.search("shoes", QUERY, OLD, 5).personal


def test_a_search_tells_among_how_many_it_found(catalogue: Catalogue, store: GenerationStore, live: LiveIndex) -> None:
    """All that have a vector count, or of those what the filter keeps, whatever k is."""
    for number in range(6):
        put(catalogue, "shoes", str(number), number, colour="red" if number < 4 else "blue")
    build(catalogue, store, "shoes")
    live.load("shoes")
    put(catalogue, "shoes", "6", 6, colour="red")
    catalogue.delete("shoes", "0")
    for k in (1, 50):
        assert live.search("shoes", QUERY, OLD, k).candidates == 6
        assert live.search("shoes", QUERY, OLD, k, RED).candidates == 4
    assert live.search("shoes", QUERY, OLD, 1, parse_filter({"colour": "green"})).candidates == 0


# Filters.


def test_a_filter_is_asked_once_per_state(
    catalogue: Catalogue, live: LiveIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Searching on with the same filter costs no SQL; any change, a patch of metadata too, is seen at once."""
    for number, key in enumerate("abc"):
        put(catalogue, "shoes", key, number, colour="red" if key == "a" else "blue")
    asked: list[Filter] = []
    real = catalogue.allowed

    def allowed(collection: str, where: Filter) -> Ids:
        asked.append(where)
        return real(collection, where)

    monkeypatch.setattr(catalogue, "allowed", allowed)
    for _ in range(3):
        assert len(live.search("shoes", QUERY, OLD, 10, RED).neighbours) == 1
    assert len(asked) == 1
    catalogue.patch("shoes", "b", metadata={"colour": "red"})
    assert len(live.search("shoes", QUERY, OLD, 10, RED).neighbours) == 2


def test_several_vectors_of_one_query_find_what_each_of_them_finds(catalogue: Catalogue, live: LiveIndex) -> None:
    """An item scores as the best of the query's vectors does, and nobody is found twice."""
    for number, key in enumerate("abcdefgh"):
        put(catalogue, "shoes", key, number)
    views = np.stack([QUERY, -QUERY])
    best: dict[int, float] = {}
    for view in views:
        for hit in live.search("shoes", view, OLD, 8).neighbours:
            best[hit.item_id] = max(hit.score, best.get(hit.item_id, -np.inf))
    together = live.search("shoes", views, OLD, 8).neighbours
    assert {hit.item_id: hit.score for hit in together} == best
    assert len(together) == len(best) == 8


def test_filters_that_look_different_are_different(catalogue: Catalogue, live: LiveIndex) -> None:
    """`true` and `1` are equal in Python and not in JSON: neither gets the other's answer, however many are asked."""
    for key, new in (("a", True), ("b", 1), ("c", "1")):
        catalogue.upsert("shoes", [replace(draft(key, 1), metadata={"new": new})])
    for _ in range(2):
        for key, new in (("a", True), ("b", 1), ("c", "1")):
            found = live.search("shoes", QUERY, OLD, 10, parse_filter({"new": new})).neighbours
            assert [item.key for item in catalogue.items("shoes", [hit.item_id for hit in found])] == [key]
        for number in range(FILTERS_KEPT):
            assert live.search("shoes", QUERY, OLD, 10, parse_filter({"new": f"no {number}"})).neighbours == ()


# Weights.


def test_vectors_of_other_weights_are_refused(catalogue: Catalogue, live: LiveIndex) -> None:
    """A query of another checkpoint is an error that names the one to use."""
    put(catalogue, "shoes", "a", 1)
    with pytest.raises(StaleVectors, match=OLD[:12]):
        live.search("shoes", QUERY, NEW, 5)


def test_new_weights_take_over_only_with_their_generation(
    catalogue: Catalogue, store: GenerationStore, live: LiveIndex
) -> None:
    """Adding vectors of new weights changes no answer; publishing their generation changes the digest to embed with."""
    items = [put(catalogue, "shoes", key, number) for number, key in enumerate("abc")]
    build(catalogue, store, "shoes", OLD)
    live.load("shoes")
    catalogue.add_vectors("shoes", NEW, items, np.stack([vector_of(number, NEW) for number in range(3)]))
    assert live.snapshot("shoes").digest == OLD
    assert live.status("shoes").pending == 0
    build(catalogue, store, "shoes", NEW)
    live.load("shoes")
    assert live.snapshot("shoes").digest == NEW
    assert keys(catalogue, live, digest=NEW) == set("abc")


# Similar items, exclusions, statuses.


def test_similar_items_leave_out_the_item_itself(catalogue: Catalogue, store: GenerationStore, live: LiveIndex) -> None:
    """What is like an item is found by its own vector, whether that lies in the generation or came later."""
    items = {key: put(catalogue, "shoes", key, number) for number, key in enumerate("abc")}
    build(catalogue, store, "shoes")
    items["d"] = put(catalogue, "shoes", "d", 7)
    for key, picture in (("b", 1), ("d", 7)):
        found = live.similar("shoes", items[key].id, 10)
        assert {hit.item_id for hit in found.neighbours} == {item.id for item in items.values()} - {items[key].id}
        query = vector_of(picture, OLD)
        best = max(float(vector_of(other, OLD) @ query) for other in (0, 1, 2, 7) if other != picture)
        assert found.neighbours[0].score == best


def test_nothing_is_like_an_item_without_vector(catalogue: Catalogue, live: LiveIndex) -> None:
    """An item without picture, or one that is gone, is an error that says what to do."""
    item = put(catalogue, "shoes", "a", 1)
    catalogue.delete("shoes", "a")
    with pytest.raises(NotSearchable, match="picture"):
        live.similar("shoes", item.id, 3)


def test_past_its_bound_the_delta_says_that_a_build_is_due(catalogue: Catalogue, store: GenerationStore) -> None:
    """Writes go on past the bound and are found; the status says it until a build has been published."""
    live = LiveIndex(catalogue, store, delta_bound=2)
    for number, key in enumerate("ab"):
        put(catalogue, "shoes", key, number)
    assert not live.status("shoes").build_due
    put(catalogue, "shoes", "c", 3)
    assert live.status("shoes").build_due
    assert keys(catalogue, live) == set("abc")
    build(catalogue, store, "shoes")
    live.load("shoes")
    status = live.status("shoes")
    assert (status.build_due, status.pending, status.items, status.generation) == (False, 0, 3, 1)


# Damage.


def damage(store: GenerationStore, catalogue: Catalogue, number: int) -> None:
    """Change one byte of a generation's index."""
    path = store.of(catalogue.collection("shoes").id, "shoes").folder(number) / INDEX_FILE
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_a_damaged_generation_is_an_error_that_says_what_to_run(
    catalogue: Catalogue, store: GenerationStore, live: LiveIndex
) -> None:
    """Nothing is answered from damaged files; a new build mends it without a restart."""
    put(catalogue, "shoes", "a", 1)
    build(catalogue, store, "shoes")
    damage(store, catalogue, 1)
    for _ in range(2):
        with pytest.raises(CorruptGeneration, match="likeness index build shoes"):
            live.search("shoes", QUERY, OLD, 5)
    problem = live.status("shoes").problem
    assert problem is not None
    assert "likeness index build shoes" in problem
    assert build(catalogue, store, "shoes").number == 2
    assert keys(catalogue, live) == {"a"}
    assert live.status("shoes").problem is None


def test_a_sound_generation_goes_on_answering_when_the_next_is_damaged(
    catalogue: Catalogue, store: GenerationStore, live: LiveIndex
) -> None:
    """The old one answers with all changes since; the status and `load` tell of the problem."""
    put(catalogue, "shoes", "a", 1)
    build(catalogue, store, "shoes")
    assert keys(catalogue, live) == {"a"}
    put(catalogue, "shoes", "b", 2)
    build(catalogue, store, "shoes")
    damage(store, catalogue, 2)
    with pytest.raises(CorruptGeneration):
        live.load("shoes")
    put(catalogue, "shoes", "c", 3)
    assert keys(catalogue, live) == set("abc")
    status = live.status("shoes")
    assert (status.generation, status.published) == (1, 2)
    assert status.problem is not None
    rollback(catalogue, store, "shoes")
    assert live.status("shoes").problem is None


def test_files_that_are_gone_are_an_error_too(catalogue: Catalogue, store: GenerationStore, live: LiveIndex) -> None:
    """A data folder that lost its indexes says which command makes them again, and it does."""
    put(catalogue, "shoes", "a", 1)
    build(catalogue, store, "shoes")
    store.forget(catalogue.collection("shoes").id)
    with pytest.raises(MissingGeneration, match="likeness index build shoes"):
        live.search("shoes", QUERY, OLD, 5)
    build(catalogue, store, "shoes")
    assert keys(catalogue, live) == {"a"}


# Threads.


class SlowStore(GenerationStore):
    """Loads a generation only when it is told to, and tells when it is asked."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.root = root
        self.asked = threading.Event()
        self.go_on = threading.Event()
        self.slow_number = 2
        self.opened: list[int] = []

    def of(self, collection_id: int, name: str) -> Generations:
        """Return generations that open slowly."""
        return SlowGenerations(self, self.root / str(collection_id), name)


class SlowGenerations(Generations):
    """Waits before it opens one number."""

    def __init__(self, slow: SlowStore, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        self._slow = slow

    def open(self, number: int) -> Generation:
        """Wait, then open."""
        self._slow.opened.append(number)
        if number == self._slow.slow_number:
            self._slow.asked.set()
            assert self._slow.go_on.wait(30)
        return super().open(number)


def test_searches_go_on_while_a_generation_is_loaded(catalogue: Catalogue, tmp_path: Path) -> None:
    """Until the new generation is swapped in, the old one and all changes since answer; no search waits for it."""
    store = SlowStore(tmp_path / "indexes")
    live = LiveIndex(catalogue, store)
    put(catalogue, "shoes", "a", 1)
    build(catalogue, store, "shoes")
    assert live.search("shoes", QUERY, OLD, 5).generation == 1
    put(catalogue, "shoes", "b", 2)
    build(catalogue, store, "shoes")
    assert live.search("shoes", QUERY, OLD, 5).generation == 1
    assert store.asked.wait(30)
    put(catalogue, "shoes", "c", 3)
    catalogue.delete("shoes", "a")
    assert keys(catalogue, live) == {"b", "c"}
    assert live.status("shoes").generation == 1
    store.go_on.set()
    live.close()
    found = live.search("shoes", QUERY, OLD, 5)
    assert found.generation == 2
    assert keys(catalogue, live) == {"b", "c"}
    assert store.opened == [1, 2]


def test_publishing_alone_is_noticed(catalogue: Catalogue, tmp_path: Path) -> None:
    """Going back to an older generation, without any write, reaches a running process with its next search."""
    store = SlowStore(tmp_path / "indexes")
    store.slow_number = 0
    live = LiveIndex(catalogue, store)
    for key in "ab":
        put(catalogue, "shoes", key, 1)
        build(catalogue, store, "shoes")
    assert live.search("shoes", QUERY, OLD, 5).generation == 2
    rollback(catalogue, store, "shoes")
    store.slow_number = 1
    assert live.search("shoes", QUERY, OLD, 5).generation == 2
    assert store.asked.wait(30)
    store.go_on.set()
    live.close()
    assert live.search("shoes", QUERY, OLD, 5).generation == 1
    assert keys(catalogue, live) == {"a", "b"}


def test_an_old_generation_is_dropped_with_its_last_search(catalogue: Catalogue, store: GenerationStore) -> None:
    """A search that began before the swap ends on what it began with; then the memory is free."""
    live = LiveIndex(catalogue, store)
    put(catalogue, "shoes", "a", 1)
    build(catalogue, store, "shoes")
    live.load("shoes")
    held = live._view("shoes")  # noqa: SLF001  what a search in progress holds
    trace = weakref.ref(held.generation or held)
    put(catalogue, "shoes", "b", 2)
    build(catalogue, store, "shoes")
    live.load("shoes")
    assert (held.search(QUERY[None], 5).positions >= 0).sum() == 1
    assert trace() is not None
    del held
    gc.collect()
    assert trace() is None


def test_many_threads_see_every_write_of_every_other(catalogue: Catalogue, store: GenerationStore) -> None:
    """While generations are published beside them, each of four threads finds its write with its next search."""
    live = LiveIndex(catalogue, store)
    put(catalogue, "shoes", "first", 0)
    build(catalogue, store, "shoes")

    def work(thread: int) -> bool:
        good = True
        for turn in range(6):
            key = f"{thread}-{turn}"
            item = put(catalogue, "shoes", key, 10 * thread + turn)
            hits = {hit.item_id for hit in live.search("shoes", QUERY, OLD, 200).neighbours}
            good = good and item.id in hits
            if turn % 2:
                catalogue.delete("shoes", key)
                hits = {hit.item_id for hit in live.search("shoes", QUERY, OLD, 200).neighbours}
                good = good and item.id not in hits
            if thread == 0:
                build(catalogue, store, "shoes")
        return good

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(4)))
    live.load("shoes")
    assert live.status("shoes").items == 1 + 4 * 3
    live.close()


def test_the_first_searches_of_a_process_load_once(catalogue: Catalogue, tmp_path: Path) -> None:
    """Threads that come while the first loads the generation wait for it rather than load it too."""
    store = SlowStore(tmp_path / "indexes")
    put(catalogue, "shoes", "a", 1)
    build(catalogue, store, "shoes")
    store.slow_number = 1
    live = LiveIndex(catalogue, store)
    with ThreadPoolExecutor(4) as pool:
        searches = [pool.submit(live.search, "shoes", QUERY, OLD, 5) for _ in range(4)]
        assert store.asked.wait(30)
        store.go_on.set()
        assert {search.result().generation for search in searches} == {1}
    assert store.opened == [1]


def test_a_closed_index_loads_nothing_more(catalogue: Catalogue, store: GenerationStore) -> None:
    """After close the last searches are answered from what is loaded, up to date."""
    live = LiveIndex(catalogue, store)
    put(catalogue, "shoes", "a", 1)
    build(catalogue, store, "shoes")
    assert keys(catalogue, live) == {"a"}
    live.close()
    put(catalogue, "shoes", "b", 2)
    build(catalogue, store, "shoes")
    found = live.search("shoes", QUERY, OLD, 5)
    assert (found.generation, len(found.neighbours)) == (1, 2)


@given(
    liked=st.sets(st.integers(0, 11), max_size=4),
    disliked=st.sets(st.integers(0, 11), max_size=4),
    built=st.booleans(),
    changed=st.sets(st.integers(0, 11), max_size=4),
)
@settings(max_examples=25)
def test_a_refined_search_is_that_of_the_moved_query(
    tmp_path_factory: pytest.TempPathFactory, liked: set[int], disliked: set[int], built: bool, changed: set[int]
) -> None:
    """Vectors of marked items come from the generation and from what changed since; hits are those of a plain scan."""
    folder = tmp_path_factory.mktemp("live")
    catalogue, store = new_catalogue(folder), GenerationStore(folder / "indexes")
    catalogue.create_collection("shoes", "fake")
    pictures = {place: put(catalogue, "shoes", str(place), place).id for place in range(12)}
    if built:
        build(catalogue, store, "shoes")
    for place in changed:
        put(catalogue, "shoes", str(place), 100 + place)
    live = LiveIndex(catalogue, store)
    vectors = {
        item: vector_of(place + 100 * (place in changed), OLD).astype(np.float64) for place, item in pictures.items()
    }
    disliked -= liked
    marks = Marks(tuple(pictures[one] for one in liked), (*tuple(pictures[one] for one in disliked), 10000))
    query = QUERY.astype(np.float64)
    if liked:
        query = query + LIKED * np.mean([vectors[item] for item in marks.liked], axis=0)
    if disliked:
        query = query - DISLIKED * np.mean([vectors[item] for item in marks.disliked[:-1]], axis=0)
    query = query / np.linalg.norm(query)
    found = live.search("shoes", QUERY, OLD, 12, marks=marks)
    expected = {item: float(vector @ query) for item, vector in vectors.items() if item not in marks.disliked}
    assert {hit.item_id: hit.score for hit in found.neighbours} == pytest.approx(expected, abs=1e-5)
    first = pictures[0]
    alike = {hit.item_id for hit in live.similar("shoes", first, 12, marks=marks).neighbours}
    assert alike == set(expected) - {first}
    live.close()
