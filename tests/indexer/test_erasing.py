"""Erasing, judged by looking for bytes in all files of a data folder: found before, not found after."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer import erasing
from indexer.building import build_generation
from indexer.catalogue import Catalogue, ItemDraft, Once, UnknownCollection, open_catalogue, parse_filter
from indexer.erasing import Erasure, erase, overdue
from indexer.generations import BuildRunning, Generations, GenerationStore
from indexer.locking import hold
from indexer.pictures import PictureStore
from models.contracts import Vectors
from models.images import decode
from tests.indexer.pictured import photo
from tests.indexer.stock import NEW, OLD, new_catalogue

DIM = 24
PEOPLE = 6


class Killed(BaseException):
    """Stands for a kill: nobody catches it."""


def vector_of(number: int, digest: str) -> Vectors:
    """Return a vector that no other picture and no other weights have."""
    generator = np.random.default_rng([number, int(digest[:4], 16)])
    return generator.standard_normal(DIM, dtype=np.float32)


def name_of(number: int) -> str:
    """Return a name that stands nowhere else."""
    return f"Person-{number:04d}-of-the-test"


@dataclass(frozen=True)
class House:
    """A data folder."""

    home: Path
    catalogue: Catalogue
    pictures: PictureStore
    generations: GenerationStore

    def draft(self, key: str, number: int, identity: str, *digests: str) -> ItemDraft:
        """Return an item whose picture is stored."""
        content = photo(number)
        digest = self.pictures.save(content, decode(content))
        metadata = {"identity": identity, "name": name_of(number)}
        vectors = {weights: vector_of(number, weights) for weights in digests or (OLD,)}
        return ItemDraft(key, f"Seen {name_of(number)}", metadata, digest, None, vectors)

    def put(self, key: str, number: int, identity: str, *digests: str, collection: str = "people") -> None:
        """Store an item."""
        self.catalogue.upsert(collection, [self.draft(key, number, identity, *digests)])

    def build(self, digest: str = OLD) -> int:
        """Publish a generation and return its number."""
        target = self.catalogue.collection("people")
        with hold(self.catalogue, self.store, "people") as held:
            return build_generation(
                self.catalogue, held, target, digest, DIM, progress=lambda done, total, stage: None
            ).number

    @property
    def store(self) -> Generations:
        """The generations of the people."""
        return self.generations.of(self.catalogue.collection("people").id, "people")

    def erase(self, identity: str, *keys: str) -> Erasure:
        """Erase somebody, as the command does."""
        ids = self.catalogue.allowed("people", parse_filter({"identity": identity}))
        return erase(
            self.catalogue,
            self.pictures,
            self.generations,
            "people",
            ids,
            keys,
            progress=lambda done, total, stage: None,
        )

    def holding(self, needle: bytes) -> set[str]:
        """Return the files that hold some bytes."""
        files = (path for path in self.home.rglob("*") if path.is_file())
        return {path.relative_to(self.home).as_posix() for path in files if needle in path.read_bytes()}

    def traces(self, number: int) -> dict[str, bytes]:
        """Return what would tell of a picture: its bytes, its thumbnail's, its name and its vectors."""
        content = photo(number)
        digest = self.pictures.save(content, decode(content))
        small = self.pictures.thumbnail(digest)
        assert small is not None
        return {
            "picture": self.pictures.open(digest).read_bytes(),
            "thumbnail": small.read_bytes(),
            "name": name_of(number).encode(),
            "digest": digest.encode(),
            **{weights: vector_of(number, weights).astype("<f4").tobytes() for weights in (OLD, NEW)},
        }

    def found(self, traces: Mapping[str, bytes]) -> set[str]:
        """Return which of the traces are in some file."""
        return {kind for kind, needle in traces.items() if self.holding(needle)}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Store six pictures of three people, in three generations of two weights."""
    home = tmp_path_factory.mktemp("built")
    made = House(home, new_catalogue(home), PictureStore(home / "pictures"), GenerationStore(home / "indexes"))
    made.catalogue.create_collection("people", "fake")
    for number in range(PEOPLE):
        made.put(f"{number}.jpg", number, str(number % 3), OLD, NEW)
        if number in {2, 4}:
            made.build()
    made.build(NEW)
    return home


@pytest.fixture
def house(built: Path, tmp_path: Path) -> Iterator[House]:
    """Return a copy of the pictures and generations, which somebody else has open too."""
    home = tmp_path / "var"
    shutil.copytree(built, home)
    url = f"sqlite:///{home / 'likeness.db'}"
    with open_catalogue(url) as catalogue, open_catalogue(url) as other:
        other.state("people")
        yield House(home, catalogue, PictureStore(home / "pictures"), GenerationStore(home / "indexes"))


def test_no_file_holds_a_byte_of_who_was_erased(house: House) -> None:
    """Pictures, thumbnails, names and vectors were in the files and are not any more; those of the others still are."""
    erased, kept = [house.traces(number) for number in (1, 4)], [house.traces(number) for number in (0, 2, 3, 5)]
    house.catalogue.reject("people", "1.jpg", f"It is like {name_of(1)}.")
    once = Once("batch", "0c" * 32, lambda items: " ".join(item.title for item in items))
    house.catalogue.upsert_once("people", [house.draft("4.jpg", 4, "1", OLD, NEW)], once)
    assert all(house.found(traces) == set(traces) for traces in [*erased, *kept])
    done = house.erase("1")
    assert [house.found(traces) for traces in erased] == [set(), set()]
    assert all(house.found(traces) == set(traces) for traces in kept)
    assert (done.items, done.pictures, done.vectors, done.rejects) == (2, 2, 4, 1)
    # All three held the first of them.
    assert (done.generations, done.published, done.unclaimed) == ((1, 2, 3), 4, 0)
    assert (house.home / "likeness.db-wal").stat().st_size == 0


def test_what_is_left_is_a_sound_collection(house: House) -> None:
    """The new generation holds the living, with the weights that searches used, and is the only one."""
    house.erase("1")
    state = house.catalogue.state("people")
    assert house.store.numbers() == [4]
    assert [record.number for record in house.catalogue.generations("people")] == [4]
    assert (state.published, state.digest) == (4, NEW)
    assert house.store.open(4).ids.tolist() == house.catalogue.ids("people").tolist()
    assert house.catalogue.collection("people").items == 4


def test_a_generation_without_them_stays(house: House) -> None:
    """Who came after a generation was built is not in it, and it can still be gone back to."""
    done = house.erase("none", "9.jpg")
    assert (done.items, done.generations, done.published) == (0, (), 3)
    house.put("late.jpg", 77, "late", OLD, NEW)
    done = house.erase("late")
    assert (done.items, done.generations, done.published) == (1, (), 3)
    assert house.store.numbers() == [1, 2, 3]
    assert house.found(house.traces(77)) == {"picture", "thumbnail"}  # which looking for them has stored again


def test_a_picture_that_another_item_shows_stays(house: House) -> None:
    """Of the same collection or another one: the picture stays for it, and goes with the last of them."""
    traces = house.traces(1)
    house.catalogue.create_collection("others", "fake")
    house.put("same.jpg", 1, "x", collection="others")
    house.put("again.jpg", 4, "2", OLD, NEW)
    assert house.erase("1").pictures == 0
    assert {"picture", "thumbnail"} <= house.found(traces)
    house.catalogue.delete_collection("others")
    assert house.erase("2").pictures == 3


def test_former_pictures_and_vectors_go_too(house: House) -> None:
    """What an item showed before is erased with it: at once from the generations, after an hour from the pictures."""
    before = house.traces(1)
    house.put("1.jpg", 50, "1", OLD, NEW)
    done = house.erase("1")
    assert done.unclaimed == 1
    assert house.found(before) == {"picture", "thumbnail"}
    for path in house.home.glob("pictures/*/*/*"):
        os.utime(path, (0, 0))
    assert house.erase("1").pictures == 1
    assert house.found(before) == set()


def test_what_was_only_deleted_before_is_erased_as_well(house: House) -> None:
    """Rows that `items delete` took leave the files with the next erasure, and so do generations that hold them."""
    traces = house.traces(1)
    del traces["picture"], traces["thumbnail"]
    house.catalogue.delete("people", "1.jpg")
    assert house.found(traces) >= {OLD, NEW}
    assert house.erase("nobody").generations == (1, 2, 3)
    assert house.found(traces) == set()


def test_the_last_person_leaves_an_empty_index(house: House) -> None:
    """A collection from which everybody was erased is searched as an empty one."""
    for identity in "012":
        house.erase(identity)
    assert house.catalogue.collection("people").items == 0
    assert len(house.store.open(house.store.numbers()[0]).ids) == 0


def test_a_collection_that_was_never_built_is_erased_from(house: House) -> None:
    """Where nothing is published nothing is built."""
    house.catalogue.create_collection("new", "fake")
    house.put("a", 60, "1", collection="new")
    ids = house.catalogue.ids("new")
    done = erase(
        house.catalogue, house.pictures, house.generations, "new", ids, progress=lambda done, total, stage: None
    )
    assert (done.items, done.generations, done.published) == (1, (), None)


@pytest.mark.parametrize(("days", "gone"), [(None, 0), (3, 0), (2, 6), (1, 6)])
def test_what_is_kept_too_long_is_overdue(house: House, days: int | None, gone: int) -> None:
    """Items are overdue once they have their picture for more days than their collection states, never before."""
    written = max(item.updated_at for item in house.catalogue.page("people").items)
    collection = house.catalogue.change_collection("people", {"keep_days": days})
    now = written + timedelta(days=2, seconds=1)
    assert len(overdue(house.catalogue, collection, now)) == gone


STEPS: dict[str, tuple[Any, str]] = {
    "before the rows": (Catalogue, "erase"),
    "before the prune": (PictureStore, "prune"),
    "before the build": (erasing, "build_generation"),
    "before generations go": (Catalogue, "forget_generation"),
    "within a generation": (Generations, "discard"),
    "before the scrub": (Catalogue, "scrub"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_run_is_simply_run_again(house: House, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Wherever the first run ended, the second one erases what is left."""
    traces = [house.traces(number) for number in (1, 4)]
    owner, name = STEPS[step]
    owner = type(house.catalogue) if owner is Catalogue else owner
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, _killed)
        with pytest.raises(Killed):
            house.erase("1")
    assert any(house.found(found) for found in traces)
    house.erase("1")
    assert [house.found(found) for found in traces] == [set(), set()]
    assert house.catalogue.collection("people").items == 4


@pytest.mark.parametrize("lost", ["ids.npy", "*"])
def test_a_generation_that_cannot_be_read_may_hold_anything(house: House, lost: str) -> None:
    """It goes, and one that is sound takes its place."""
    for path in house.store.folder(3).glob(lost):
        path.unlink()
    done = house.erase("nobody")
    assert (done.generations, done.published) == ((3,), 4)
    assert len(house.store.open(4).ids) == PEOPLE


def test_nobody_builds_meanwhile(house: House) -> None:
    """While an indexer is at work nothing is erased, and an unknown collection is said."""
    with hold(house.catalogue, house.store, "people"), pytest.raises(BuildRunning):
        house.erase("1")
    assert house.catalogue.collection("people").items == PEOPLE
    with pytest.raises(UnknownCollection):
        erase(house.catalogue, house.pictures, house.generations, "x", [], progress=lambda done, total, stage: None)


def _killed(*_: object, **__: object) -> None:
    raise Killed
