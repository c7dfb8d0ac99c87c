"""Building generations of what the catalogue holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from indexer import building
from indexer.building import build_generation, next_number, vector_pages
from indexer.catalogue import BuildLock, BuildLockLost, Catalogue, ItemDraft
from indexer.checks import RecallTooLow
from indexer.generations import GenerationStore
from indexer.live import LiveIndex
from indexer.locking import hold
from indexer.maintenance import publish
from indexer.vectors.contracts import InvalidFactory
from tests.indexer.stock import NEW, OLD, build, new_catalogue, put, vector_of
from tests.indexer.vectors.clusters import clustered, unit


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


def test_a_generation_holds_what_the_catalogue_holds(
    catalogue: Catalogue, store: GenerationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every vector of the checkpoint lies beside the id of its item, however many pages it takes to read them."""
    monkeypatch.setattr(building, "PAGE", 3)
    items = [put(catalogue, "shoes", f"k{number}", number) for number in range(8)]
    put(catalogue, "shoes", "other weights", 99, NEW)
    catalogue.delete("shoes", "k4")
    manifest = build(catalogue, store, "shoes")
    collection = catalogue.collection("shoes")
    generation = store.of(collection.id, "shoes").open(manifest.number)
    expected = [item for item in items if item.key != "k4"]
    assert generation.ids.tolist() == [item.id for item in expected]
    vectors = generation.index.vectors(np.arange(7))
    assert [row.tolist() for row in vectors] == [vector_of(int(item.key[1:]), OLD).tolist() for item in expected]
    assert (manifest.digest, manifest.change_seq, manifest.count) == (OLD, collection.change_seq, 7)
    assert (manifest.collection, manifest.collection_id, manifest.model) == ("shoes", collection.id, "fake")
    assert collection.published == manifest.number == 1
    record = catalogue.generations("shoes")[-1]
    assert (record.number, record.digest, record.change_seq, record.count) == (1, OLD, manifest.change_seq, 7)
    assert (record.factory, record.recall) == ("Flat", 1.0)


def test_a_build_without_changes_keeps_the_sound_generation(catalogue: Catalogue, store: GenerationStore) -> None:
    """Building again makes nothing new until something changed: an item, the weights, the factory, or a file."""
    for number in range(6):
        put(catalogue, "shoes", str(number), number, OLD, NEW)
    assert build(catalogue, store, "shoes").number == 1
    assert build(catalogue, store, "shoes").number == 1
    put(catalogue, "shoes", "one more", 7, OLD, NEW)
    assert build(catalogue, store, "shoes").number == 2
    assert build(catalogue, store, "shoes", NEW).number == 3
    assert build(catalogue, store, "shoes", NEW, "IVF2,Flat").number == 4
    assert build(catalogue, store, "shoes", NEW, "IVF2,Flat").number == 4
    store.of(catalogue.collection("shoes").id, "shoes").discard(4)
    assert build(catalogue, store, "shoes", NEW, "IVF2,Flat").number == 5


def test_progress_is_told(catalogue: Catalogue, store: GenerationStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exported vectors are counted, and each later stage is announced."""
    monkeypatch.setattr(building, "PAGE", 4)
    for number in range(10):
        put(catalogue, "shoes", str(number), number)
    told: list[tuple[int, int | None, str]] = []
    collection = catalogue.collection("shoes")
    generations = store.of(collection.id, "shoes")
    with hold(catalogue, generations, "shoes") as held:
        build_generation(
            catalogue,
            held,
            collection,
            OLD,
            4,
            progress=lambda done, total, stage: told.append((done, total, stage)),
        )
    exported = [(4, 10, "export"), (8, 10, "export"), (10, 10, "export")]
    assert told == [*exported, (0, None, "index"), (0, None, "check"), (0, None, "publish")]


def test_nothing_is_published_below_the_recall_asked_for(catalogue: Catalogue, store: GenerationStore) -> None:
    """An index that finds too little leaves neither files nor a record, and the old generation serves."""
    vectors = unit(np.random.default_rng(0).standard_normal((600, 16)))
    catalogue.upsert("shoes", [ItemDraft(str(n), vectors={OLD: row}) for n, row in enumerate(vectors)])
    collection = catalogue.collection("shoes")
    generations = store.of(collection.id, "shoes")

    def attempt(factory: str) -> None:
        with hold(catalogue, generations, "shoes") as held:
            build_generation(
                catalogue, held, collection, OLD, 16, factory=factory, progress=lambda done, total, stage: None
            )

    with pytest.raises(RecallTooLow):
        attempt("PQ1x2")
    with pytest.raises(InvalidFactory):
        attempt("no such index")
    assert (generations.numbers(), catalogue.generations("shoes")) == ([], [])
    attempt("Flat")
    assert catalogue.collection("shoes").published == 1


def test_effort_that_recall_needs_is_kept_for_searches(catalogue: Catalogue, store: GenerationStore) -> None:
    """What the check raised the effort to is what a loaded generation searches with."""
    vectors = clustered(4000, spread=1.5)
    catalogue.upsert("shoes", [ItemDraft(str(n), vectors={OLD: row}) for n, row in enumerate(vectors)])
    collection = catalogue.collection("shoes")
    generations = store.of(collection.id, "shoes")
    with hold(catalogue, generations, "shoes") as held:
        manifest = build_generation(
            catalogue,
            held,
            collection,
            OLD,
            16,
            factory="IVF100,Flat",
            progress=lambda done, total, stage: None,
        )
    assert manifest.effort is not None
    assert manifest.recall >= 0.95
    index = generations.open(1).index
    queries = vectors[:50]
    default, explicit = index.search(queries, 10), index.search(queries, 10, effort=manifest.effort)
    assert np.array_equal(default.positions, explicit.positions)


def test_changes_during_a_build_are_found_after_it(
    catalogue: Catalogue, store: GenerationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Items written, replaced and deleted between the pages of the export are as the catalogue has them afterwards."""
    monkeypatch.setattr(building, "PAGE", 2)
    ids = [put(catalogue, "shoes", str(number), number).id for number in range(6)]
    meddled = False

    def meddle(done: int, total: int | None, stage: str) -> None:
        nonlocal meddled
        if not meddled:
            meddled = True
            catalogue.delete("shoes", "0")
            catalogue.delete("shoes", "5")
            put(catalogue, "shoes", "1", 11)
            put(catalogue, "shoes", "4", 14)
            put(catalogue, "shoes", "6", 6)

    collection = catalogue.collection("shoes")
    generations = store.of(collection.id, "shoes")
    with hold(catalogue, generations, "shoes") as held:
        build_generation(catalogue, held, collection, OLD, 4, progress=meddle)
    # The first page was read before the writes; of what came after them the generation holds nothing.
    assert generations.open(1).ids.tolist() == ids[:4]
    query = np.ones(4, dtype=np.float32)
    live = LiveIndex(catalogue, store)
    found = live.search("shoes", query, OLD, 10)
    scores = {catalogue.items("shoes", [hit.item_id])[0].key: hit.score for hit in found.neighbours}
    pictures = {"1": 11, "2": 2, "3": 3, "4": 14, "6": 6}
    assert scores == {key: float(vector_of(picture, OLD) @ query) for key, picture in pictures.items()}


@pytest.mark.parametrize("moment", ["export", "check", "publish"])
def test_a_build_that_lost_its_lock_publishes_nothing(
    catalogue: Catalogue, store: GenerationStore, moment: str
) -> None:
    """Whenever another indexer takes over, the build ends with its name, and the other one's generation stays."""
    put(catalogue, "shoes", "a", 1)
    build(catalogue, store, "shoes")
    put(catalogue, "shoes", "b", 2)
    other = BuildLock("e" * 32, "process 7 on elsewhere")

    def lose(done: int, total: int | None, stage: str) -> None:
        if stage == moment:
            assert catalogue.take_build_lock("shoes", other, catalogue.build_lock("shoes"))

    collection = catalogue.collection("shoes")
    with (
        pytest.raises(BuildLockLost, match="elsewhere"),
        hold(catalogue, store.of(collection.id, "shoes"), "shoes") as held,
    ):
        build_generation(catalogue, held, collection, OLD, 4, progress=lose)
    assert catalogue.collection("shoes").published == 1
    assert [record.number for record in catalogue.generations("shoes")] == [1]
    assert catalogue.build_lock("shoes") == other


KILLED_BEFORE_PUBLISHING = """
import os, sys
from pathlib import Path
from indexer.catalogue import open_catalogue
from indexer.generations import GenerationStore
from tests.indexer.stock import build
folder = Path(sys.argv[1])
catalogue = open_catalogue(f"sqlite:///{folder / 'likeness.db'}")
catalogue.publish = lambda *arguments: os.kill(os.getpid(), 9)
build(catalogue, GenerationStore(folder / "indexes"), "shoes")
"""


def test_a_build_killed_before_publishing_changes_nothing(
    catalogue: Catalogue, store: GenerationStore, tmp_path: Path
) -> None:
    """Files that SQL does not know are not used, the next build takes another number, and they can be adopted."""
    put(catalogue, "shoes", "a", 1)
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", KILLED_BEFORE_PUBLISHING, str(tmp_path)], cwd=root, check=False)
    assert killed.returncode == -9
    generations = store.of(catalogue.collection("shoes").id, "shoes")
    assert generations.numbers() == [1]
    assert catalogue.collection("shoes").published is None
    assert LiveIndex(catalogue, store).search("shoes", vector_of(1, OLD), OLD, 1).generation is None
    assert next_number(catalogue, generations, "shoes") == 2
    assert build(catalogue, store, "shoes").number == 2
    publish(catalogue, store, "shoes", 1)
    assert catalogue.collection("shoes").published == 1


def test_pages_end(catalogue: Catalogue) -> None:
    """A collection without vectors has no page."""
    assert list(vector_pages(catalogue, "shoes", OLD)) == []
