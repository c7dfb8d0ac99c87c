"""Generations on disk: nothing half written is ever seen, and nothing damaged is ever loaded."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.generations import BuildRunning, Generation, Generations, GenerationStore
from indexer.manifests import (
    FILES,
    IDS_FILE,
    MANIFEST_FILE,
    CorruptGeneration,
    Manifest,
    MissingGeneration,
    read_manifest,
)
from indexer.vectors.faiss import VECTORS_FILE
from indexer.vectors.writing import FaissWriter
from models.contracts import Vectors
from tests.indexer.vectors.clusters import clustered

DIGEST = "ab" * 32


def manifest(number: int, count: int) -> Manifest:
    """Describe a generation."""
    return Manifest(
        collection="shoes",
        collection_id=1,
        number=number,
        model="fake",
        digest=DIGEST,
        dim=16,
        count=count,
        change_seq=7,
        factory="Flat",
        reason="a test",
        effort=None,
        recall=1.0,
        created_at="2026-01-01T00:00:00+00:00",
    )


def write(generations: Generations, number: int, vectors: Vectors) -> Manifest:
    """Build and place a generation whose ids are 10, 20, 30 and so on."""
    with generations.exclusive(), generations.aside() as folder:
        with FaissWriter(folder, vectors.shape[1]) as writer:
            writer.add(vectors)
            writer.build("Flat")
        np.save(folder / IDS_FILE, 10 * np.arange(1, len(vectors) + 1, dtype=np.int64))
        return generations.place(folder, manifest(number, len(vectors)))


@pytest.fixture
def generations(tmp_path: Path) -> Generations:
    """Return the generations of a new collection."""
    return GenerationStore(tmp_path).of(1, "shoes")


def test_what_is_written_is_what_is_loaded(generations: Generations) -> None:
    """Manifest, ids and vectors survive the way to the disk and back, and the index finds them."""
    vectors = clustered(50)
    sealed = write(generations, 3, vectors)
    assert generations.numbers() == [3]
    generation = generations.open(3)
    assert generation.manifest == generations.manifest(3) == sealed
    assert set(sealed.files or {}) == set(FILES)
    assert generation.ids.tolist() == generations.ids(3).tolist() == list(range(10, 501, 10))
    assert np.array_equal(generation.index.vectors(np.arange(50)), vectors)
    assert generation.index.search(vectors[[7]], 1).positions[0, 0] == 7


def test_a_collection_without_builds_has_no_generations(generations: Generations) -> None:
    """Nothing on disk is no error until a number is asked for, and then the error says what to run."""
    assert generations.numbers() == []
    for asked in (generations.open, generations.ids):
        with pytest.raises(MissingGeneration, match="likeness index build shoes"):
            asked(1)


@pytest.mark.parametrize("left", [None, 0, 9, 130])
def test_ids_that_cannot_be_read_are_said(generations: Generations, left: int | None) -> None:
    """A file of ids that is gone, empty or cut short holds nobody knows whom."""
    write(generations, 1, clustered(4))
    path = generations.folder(1) / IDS_FILE
    content = path.read_bytes()
    path.unlink()
    if left is not None:
        path.write_bytes(content[:left])
    with pytest.raises(CorruptGeneration):
        generations.ids(1)


@given(held=st.sets(st.integers(0, 60)), asked=st.sets(st.integers(0, 60)))
def test_positions_are_those_of_the_ids_held(held: set[int], asked: set[int]) -> None:
    """For any ids, exactly those that the generation holds are found, where they lie."""
    ids = np.array(sorted(held), dtype=np.int64)
    generation = Generation(manifest(1, len(ids)), ids, None)  # type: ignore[arg-type]  # positions need no index
    wanted = np.array(sorted(asked), dtype=np.int64)
    assert ids[generation.positions(wanted)].tolist() == sorted(held & asked)


@pytest.mark.parametrize("name", [*FILES, MANIFEST_FILE])
@pytest.mark.parametrize("damage", ["flip", "cut", "lose"])
def test_damage_to_any_file_is_found_before_it_is_used(generations: Generations, name: str, damage: str) -> None:
    """A changed bit, a cut end or a missing file: an error that names the command to run."""
    write(generations, 1, clustered(50))
    path = generations.folder(1) / name
    content = bytearray(path.read_bytes())
    if damage == "lose":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    else:
        content[0] ^= 1
        path.write_bytes(content)
    expected = MissingGeneration if (name, damage) == (MANIFEST_FILE, "lose") else CorruptGeneration
    with pytest.raises(expected, match="likeness index build shoes"):
        generations.open(1)


def test_sound_files_that_do_not_belong_together_are_refused(generations: Generations) -> None:
    """Right checksums do not help a generation whose count, vectors or index disagree."""
    write(generations, 1, clustered(50))
    path = generations.folder(1) / MANIFEST_FILE
    stated = json.loads(path.read_bytes())
    path.write_text(json.dumps({**stated, "count": 49}))
    with pytest.raises(CorruptGeneration, match="49 vectors"):
        generations.open(1)


def test_an_index_of_other_vectors_fails_its_canaries(generations: Generations) -> None:
    """An index that does not find the vectors beside it is damaged, however well its checksums fit."""
    with generations.exclusive(), generations.aside() as folder:
        with FaissWriter(folder, 16) as writer:
            writer.add(clustered(50, seed=1))
            writer.build("Flat")
        clustered(50, seed=2).tofile(folder / VECTORS_FILE)
        np.save(folder / IDS_FILE, np.arange(50))
        generations.place(folder, manifest(1, 50))
    with pytest.raises(CorruptGeneration, match="find themselves"):
        generations.open(1)


def test_a_failed_build_leaves_nothing(generations: Generations, tmp_path: Path) -> None:
    """An error before the folder is placed removes it."""

    def fail() -> None:
        with generations.exclusive(), generations.aside() as folder:
            (folder / "half").write_bytes(b"x")
            message = "stop"
            raise KeyError(message)

    with pytest.raises(KeyError):
        fail()
    assert generations.numbers() == []
    assert [path.name for path in (tmp_path / "1").iterdir()] == [".lock"]


def test_a_generation_is_never_written_over(generations: Generations) -> None:
    """Placing a number that exists is an error, and the one that exists stays."""
    write(generations, 1, clustered(50))
    with pytest.raises(OSError, match="not empty"):
        write(generations, 1, clustered(60))
    assert generations.open(1).manifest.count == 50


KILLED = """
import os, sys
from pathlib import Path
from indexer.generations import GenerationStore
generations = GenerationStore(Path(sys.argv[1])).of(1, "shoes")
with generations.exclusive(), generations.aside() as folder:
    (folder / "vectors.f32").write_bytes(b"half")
    os.kill(os.getpid(), 9)
"""


def test_what_a_killed_build_leaves_is_ignored_and_swept(generations: Generations, tmp_path: Path) -> None:
    """A killed build's folder is no generation, its lock is free, and the next build removes what it left."""
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert killed.returncode == -9
    assert generations.numbers() == []
    assert len(list((tmp_path / "1").glob(".new-*"))) == 1
    write(generations, 1, clustered(50))
    assert list((tmp_path / "1").glob(".new-*")) == []
    assert generations.numbers() == [1]


def test_two_builds_of_one_collection_exclude_each_other(tmp_path: Path) -> None:
    """The second is told to wait; builds of other collections go on; afterwards the way is free."""
    store = GenerationStore(tmp_path)
    with store.of(1, "shoes").exclusive():
        with pytest.raises(BuildRunning, match="shoes"), store.of(1, "shoes").exclusive():
            pass
        with store.of(2, "boots").exclusive():
            pass
    with store.of(1, "shoes").exclusive():
        pass


def test_a_discarded_generation_goes_on_answering_for_those_who_have_it(generations: Generations) -> None:
    """Removing the files disturbs no search that began before; discarding twice is no error."""
    vectors = clustered(50)
    write(generations, 1, vectors)
    generation = generations.open(1)
    generations.discard(1)
    generations.discard(1)
    assert generations.numbers() == []
    allowed = np.zeros(50, dtype=bool)
    allowed[[3, 4]] = True
    assert set(generation.index.search(vectors[[3]], 2, allowed).positions[0].tolist()) == {3, 4}


def test_memory_is_freed_with_the_last_reference(generations: Generations) -> None:
    """A generation nobody holds is gone, without anyone closing it."""
    write(generations, 1, clustered(50))
    generation = generations.open(1)
    trace = weakref.ref(generation)
    del generation
    gc.collect()
    assert trace() is None


def test_forgetting_a_collection_removes_its_files(tmp_path: Path) -> None:
    """Other collections keep theirs."""
    store = GenerationStore(tmp_path)
    for collection in (1, 2):
        write(store.of(collection, "shoes"), 1, clustered(5))
    store.forget(1)
    store.forget(1)
    assert [path.name for path in tmp_path.iterdir()] == ["2"]


def test_a_manifest_with_unknown_words_is_corrupt(tmp_path: Path) -> None:
    """A manifest of a later release is refused rather than guessed at."""
    (tmp_path / MANIFEST_FILE).write_text('{"colour": "red"}')
    with pytest.raises(CorruptGeneration, match="manifest"):
        read_manifest(tmp_path, 1, "shoes")
