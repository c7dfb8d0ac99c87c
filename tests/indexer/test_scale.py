"""A hundred thousand items: through the catalogue, into an IVF index, searched with filters."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.building import build_generation
from indexer.catalogue import Catalogue, Filter, ItemDraft, parse_filter
from indexer.generations import GenerationStore
from indexer.live import LiveIndex
from indexer.locking import hold
from indexer.manifests import Manifest
from models.contracts import Vectors
from tests.indexer.stock import OLD, new_catalogue
from tests.indexer.vectors.clusters import clustered, unit

COUNT = 100_000
DIM = 32
BATCH = 5000
K = 10
QUERIES = 15
STEPS = {"few": 20_000, "hundredth": 100, "tenth": 10, "half": 2}
"""Every so many rows have that label, unless an earlier one took them; all others are "rest"."""


def label(row: int) -> str:
    """Return the one label of an item."""
    return next((name for name, step in STEPS.items() if row % step == 0), "rest")


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    """Return the vectors of all items; item n has row n."""
    return clustered(COUNT, DIM)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, vectors: Vectors) -> tuple[Catalogue, LiveIndex, Manifest]:
    """Write, build and publish once for the module."""
    folder = tmp_path_factory.mktemp("scale")
    catalogue = new_catalogue(folder)
    collection = catalogue.create_collection("shoes", "fake")
    for start in range(0, COUNT, BATCH):
        rows = range(start, start + BATCH)
        drafts = [ItemDraft(f"{row:06d}", metadata={"is": label(row)}, vectors={OLD: vectors[row]}) for row in rows]
        catalogue.upsert("shoes", drafts)
    store = GenerationStore(folder / "indexes")
    generations = store.of(collection.id, "shoes")
    with hold(catalogue, generations, "shoes") as held:
        manifest = build_generation(
            catalogue, held, collection, OLD, DIM, threads=2, progress=lambda done, total, stage: None
        )
    return catalogue, LiveIndex(catalogue, store), manifest


def search(built: tuple[Catalogue, LiveIndex, Manifest], query: Vectors, where: Filter | None, k: int) -> list[int]:
    """Return the rows of the hits."""
    catalogue, live, _ = built
    ids = [hit.item_id for hit in live.search("shoes", query, OLD, k, where).neighbours]
    return [int(item.key) for item in catalogue.items("shoes", ids)]


def queries(vectors: Vectors) -> Vectors:
    """Return queries that lie near items, as drawings do."""
    generator = np.random.default_rng(7)
    near = vectors[generator.integers(0, COUNT, QUERIES)]
    return unit(near + 0.3 * unit(generator.standard_normal(near.shape)))


def test_the_size_chooses_lists_and_recall_suffices(built: tuple[Catalogue, LiveIndex, Manifest]) -> None:
    """100,000 vectors get an IVF index; its recall against exact search, as measured by the build, is at least 0.95."""
    manifest = built[2]
    assert (manifest.factory, manifest.count) == ("IVF1024,Flat", COUNT)
    assert "100,000" in manifest.reason
    assert manifest.recall >= 0.95


@pytest.mark.parametrize("name", [None, *STEPS, "rest"])
def test_filtered_or_not_the_true_neighbours_are_found(
    built: tuple[Catalogue, LiveIndex, Manifest], vectors: Vectors, name: str | None
) -> None:
    """At least 95 % of the ten nearest that a filter keeps, always as many as exist up to ten, and none unwanted."""
    where = None if name is None else parse_filter({"is": name})
    rows = np.array([row for row in range(COUNT) if name in {None, label(row)}])
    right = 0
    for query in queries(vectors):
        order = np.argsort(-(vectors[rows] @ query), kind="stable")[:K]
        found = search(built, query, where, K)
        assert len(found) == min(K, len(rows))
        assert name is None or {label(row) for row in found} == {name}
        right += len(set(found) & set(rows[order].tolist()))
    assert right >= 0.95 * min(K, len(rows)) * QUERIES


def test_as_many_as_exist_are_returned(built: tuple[Catalogue, LiveIndex, Manifest], vectors: Vectors) -> None:
    """A filter that keeps five items finds those five, though the index would look for them elsewhere."""
    for query in queries(vectors)[:5]:
        assert sorted(search(built, query, parse_filter({"is": "few"}), 200)) == list(range(0, COUNT, STEPS["few"]))


def test_changes_after_the_build_are_found_among_the_many(
    built: tuple[Catalogue, LiveIndex, Manifest], vectors: Vectors
) -> None:
    """The nearest item, deleted, is gone from the next search; put back, it is there."""
    catalogue = built[0]
    query = queries(vectors)[0]
    nearest = search(built, query, None, 1)[0]
    catalogue.delete("shoes", f"{nearest:06d}")
    assert search(built, query, None, 1) != [nearest]
    catalogue.upsert("shoes", [ItemDraft(f"{nearest:06d}", metadata={}, vectors={OLD: vectors[nearest]})])
    assert search(built, query, None, 1) == [nearest]
