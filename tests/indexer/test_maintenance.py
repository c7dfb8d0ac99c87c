"""Status, publish, rollback and prune."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import maintenance
from indexer.catalogue import Catalogue, UnknownCollection
from indexer.generations import BuildRunning, GenerationStore
from indexer.locking import hold
from indexer.maintenance import prune, publish, rollback, status
from indexer.manifests import CorruptGeneration, MissingGeneration
from indexer.vectors.faiss import VECTORS_FILE
from tests.indexer.stock import NEW, OLD, build, new_catalogue, put


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[Catalogue, GenerationStore]:
    """Return one catalogue for the module; each test deletes its collections."""
    folder = tmp_path_factory.mktemp("shelf")
    return new_catalogue(folder), GenerationStore(folder / "indexes")


@pytest.fixture
def catalogue(shelf: tuple[Catalogue, GenerationStore]) -> Catalogue:
    """Return a catalogue with one empty collection."""
    for collection in shelf[0].collections():
        shelf[0].delete_collection(collection.name)
    shelf[0].create_collection("shoes", "fake")
    return shelf[0]


@pytest.fixture
def store(shelf: tuple[Catalogue, GenerationStore]) -> GenerationStore:
    """Return the place for generations."""
    return shelf[1]


def folder_of(catalogue: Catalogue, store: GenerationStore, number: int) -> Path:
    """Return where a generation of shoes lies."""
    return store.of(catalogue.collection("shoes").id, "shoes").folder(number)


def test_status_of_a_new_collection(catalogue: Catalogue, store: GenerationStore) -> None:
    """Nothing written, nothing published, nothing due."""
    found = status(catalogue, store, "shoes")
    assert (found.items, found.vectors, found.pending, found.build_due) == (0, 0, 0, False)
    assert (found.digest, found.generations, found.model) == (None, (), "fake")


def test_status_counts_what_changed_since_the_generation(
    catalogue: Catalogue, store: GenerationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Items, vectors of the serving weights, pending ones, rejects and generations are those of the catalogue."""
    monkeypatch.setattr(maintenance, "DELTA_BOUND", 1)
    for number in range(4):
        put(catalogue, "shoes", str(number), number)
    before = status(catalogue, store, "shoes")
    assert (before.pending, before.build_due, before.digest) == (4, True, OLD)
    build(catalogue, store, "shoes")
    put(catalogue, "shoes", "1", 11)
    put(catalogue, "shoes", "other weights", 12, NEW)
    catalogue.delete("shoes", "2")
    catalogue.reject("shoes", "bad", "It is no picture.")
    found = status(catalogue, store, "shoes")
    assert (found.items, found.vectors, found.pending, found.build_due, found.rejects) == (4, 3, 1, False, 1)
    [generation] = found.generations
    assert (generation.number, generation.published, generation.on_disk) == (1, True, True)
    assert (generation.digest, generation.count, generation.factory) == (OLD, 4, "Flat")


def test_status_shows_files_without_record_and_records_without_files(
    catalogue: Catalogue, store: GenerationStore
) -> None:
    """What only one side knows is listed too."""
    for number in range(2):
        put(catalogue, "shoes", str(number), number)
        build(catalogue, store, "shoes")
    catalogue.forget_generation("shoes", 1)
    store.of(catalogue.collection("shoes").id, "shoes").discard(2)
    shown = [(one.number, one.digest, one.on_disk) for one in status(catalogue, store, "shoes").generations]
    assert shown == [(1, None, True), (2, OLD, False)]


def test_publishing_a_damaged_or_unknown_generation_changes_nothing(
    catalogue: Catalogue, store: GenerationStore
) -> None:
    """A generation is loaded before it is published."""
    for number in range(2):
        put(catalogue, "shoes", str(number), number)
        build(catalogue, store, "shoes")
    (folder_of(catalogue, store, 1) / VECTORS_FILE).write_bytes(b"x" * 16)
    with pytest.raises(CorruptGeneration):
        publish(catalogue, store, "shoes", 1)
    with pytest.raises(CorruptGeneration):
        rollback(catalogue, store, "shoes")
    with pytest.raises(MissingGeneration):
        publish(catalogue, store, "shoes", 9)
    assert catalogue.collection("shoes").published == 2


def test_rollback_goes_back_one_at_a_time(catalogue: Catalogue, store: GenerationStore) -> None:
    """Each rollback publishes the next older generation; past the oldest there is none."""
    with pytest.raises(MissingGeneration, match="no older"):
        rollback(catalogue, store, "shoes")
    for number in range(3):
        put(catalogue, "shoes", str(number), number)
        build(catalogue, store, "shoes")
    assert rollback(catalogue, store, "shoes").number == 2
    assert rollback(catalogue, store, "shoes").number == 1
    with pytest.raises(MissingGeneration, match="no older"):
        rollback(catalogue, store, "shoes")
    assert publish(catalogue, store, "shoes", 3).number == 3
    assert catalogue.collection("shoes").published == 3


@settings(max_examples=12, deadline=None)
@given(
    builds=st.integers(1, 5),
    published=st.integers(1, 5),
    keep=st.integers(0, 6),
    forgotten=st.integers(1, 5),
    lost=st.integers(1, 5),
)
def test_pruning_keeps_the_newest_and_the_published(
    shelf: tuple[Catalogue, GenerationStore], builds: int, published: int, keep: int, forgotten: int, lost: int
) -> None:
    """Afterwards disk and catalogue know the newest `keep` recorded generations and the published one, no others."""
    catalogue, store = shelf
    for collection in catalogue.collections():
        catalogue.delete_collection(collection.name)
    catalogue.create_collection("shoes", "fake")
    for number in range(builds):
        put(catalogue, "shoes", str(number), number)
        build(catalogue, store, "shoes")
    serving = min(published, builds)
    publish(catalogue, store, "shoes", serving)
    generations = store.of(catalogue.collection("shoes").id, "shoes")
    recorded = set(range(1, builds + 1))
    if forgotten != serving:
        catalogue.forget_generation("shoes", forgotten)
        recorded -= {forgotten}
    if lost != serving:
        generations.discard(lost)
    removed = prune(catalogue, store, "shoes", keep)
    newest = set(sorted(recorded)[-keep:]) if keep else set()
    kept = newest | {serving}
    assert {record.number for record in catalogue.generations("shoes")} == kept
    assert set(generations.numbers()) == kept - ({lost} - {serving})
    assert not set(removed) & kept
    assert prune(catalogue, store, "shoes", keep) == []


def test_pruning_sweeps_leftovers_and_files_of_deleted_collections(
    catalogue: Catalogue, store: GenerationStore
) -> None:
    """What killed builds and deleted collections left on the disk goes."""
    put(catalogue, "shoes", "a", 1)
    build(catalogue, store, "shoes")
    folder = folder_of(catalogue, store, 1).parent
    (folder / ".new-123").mkdir()
    gone = catalogue.create_collection("boots", "fake")
    put(catalogue, "boots", "a", 1)
    build(catalogue, store, "boots")
    catalogue.delete_collection("boots")
    assert gone.id in store.collection_ids()
    assert prune(catalogue, store, "shoes") == []
    assert not (folder / ".new-123").exists()
    assert store.collection_ids() == [catalogue.collection("shoes").id]


def test_pruning_waits_for_no_build(catalogue: Catalogue, store: GenerationStore) -> None:
    """While a build is at work its unfinished files are safe."""
    with store.of(catalogue.collection("shoes").id, "shoes").exclusive(), pytest.raises(BuildRunning):
        prune(catalogue, store, "shoes")


def test_while_an_indexer_is_at_work_nobody_else_publishes(catalogue: Catalogue, store: GenerationStore) -> None:
    """Publishing and going back are refused with the indexer's name, which the status shows too."""
    for number in range(2):
        put(catalogue, "shoes", str(number), number)
        build(catalogue, store, "shoes")
    assert status(catalogue, store, "shoes").lock is None
    with hold(catalogue, store.of(catalogue.collection("shoes").id, "shoes"), "shoes"):
        lock = status(catalogue, store, "shoes").lock
        assert lock is not None
        with pytest.raises(BuildRunning, match=lock.holder):
            publish(catalogue, store, "shoes", 1)
        with pytest.raises(BuildRunning, match=lock.holder):
            rollback(catalogue, store, "shoes")
    assert catalogue.collection("shoes").published == 2


def test_an_unknown_collection_is_an_error(catalogue: Catalogue, store: GenerationStore) -> None:
    """Each command says that there is no such collection."""
    for command in (status, rollback, prune):
        with pytest.raises(UnknownCollection):
            command(catalogue, store, "boots")
    with pytest.raises(UnknownCollection):
        publish(catalogue, store, "boots", 1)
