"""`FaissIndex`, for every type of index: the same promise whatever FAISS itself can do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.vectors import faiss as adapter
from indexer.vectors.contracts import CorruptIndex, VectorIndex
from indexer.vectors.faiss import INDEX_FILE, VECTORS_FILE, FaissIndex, open_index
from indexer.vectors.writing import FaissWriter
from models.contracts import Vectors
from tests.indexer.vectors.clusters import clustered, unit

EXACT = ("Flat", "IVF8,Flat", "HNSW16")
COMPRESSED = ("SQ8", "IVF8,SQ8", "PQ4x4", "PCA8,Flat", "OPQ4,IVF8,PQ4x4", "IVF8,PQ4x4,RFlat")
COUNT = 700


def build(folder: Path, vectors: Vectors, factory: str) -> FaissIndex:
    """Build and open an index."""
    folder.mkdir(parents=True, exist_ok=True)
    with FaissWriter(folder, vectors.shape[1]) as writer:
        writer.add(vectors)
        writer.build(factory)
    return open_index(folder, vectors.shape[1])


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    """Return one set of vectors for the whole module."""
    return clustered(COUNT)


@pytest.fixture(scope="module", params=EXACT + COMPRESSED)
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, vectors: Vectors) -> FaissIndex:
    """Return one index of each type."""
    return build(tmp_path_factory.mktemp("index"), vectors, request.param)


def test_every_type_fulfils_the_protocol(index: FaissIndex) -> None:
    """A FaissIndex is a VectorIndex; mypy checks the signatures, this the facts."""
    promised: VectorIndex = index
    assert (promised.count, promised.dim) == (COUNT, 16)


def test_vectors_come_back_as_they_were_added(index: FaissIndex, vectors: Vectors) -> None:
    """Compressed or not, the index returns the very numbers it was given."""
    positions = np.array([COUNT - 1, 0, 5], dtype=np.int64)
    assert np.array_equal(index.vectors(positions), vectors[positions])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_never_fewer_hits_than_there_are(index: FaissIndex, vectors: Vectors, data: st.DataObject) -> None:
    """For any filter, k and effort, min(k, allowed) different allowed hits come back, each with its cosine, falling."""
    k = data.draw(st.integers(1, 200))
    share = data.draw(st.sampled_from([None, 0, 0.003, 0.1, 0.5, 0.99]))
    effort = data.draw(st.sampled_from([None, 1, 4]))
    scans_below = data.draw(st.sampled_from([0, 100]))
    generator = np.random.default_rng(data.draw(st.integers(0, 9)))
    allowed = None if share is None else generator.random(COUNT) < share
    query = vectors[[data.draw(st.integers(0, COUNT - 1))]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adapter, "SCAN_COUNT", scans_below)
        found = index.search(query, k, allowed, effort)
    hits = found.positions[0][found.positions[0] >= 0]
    assert len(hits) == min(k, COUNT if allowed is None else int(allowed.sum()))
    assert len(set(hits.tolist())) == len(hits)
    assert allowed is None or allowed[hits].all()
    assert found.scores[0, : len(hits)] == pytest.approx(vectors[hits] @ query[0], abs=1e-5)
    assert (np.diff(found.scores[0, : len(hits)]) <= 0).all()


@pytest.mark.parametrize("share", [None, 0.02, 0.4])
def test_full_effort_finds_what_a_scan_finds(tmp_path: Path, vectors: Vectors, share: float | None) -> None:
    """With every list visited, IVF returns exactly the answer of comparing with everything, filtered or not."""
    index = build(tmp_path, vectors, "IVF8,Flat")
    allowed = None if share is None else np.random.default_rng(1).random(COUNT) < share
    queries = vectors[:20]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adapter, "SCAN_COUNT", 0)
        found = index.search(queries, 10, allowed, effort=8)
    truth = index.scan(queries, 10, allowed)
    assert np.array_equal(found.positions, truth.positions)
    assert found.scores == pytest.approx(truth.scores, abs=1e-5)


def test_effort_rises_from_its_default_to_everything(tmp_path: Path) -> None:
    """An IVF index offers doublings up to its number of lists; an exact one offers nothing to raise."""
    wide = build(tmp_path / "wide", clustered(3000), "IVF50,Flat")
    assert wide.efforts() == (16, 32, 50)
    assert wide.with_effort(5).efforts() == (5, 10, 20, 40, 50)
    assert build(tmp_path / "flat", clustered(10), "Flat").efforts() == ()


def test_effort_belongs_to_the_call(tmp_path: Path) -> None:
    """Two efforts on one shared index give different answers, and neither changes the next call's."""
    vectors = clustered(5000, spread=2.0)
    index = build(tmp_path, vectors, "IVF64,Flat").with_effort(1)
    truth = index.scan(vectors[:200], 10).positions
    little = index.search(vectors[:200], 10).positions
    assert np.array_equal(index.search(vectors[:200], 10, effort=64).positions, truth)
    assert np.array_equal(index.search(vectors[:200], 10).positions, little)
    assert not np.array_equal(little, truth)


def test_an_empty_index_answers_with_nothing(tmp_path: Path) -> None:
    """No vectors, no hits, no error."""
    index = build(tmp_path, np.empty((0, 16), dtype=np.float32), "Flat")
    found = index.search(unit(np.ones((2, 16))), 3)
    assert (found.positions == -1).all()


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path, vectors: Vectors) -> None:
    """An index of other vectors, half a vector, or bytes that are no index: each is an error that names the folder."""
    build(tmp_path / "one", vectors, "Flat")
    build(tmp_path / "two", vectors[:5], "Flat")
    (tmp_path / "two" / VECTORS_FILE).replace(tmp_path / "one" / VECTORS_FILE)
    with pytest.raises(CorruptIndex, match="one"):
        open_index(tmp_path / "one", 16)
    with (tmp_path / "one" / VECTORS_FILE).open("ab") as file:
        file.write(b"half")
    with pytest.raises(CorruptIndex, match="whole vectors"):
        open_index(tmp_path / "one", 16)
    (tmp_path / "one" / INDEX_FILE).write_bytes(b"no index at all")
    with pytest.raises(CorruptIndex, match="cannot read"):
        open_index(tmp_path / "one", 16)
