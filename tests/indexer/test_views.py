"""Views, judged by a dict, over indexes of every kind and with their fast path forced to its limits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import views
from indexer.generations import Generation, GenerationStore
from indexer.manifests import IDS_FILE
from indexer.vectors import faiss as adapter
from indexer.vectors.writing import FaissWriter
from indexer.views import View
from models.contracts import Vectors
from tests.indexer.test_generations import manifest, write
from tests.indexer.vectors.clusters import clustered

COUNT = 300
VECTORS = clustered(COUNT)
FRESH = clustered(40, seed=5)
EVERY_LIST = 4


@pytest.fixture(scope="module", params=["Flat", "IVF4,Flat"])
def generation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generation:
    """Return 300 items with ids 10, 20, 30 and so on; of an IVF index every list is visited."""
    store = GenerationStore(tmp_path_factory.mktemp("indexes")).of(1, "shoes")
    with store.exclusive(), store.aside() as folder:
        with FaissWriter(folder, 16) as writer:
            writer.add(VECTORS)
            writer.build(request.param)
        np.save(folder / IDS_FILE, 10 * np.arange(1, COUNT + 1, dtype=np.int64))
        store.place(folder, manifest(1, COUNT))
    opened = store.open(1)
    return Generation(opened.manifest, opened.ids, opened.index.with_effort(EVERY_LIST))


def truth(rows: dict[int, Vectors], query: Vectors, k: int) -> list[float]:
    """Return the k best scores."""
    return sorted((float(vector @ query) for vector in rows.values()), reverse=True)[:k]


items = st.integers(1, COUNT + 30).map(lambda number: 10 * number)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_view_answers_like_a_dict(generation: Generation, data: st.DataObject) -> None:
    """After any writes and deletions, with any filter and exclusion, a view finds what a dict of the rows holds."""
    rows = {10 * (number + 1): vector for number, vector in enumerate(VECTORS)}
    view = View.of(generation)
    for _ in range(data.draw(st.integers(0, 4))):
        many = data.draw(st.booleans())
        written = data.draw(st.lists(items, unique=True, max_size=10))
        removed = set(rows) - {10, 20, 30} if many else data.draw(st.sets(items, max_size=20))
        removed -= set(written)
        vectors = FRESH[: len(written)]
        ids = np.array(written, dtype=np.int64)
        view = view.advanced(view.change_seq + 1, ids, vectors, np.array(sorted(removed), dtype=np.int64))
        rows = {item: vector for item, vector in rows.items() if item not in removed}
        rows |= dict(zip(written, vectors, strict=True))
    allowed = data.draw(st.none() | st.sets(items) | st.just({10 * number for number in range(1, 250)}))
    excluded = data.draw(st.sets(items, max_size=3))
    k = data.draw(st.integers(1, 60))
    queries = VECTORS[data.draw(st.lists(st.integers(0, COUNT - 1), min_size=1, max_size=3))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views, "SPARE", data.draw(st.sampled_from([0, 3, 64])))
        patch.setattr(adapter, "SCAN_COUNT", data.draw(st.sampled_from([0, 10_000])))
        found = view.search(
            queries,
            k,
            None if allowed is None else np.array(sorted(allowed), dtype=np.int64),
            np.array(sorted(excluded), dtype=np.int64),
        )
    wanted = {i: v for i, v in rows.items() if i not in excluded and (allowed is None or i in allowed)}
    hits: list[int] = []
    for query, positions, row in zip(queries, found.positions.tolist(), found.scores, strict=True):
        hits = [item for item in positions if item >= 0]
        assert len(set(hits)) == len(hits) == min(k, len(wanted))
        assert set(hits) <= set(wanted)
        scores = row[: len(hits)]
        assert scores == pytest.approx([float(wanted[item] @ query) for item in hits], abs=1e-5)
        assert scores == pytest.approx(truth(wanted, query, k), abs=1e-5)
    assert view.count == view.count_of(None) == len(rows)
    chosen = set(rows) if allowed is None else allowed
    assert view.count_of(np.array(sorted(chosen), dtype=np.int64)) == len(chosen & set(rows))
    for item in hits[:3]:
        vector = view.vector(item)
        assert vector is not None
        assert np.array_equal(vector, rows[item])


def test_an_unpublished_collection_is_its_changes() -> None:
    """Without a generation everything comes from what was written since the beginning."""
    view = View.unpublished(1, "ab" * 32)
    assert (view.search(VECTORS[:1], 5).positions == -1).all()
    assert view.vector(1) is None
    view = view.advanced(3, np.array([4, 9]), VECTORS[:2], np.array([2]))
    assert view.search(VECTORS[:1], 1).positions.tolist() == [[4]]
    assert (view.number, view.change_seq, view.count) == (None, 3, 2)


def test_a_deleted_or_unknown_item_has_no_vector(generation: Generation) -> None:
    """Only what stands has a vector."""
    view = View.of(generation).advanced(8, np.empty(0, np.int64), VECTORS[:0], np.array([10]))
    assert view.vector(10) is None
    assert view.vector(11) is None
    assert view.vector(10_000_000) is None
    assert view.vector(20) is not None


def test_an_empty_generation_can_be_searched_and_written_to(tmp_path: Path) -> None:
    """A generation of no vectors is sound, and what is written after it is found."""
    store = GenerationStore(tmp_path).of(1, "shoes")
    write(store, 1, VECTORS[:0])
    view = View.of(store.open(1))
    assert (view.search(VECTORS[:1], 3).positions == -1).all()
    view = view.advanced(8, np.array([5]), VECTORS[:1], np.array([4]))
    assert view.search(VECTORS[:1], 3, np.array([5, 6])).positions[0].tolist() == [5, -1, -1]
