"""The power is cut, or the disk fails, at every call of every step: what follows is the old state or the new one."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from indexer.catalogue import Catalogue, ItemDraft, database
from indexer.disk import DiskUnwritable
from indexer.generations import GenerationStore
from indexer.live import LiveIndex
from indexer.maintenance import prune, rollback
from indexer.pictures import PictureStore
from indexer.verification import verify
from models.checkpoints import CheckpointStore
from models.images import decode
from tests.faults.conftest import Faults
from tests.faults.disk import Disk, PowerCut
from tests.faults.histories import EveryPicture
from tests.faults.oracle import QUERY
from tests.indexer.pictured import photo
from tests.indexer.stock import OLD, build, new_catalogue, put, vector_of

_PREPARE = database._prepare_sqlite  # noqa: SLF001 - no user may turn off what makes writes durable
COMMITS = ("upsert", "publish", "forget_generation")
FAILURES = ((errno.ENOSPC, False), (errno.EROFS, True), (errno.EIO, False))
"""What a call fails with, and whether all after it do too."""

KEPT = ((0, 0), (1, 0.5), (1, 1))
"""How many names, and how much of each file, a power cut leaves of what was not flushed."""

ITEMS = 6


@dataclass(frozen=True)
class House:
    """A catalogue, and the folder on the disk that may be cut off."""

    catalogue: Catalogue
    home: Path

    @property
    def store(self) -> GenerationStore:
        """Where generations lie; opened anew, as by another process."""
        return GenerationStore(self.home / "indexes")

    @property
    def pictures(self) -> PictureStore:
        """Where pictures lie."""
        return PictureStore(self.home / "pictures")

    @property
    def checkpoints(self) -> CheckpointStore:
        """Where weights lie."""
        return CheckpointStore(self.home / "checkpoints", self.home / "none")


@dataclass(frozen=True)
class Deed:
    """Something that is cut off.

    Attributes:
        name: for people.
        prepare: what was done before, and is on the disk.
        act: what is cut off.
        check: fails unless the house is as it was before, or as it is to be after.
        finish: what must be possible whatever became of it, and leaves no trace.
    """

    name: str
    prepare: Callable[[House], object]
    act: Callable[[House], object]
    check: Callable[[House], object]
    finish: Callable[[House], object]


# Pictures.


def save_picture(house: House, number: int = 1) -> None:
    """Store a picture and then the row that refers to it, as a server does."""
    content = photo(number)
    digest = house.pictures.save(content, decode(content))
    house.catalogue.upsert("shoes", [ItemDraft(str(number), picture=digest)])


def check_pictures(house: House) -> None:
    """Every picture that an item refers to is there, all of it, and so is its thumbnail; no name stands for others."""
    for digest in house.catalogue.pictures():
        assert hashlib.sha256(house.pictures.open(digest).read_bytes()).hexdigest() == digest
    for path in (house.home / "pictures" / "originals").glob("*/[0-9a-f]*"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
        kept = house.pictures.thumbnail(path.name)
        with Image.open(kept or io.BytesIO(house.pictures.new_thumbnail(path.name))) as small:
            small.load()
            assert small.size == (24, 24)


def finish_picture(house: House) -> None:
    """The picture can be stored after all, and nothing is left aside for ever."""
    save_picture(house)
    check_pictures(house)
    assert house.catalogue.item("shoes", "1").picture is not None
    house.pictures.prune(house.catalogue.pictures(), grace_s=-1)
    left = {path.name for path in (house.home / "pictures").rglob("*") if path.is_file()}
    assert left == {name for digest in house.catalogue.pictures() for name in (digest, f"{digest}.jpg")}


# Generations.


def stock(house: House, generations: int = 1) -> None:
    """Write items, build some generations, and write once more."""
    for number in range(ITEMS - 2):
        put(house.catalogue, "shoes", str(number), number)
    for number in range(generations):
        put(house.catalogue, "shoes", str(ITEMS - 2), number)
        build(house.catalogue, house.store, "shoes")
    put(house.catalogue, "shoes", str(ITEMS - 1), ITEMS - 1)


def check_index(house: House) -> None:
    """Another process loads what is published, finds every item by its own vector, and all that SQL knows is there."""
    live = LiveIndex(house.catalogue, house.store)
    try:
        live.load("shoes")
        found = live.search("shoes", QUERY, OLD, ITEMS + 1).neighbours
    finally:
        live.close()
    expected = {
        item.id: float(vector_of(int(item.picture or "", 16), OLD) @ QUERY)
        for item in house.catalogue.page("shoes").items
    }
    assert {hit.item_id: hit.score for hit in found} == expected
    collection = house.catalogue.collection("shoes")
    store = house.store.of(collection.id, "shoes")
    for record in house.catalogue.generations("shoes"):
        assert store.check(record.number).count == record.count


def finish_index(house: House) -> None:
    """A build and a pruning leave exactly what the catalogue knows."""
    build(house.catalogue, house.store, "shoes")
    prune(house.catalogue, house.store, "shoes", keep=1)
    check_index(house)
    assert verify(house.catalogue, house.store, EveryPicture(Path()), "shoes").problems == ()
    folder = house.home / "indexes" / str(house.catalogue.collection("shoes").id)
    published = house.catalogue.state("shoes").published
    assert {path.name for path in folder.iterdir()} == {".lock", f"{published:06}"}


# Weights.


def save_weights(house: House) -> None:
    """Store weights, and then an item that is embedded with them."""
    kept = house.checkpoints.save("fake", "net", {"weight": torch.ones(3)}, {"preprocessing": 1})
    put(house.catalogue, "shoes", "a", 1, kept.digest)


def check_weights(house: House) -> None:
    """What is listed can be loaded, and what an item needs is listed."""
    listed = house.checkpoints.all("fake")
    for checkpoint in listed:
        assert house.checkpoints.load(checkpoint)["weight"].tolist() == [1, 1, 1]
    needed = house.catalogue.state("shoes").digest
    assert needed is None or needed in {checkpoint.digest for checkpoint in listed}


DEEDS = (
    Deed("save the first picture", lambda house: None, save_picture, check_pictures, finish_picture),
    Deed("save a second picture", lambda house: save_picture(house, 2), save_picture, check_pictures, finish_picture),
    Deed("save a picture again", save_picture, save_picture, check_pictures, finish_picture),
    Deed(
        "build the first index",
        lambda house: stock(house, 0),
        lambda house: build(house.catalogue, house.store, "shoes"),
        check_index,
        finish_index,
    ),
    Deed(
        "build the next index",
        stock,
        lambda house: build(house.catalogue, house.store, "shoes"),
        check_index,
        finish_index,
    ),
    Deed(
        "roll back",
        lambda house: stock(house, 2),
        lambda house: rollback(house.catalogue, house.store, "shoes"),
        check_index,
        finish_index,
    ),
    Deed(
        "prune",
        lambda house: stock(house, 3),
        lambda house: prune(house.catalogue, house.store, "shoes", keep=1),
        check_index,
        finish_index,
    ),
    Deed("save weights", lambda house: None, save_weights, check_weights, save_weights),
)


def prepared(deed: Deed, folder: Path) -> House:
    """Make a house in which a deed can be done."""
    (folder / "sql").mkdir(parents=True)
    (folder / "home").mkdir()
    house = House(new_catalogue(folder / "sql"), folder / "home")
    house.catalogue.create_collection("shoes", "fake")
    deed.prepare(house)
    return house


def attempt(deed: Deed, house: House, disk: Disk) -> bool:
    """Do a deed on a disk; returns whether it came to its end. A cut or a failure ends it early, nothing else may."""
    with ExitStack() as stack:
        for name in COMMITS:
            stack.enter_context(disk.around(house.catalogue, name))
        stack.enter_context(disk.spinning())
        with suppress(PowerCut, DiskUnwritable, OSError):
            deed.act(house)
            return True
    return False


def calls(deed: Deed, folder: Path) -> list[str]:
    """Do a deed undisturbed, and return what it calls."""
    house = prepared(deed, folder)
    disk = Disk(house.home)
    assert attempt(deed, house, disk)
    disk.close()
    deed.check(house)
    return disk.calls


@pytest.fixture(params=DEEDS, ids=lambda deed: deed.name)
def deed(request: pytest.FixtureRequest) -> Deed:
    """Each of them."""
    found: Deed = request.param
    return found


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for the real disk, whose power stays on."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(database, "_prepare_sqlite", prepare_sqlite)


def prepare_sqlite(connection: Any, record: object) -> None:
    """Set SQLite up as always, and let it not wait either."""
    _PREPARE(connection, record)
    connection.execute("PRAGMA synchronous = OFF")


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Path]:
    """Folders that nobody had before."""
    return (tmp_path / str(number) for number in range(1_000_000))


def test_after_a_power_cut_there_is_the_old_state_or_the_new(
    deed: Deed, folders: Iterator[Path], faults: Faults
) -> None:
    """Cut at each call; with nothing, everything or any part of the unflushed on the disk; then all goes on."""
    chance = random.Random(faults.seed)
    steps = calls(deed, next(folders))
    for step in range(len(steps) + 1):
        house = prepared(deed, next(folders))
        disk = Disk(house.home, cut_at=step)
        assert attempt(deed, house, disk) == (step == len(steps))
        for names, content in (*KEPT, *[(None, None)] * faults.cuts):
            home = disk.after_the_cut(next(folders), chance, names, content)
            deed.check(replace(house, home=home))
        deed.finish(replace(house, home=home))
        disk.close()


def test_after_a_failure_there_is_the_old_state_or_the_new(deed: Deed, folders: Iterator[Path], faults: Faults) -> None:
    """Each call fails, once or from then on; the same process goes on, and can do it once the disk is well again."""
    steps = calls(deed, next(folders))
    chance = random.Random(faults.seed)
    failures = [(step, *failure) for step in range(len(steps)) for failure in chance.sample(FAILURES, faults.failures)]
    for step, error, fails_on in failures:
        house = prepared(deed, next(folders))
        disk = Disk(house.home, fail_at=step, fails_on=fails_on, error=error)
        attempt(deed, house, disk)
        disk.close()
        deed.check(house)
        deed.finish(house)
