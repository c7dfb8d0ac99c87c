"""`FaissWriter`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.vectors import writing
from indexer.vectors.contracts import InvalidFactory, VectorWriter
from indexer.vectors.faiss import open_index
from indexer.vectors.writing import FaissWriter, make_index
from tests.indexer.vectors.clusters import clustered


def test_blocks_of_any_size_make_one_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors added in pieces are numbered in the order of adding, whatever the size of the blocks read back."""
    monkeypatch.setattr(writing, "BLOCK", 7)
    vectors = clustered(100)
    with FaissWriter(tmp_path, 16) as writer:
        promised: VectorWriter = writer
        for start, end in [(0, 1), (1, 40), (40, 40), (40, 100)]:
            promised.add(vectors[start:end])
        assert promised.count == 100
        files = promised.build("Flat")
    assert {file.name for file in files} == {file.name for file in tmp_path.iterdir()}
    index = open_index(tmp_path, 16)
    assert np.array_equal(index.vectors(np.arange(100)), vectors)
    assert index.search(vectors, 1).positions[:, 0].tolist() == list(range(100))


def test_training_takes_a_bounded_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More vectors than the sample still make a trained index that holds all of them."""
    monkeypatch.setattr(writing, "TRAINING_VECTORS", 400)
    vectors = clustered(1000)
    with FaissWriter(tmp_path, 16) as writer:
        writer.add(vectors)
        writer.build("IVF8,Flat")
    assert open_index(tmp_path, 16).count == 1000


def test_vectors_of_another_length_are_refused(tmp_path: Path) -> None:
    """A writer takes vectors of its length only."""
    with FaissWriter(tmp_path, 16) as writer, pytest.raises(ValueError, match="16"):
        writer.add(clustered(5, dim=8))


@pytest.mark.parametrize("factory", ["", "Flot", "IDMap,Flat", "IDMap2,HNSW8", "PQ7"])
def test_impossible_factories_are_refused_by_name(factory: str) -> None:
    """A factory that FAISS does not know, or that numbers its own vectors, is an error that quotes it."""
    with pytest.raises(InvalidFactory, match=repr(factory)):
        make_index(factory, 16)


def test_too_few_vectors_to_train_is_an_error(tmp_path: Path) -> None:
    """An index that needs more vectors than there are says so."""
    with FaissWriter(tmp_path, 16) as writer:
        writer.add(clustered(10))
        with pytest.raises(InvalidFactory, match="10 vectors"):
            writer.build("IVF64,Flat")


def test_a_folder_in_use_is_not_written_over(tmp_path: Path) -> None:
    """Vector files are only ever new files."""
    with FaissWriter(tmp_path, 16):
        pass
    with pytest.raises(FileExistsError):
        FaissWriter(tmp_path, 16)
