"""The indexing run: what is committed is never embedded twice, and what is bad stops nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from indexer.catalogue import Catalogue, ItemDraft, UnknownCollection, WrongModel
from indexer.embedding import BATCH
from indexer.generations import BuildRunning, GenerationStore
from indexer.live import LiveIndex
from indexer.pictures import PictureStore
from indexer.pipeline import LOOKUP, BuildReport, build
from indexer.sources import SourceItem, SourceReject, open_source
from indexer.verification import verify
from models.checkpoints import Checkpoint
from models.contracts import Vectors
from models.images import decode
from tests.indexer.pictured import photo, source_item
from tests.indexer.stock import new_catalogue
from tests.models.fakes import DIGEST, FakePredictor

NEW_DIGEST = "fb" * 32
MANY = 3 * BATCH + 4
"""Enough for a few batches and one that is not full."""


@dataclass(frozen=True)
class House:
    """Everything that a build writes to."""

    catalogue: Catalogue
    pictures: PictureStore
    generations: GenerationStore

    def build(
        self,
        source: Sequence[SourceItem | SourceReject] | Iterator[SourceItem] | None,
        predictor: FakePredictor | None = None,
        collection: str = "shoes",
        **options: Any,
    ) -> BuildReport:
        """Build with two readers."""
        predictor = predictor or FakePredictor()
        return build(
            self.catalogue, self.pictures, self.generations, predictor, collection, source, workers=2, **options
        )

    def held(self, collection: str = "shoes") -> set[str]:
        """Return the keys of all items."""
        return {item.key for item in self.catalogue.page(collection, limit=200).items}


def open_house(folder: Path) -> House:
    """Open what lies in a folder."""
    return House(new_catalogue(folder), PictureStore(folder / "pictures"), GenerationStore(folder / "indexes"))


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Return an empty house."""
    return open_house(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Return one house for all examples of a property."""
    return open_house(tmp_path_factory.mktemp("shared"))


def photos(count: int, first: int = 0) -> list[SourceItem]:
    """Return a source of different pictures."""
    return [source_item(f"k{number:03d}", photo(number)) for number in range(first, first + count)]


def vector_of(number: int, digest: str = DIGEST) -> Vectors:
    """Embed a picture the plain way."""
    predictor = FakePredictor(digest=digest)
    vectors: Vectors = predictor.predict_items(predictor.prepare_item(decode(photo(number)))[None])
    first: Vectors = vectors[0]
    return first


def test_a_build_makes_a_searchable_collection(house: House) -> None:
    """Every picture becomes an item with its own vector, and searching with that vector finds it first."""
    report = house.build(photos(30))
    assert (report.embedded, report.skipped, report.rewritten, report.rejected) == (30, 0, 0, 0)
    assert (report.generation, report.count, report.factory, report.recall) == (1, 30, "Flat", 1.0)
    assert "30" in report.reason
    assert house.catalogue.collection("shoes").model == "fake"
    live = LiveIndex(house.catalogue, house.generations)
    for number in (0, 13, 29):
        best = live.search("shoes", vector_of(number), DIGEST, 1).neighbours[0]
        assert house.catalogue.items("shoes", [best.item_id])[0].key == f"k{number:03d}"
        assert best.score == pytest.approx(1.0, abs=1e-5)
    assert verify(house.catalogue, house.generations, house.pictures, "shoes").problems == ()


def test_folders_are_indexed(house: House, tmp_path: Path) -> None:
    """A folder of pictures, one of them text, goes through the whole run."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(5):
        (folder / f"shoe {number}.png").write_bytes(photo(number))
    (folder / "broken.jpg").write_bytes(b"this is text")
    report = build(house.catalogue, house.pictures, house.generations, FakePredictor(), "shoes", open_source(folder))
    assert (report.embedded, report.rejected) == (5, 1)
    assert [reject.key for reject in house.catalogue.rejects("shoes")] == ["broken.jpg"]


def test_building_again_embeds_nothing(house: House) -> None:
    """The same source a second time: all skipped, no picture predicted, no new generation."""
    house.build(photos(20))
    predictor = FakePredictor()
    report = house.build(photos(20), predictor)
    assert (report.embedded, report.skipped, report.generation) == (0, 20, 1)
    assert predictor.batches == []


def test_only_what_changed_is_embedded(house: House) -> None:
    """New bytes are embedded, new words are written without predicting, new items added, absent ones left alone."""
    house.build(photos(10))
    changed: list[SourceItem] = [
        source_item("k000", photo(100)),
        source_item("k001", photo(1), title="New title", metadata={"colour": "red"}),
        source_item("k002", photo(2)),
        source_item("new", photo(101)),
    ]
    predictor = FakePredictor()
    report = house.build(changed, predictor)
    assert (report.embedded, report.rewritten, report.skipped) == (2, 1, 1)
    assert sum(predictor.batches) == 2
    assert house.catalogue.item("shoes", "k001").metadata == {"colour": "red"}
    assert house.held() == {f"k{number:03d}" for number in range(10)} | {"new"}
    assert (report.generation, report.count) == (2, 11)
    live = LiveIndex(house.catalogue, house.generations)
    best = live.search("shoes", vector_of(100), DIGEST, 1).neighbours[0]
    assert house.catalogue.items("shoes", [best.item_id])[0].key == "k000"


def test_bad_pictures_become_rejects_and_stop_nothing(house: House) -> None:
    """Text, missing files, bad lines and words that break the rules: each leaves its reason, all others are indexed."""
    source: list[SourceItem | SourceReject] = [
        *photos(9),
        source_item("text", b"hello"),
        source_item("gone", FileNotFoundError(2, "No such file or directory")),
        SourceReject("list.csv:7", "The line is broken."),
        source_item("too long", photo(50), title="x" * 100_000),
        *photos(9, 20),
    ]
    report = house.build(source)
    assert (report.embedded, report.rejected) == (18, 4)
    reasons = {reject.key: reject.reason for reject in house.catalogue.rejects("shoes")}
    assert set(reasons) == {"text", "gone", "list.csv:7", "too long"}
    assert reasons["list.csv:7"] == "The line is broken."
    assert "No such file" in reasons["gone"]
    assert "too long" not in house.held()


def test_what_was_mended_is_no_reject_any_more(house: House) -> None:
    """A reject goes when its picture is indexed, also if the item was there all the time."""
    house.build([source_item("a", photo(1)), source_item("b", b"hello")])
    house.build([source_item("a", b"damaged for a day"), source_item("b", photo(2))])
    assert [reject.key for reject in house.catalogue.rejects("shoes")] == ["a"]
    report = house.build([source_item("a", photo(1)), source_item("b", photo(2))])
    assert (report.skipped, report.rejected) == (2, 0)
    assert house.catalogue.rejects("shoes") == []


def test_a_key_that_occurs_twice_is_told(house: House) -> None:
    """The first counts, near or far apart, so that building again finds nothing changed."""
    source = [source_item("a", photo(1)), source_item("a", photo(2)), *photos(LOOKUP), source_item("a", photo(3))]
    for embedded in (LOOKUP + 1, 0):
        report = house.build(source)
        assert (report.embedded, report.rejected) == (embedded, 2)
        assert "more than once" in house.catalogue.rejects("shoes")[0].reason


# Interruptions.


class Interrupted(Exception):
    """Someone pulled the plug."""


@settings(max_examples=12, deadline=None)
@given(count=st.integers(1, MANY), stops=st.lists(st.integers(0, MANY), max_size=4), data=st.data())
def test_nothing_committed_is_embedded_twice_however_often_a_run_stops(
    shared: House, count: int, stops: list[int], data: st.DataObject
) -> None:
    """Each run embeds exactly what is not in the catalogue when it begins, and the last one completes the whole."""
    name = f"c{data.draw(st.uuids())}"
    shared.catalogue.create_collection(name, "fake")

    def broken(stop: int) -> Iterator[SourceItem]:
        yield from photos(count)[:stop]
        raise Interrupted

    embedded = 0
    for stop in stops:
        committed = shared.catalogue.vector_count(name, DIGEST)
        assert committed >= embedded
        predictor = FakePredictor()
        with pytest.raises(Interrupted):
            shared.build(broken(stop), predictor, name)
        assert sum(predictor.batches) <= max(0, min(stop, count) - committed)
        embedded = shared.catalogue.vector_count(name, DIGEST)
        assert shared.catalogue.state(name).published is None
    predictor = FakePredictor()
    report = shared.build(photos(count), predictor, name)
    assert sum(predictor.batches) == report.embedded == count - embedded
    assert (report.skipped, report.count) == (embedded, count)
    assert len(shared.held(name)) == count
    shared.catalogue.delete_collection(name)


KILLED = """
import os, sys
from pathlib import Path
from tests.indexer.test_pipeline import DIGEST, MANY, FakePredictor, open_house, photos

kill = lambda *arguments, **options: os.kill(os.getpid(), 9)
calls = 0

def third(real):
    def call(*arguments, **options):
        global calls
        calls += 1
        return kill() if calls == 3 else real(*arguments, **options)
    return call

def build(moment, house):
    predictor = FakePredictor()
    if moment == "predicting":
        predictor.predict_items = third(predictor.predict_items)
    if moment == "writing":
        house.catalogue.upsert = third(house.catalogue.upsert)
    if moment == "saving pictures":
        house.pictures.save = third(house.pictures.save)
    if moment == "exporting":
        house.catalogue.vectors = kill
    if moment == "publishing":
        house.catalogue.publish = kill
    house.build(photos(MANY), predictor)

# What takes long is to import all this: it is done once, and nothing has computed before a process is forked.
for moment in sys.argv[2:]:
    if os.fork() == 0:
        build(moment, open_house(Path(sys.argv[1]) / moment))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.wait()[1]))
"""
MOMENTS = ("saving pictures", "predicting", "writing", "exporting", "publishing")


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build in a folder for each moment, in a process that is killed then; returns the folder of them."""
    folder = tmp_path_factory.mktemp("killed")
    for moment in MOMENTS:
        (folder / moment).mkdir()
    run = subprocess.run(
        [sys.executable, "-c", KILLED, folder, *MOMENTS],
        cwd=Path(__file__).parents[2],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert run.stdout.split() == ["-9"] * len(MOMENTS)
    return folder


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_build_is_resumed(killed: Path, moment: str) -> None:
    """Killed without warning at any moment, the next run embeds only what was not committed, and all is sound."""
    house = open_house(killed / moment)
    committed = house.catalogue.vector_count("shoes", DIGEST)
    assert house.catalogue.state("shoes").published is None
    assert committed in {
        "saving pictures": [0],
        "predicting": range(2 * BATCH + 1),
        "writing": [2 * BATCH],
    }.get(moment, [MANY])
    predictor = FakePredictor()
    report = house.build(photos(MANY), predictor)
    assert sum(predictor.batches) == report.embedded == MANY - committed
    assert (report.skipped, report.count) == (committed, MANY)
    assert verify(house.catalogue, house.generations, house.pictures, "shoes").generations == 1
    found = LiveIndex(house.catalogue, house.generations).search("shoes", vector_of(0), DIGEST, 2 * MANY)
    assert len(found.neighbours) == MANY


# New weights.


def test_new_weights_are_built_beside_the_old(house: House) -> None:
    """Stored pictures are embedded anew, without the source; until it is published the old generation serves."""
    house.build(photos(20))
    live = LiveIndex(house.catalogue, house.generations)
    served: set[tuple[str, str | None, int]] = set()

    def watch(done: int, total: int | None, stage: str) -> None:
        hits = live.search("shoes", vector_of(3), DIGEST, 50).neighbours
        served.add((stage, live.snapshot("shoes").digest, len(hits)))

    predictor = FakePredictor(digest=NEW_DIGEST)
    report = house.build(None, predictor, progress=watch)
    assert sum(predictor.batches) == report.embedded == 20
    assert (report.digest, report.generation, report.count) == (NEW_DIGEST, 2, 20)
    assert served == {(stage, DIGEST, 20) for stage in ("embed again", "export", "index", "check", "publish")}
    live.load("shoes")
    assert live.snapshot("shoes").digest == NEW_DIGEST
    best = live.search("shoes", vector_of(3, NEW_DIGEST), NEW_DIGEST, 1).neighbours[0]
    assert house.catalogue.items("shoes", [best.item_id])[0].key == "k003"
    again = FakePredictor(digest=NEW_DIGEST)
    assert house.build(None, again).generation == 2
    assert again.batches == []


def test_what_is_written_with_old_weights_meanwhile_is_not_lost(house: House) -> None:
    """An item put with the old weights just before the new ones are published is embedded with them after all."""
    house.build(photos(5))

    def write(done: int, total: int | None, stage: str) -> None:
        if stage == "publish":
            content = photo(77)
            digest = house.pictures.save(content, decode(content))
            draft = ItemDraft("late", picture=digest, vectors={DIGEST: vector_of(77)})
            house.catalogue.upsert("shoes", [draft])

    report = house.build(None, FakePredictor(digest=NEW_DIGEST), progress=write)
    assert (report.embedded, report.count) == (6, 5)
    live = LiveIndex(house.catalogue, house.generations)
    best = live.search("shoes", vector_of(77, NEW_DIGEST), NEW_DIGEST, 1).neighbours[0]
    assert house.catalogue.items("shoes", [best.item_id])[0].key == "late"


def test_a_lost_picture_is_a_reject_and_the_others_are_embedded(house: House) -> None:
    """What cannot be embedded anew, since its stored picture is gone, says so."""
    house.build(photos(5))
    lost = house.catalogue.item("shoes", "k002").picture
    assert lost is not None
    house.pictures.open(lost).unlink()
    report = house.build(None, FakePredictor(digest=NEW_DIGEST))
    assert (report.embedded, report.rejected, report.count) == (4, 1, 4)
    assert [reject.key for reject in house.catalogue.rejects("shoes")] == ["k002"]


def test_the_weights_used_are_kept(house: House) -> None:
    """A build asks the store of checkpoints to keep a copy before it embeds anything."""
    kept: list[Checkpoint] = []
    predictor = FakePredictor()

    class Store:
        def keep(self, checkpoint: Checkpoint) -> Checkpoint:
            assert predictor.batches == []
            kept.append(checkpoint)
            return checkpoint

    house.build(photos(2), predictor, checkpoints=Store())
    assert kept == [predictor.checkpoint]


# What is refused.


def test_a_build_needs_a_collection_or_a_source(house: House) -> None:
    """Without both there is nothing to build, and nothing is made."""
    with pytest.raises(UnknownCollection):
        house.build(None)
    assert house.catalogue.collections() == []


def test_another_model_is_refused(house: House) -> None:
    """A collection is embedded by one model for all its life."""
    house.catalogue.create_collection("shoes", "sketch")
    with pytest.raises(WrongModel, match="sketch"):
        house.build(photos(1))


def test_two_builds_at_once_are_refused(house: House) -> None:
    """The second build of a collection is told to wait, before it embeds anything."""
    house.build(photos(1))
    target = house.catalogue.collection("shoes")
    predictor = FakePredictor()
    with house.generations.of(target.id, "shoes").exclusive(), pytest.raises(BuildRunning):
        house.build(photos(5), predictor)
    assert predictor.batches == []


# How it runs.


class WaitingPredictor(FakePredictor):
    """Predicts its first batch only once a picture of the next batch has been prepared."""

    def __init__(self) -> None:
        super().__init__()
        self.prepared = 0
        self.beyond = threading.Event()
        self._counting = threading.Lock()

    def prepare_item(self, picture: Any) -> Tensor:
        """Count."""
        with self._counting:
            self.prepared += 1
            if self.prepared > BATCH:
                self.beyond.set()
        return super().prepare_item(picture)

    def predict_items(self, batch: Tensor) -> Vectors:
        """Wait, then embed."""
        assert self.beyond.wait(30), "reading waits for predicting"
        return super().predict_items(batch)


def test_reading_goes_on_while_the_network_is_at_work(house: House) -> None:
    """The first batch is predicted only after a later picture was prepared: so reading did not wait for it."""
    assert house.build(photos(MANY), WaitingPredictor()).embedded == MANY


def test_a_source_is_not_read_far_ahead(house: House) -> None:
    """However long the source, only so many items are taken from it before their turn: memory is bounded."""
    taken = 0
    predictor = FakePredictor()
    ahead: list[int] = []

    def endless() -> Iterator[SourceItem]:
        nonlocal taken
        for number in range(400):
            taken += 1
            ahead.append(taken - sum(predictor.batches))
            yield source_item(f"k{number}", photo(number % 7))

    house.build(endless(), predictor)
    assert max(ahead) <= 3 * BATCH + 2 + LOOKUP + 1


def test_progress_counts_what_is_committed(house: House) -> None:
    """Progress rises to the size of the source, and never says more than the catalogue holds."""
    told: list[tuple[int, int | None, str]] = []

    def hear(done: int, total: int | None, stage: str) -> None:
        told.append((done, total, stage))
        if stage == "embed":
            assert house.catalogue.collection("shoes").items >= done - 1

    house.build([*photos(MANY), source_item("bad", b"x")], progress=hear)
    embedding = [done for done, total, stage in told if stage == "embed" and total == MANY + 1]
    assert embedding == sorted(embedding)
    assert embedding[-1] == MANY + 1
    assert [stage for _, _, stage in told if stage != "embed"] == ["export", "index", "check", "publish"]


def test_the_three_stopwatches_show_work_and_never_more_than_passed(house: House) -> None:
    """Each stage took some time, and none more than the run."""
    start = time.perf_counter()
    report = house.build(photos(20))
    passed = time.perf_counter() - start
    for seconds in (report.read_s, report.embed_s, report.write_s, report.index_s):
        assert 0 < seconds <= passed


def test_vectors_do_not_depend_on_how_a_run_was_divided(shared: House) -> None:
    """Built at once or in pieces, every item has the vector that embedding it alone gives."""
    shared.catalogue.create_collection("pieces", "fake")
    for end in (5, 6, 23):
        shared.build(photos(end), collection="pieces")
    page = shared.catalogue.vectors("pieces", DIGEST)
    assert [row.tolist() for row in page.vectors] == [vector_of(number).tolist() for number in range(23)]
