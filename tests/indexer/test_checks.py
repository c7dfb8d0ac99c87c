"""What an index must show before it is published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.checks import LOWEST_RECALL, RecallTooLow, check_index, finds_itself, recall
from indexer.vectors.contracts import Nearest
from indexer.vectors.scanning import scan
from tests.indexer.vectors.clusters import clustered, unit
from tests.indexer.vectors.test_faiss import build


def test_an_exact_index_passes(tmp_path: Path) -> None:
    """Comparing with everything has recall 1 and no effort."""
    checked = check_index(build(tmp_path, clustered(500), "Flat"), "Flat")
    assert (checked.effort, checked.recall) == (None, 1.0)


def test_effort_is_raised_until_recall_suffices(tmp_path: Path) -> None:
    """Too little effort is doubled, no further than needed, and the recall stated is that of a second measurement."""
    vectors = clustered(6000, spread=1.5)
    index = build(tmp_path, vectors, "IVF64,Flat").with_effort(1)
    checked = check_index(index, "IVF64,Flat")
    assert checked.effort is not None
    assert 1 < checked.effort <= 64
    assert checked.recall >= LOWEST_RECALL
    queries = unit(vectors[::20] + 0.125 * np.random.default_rng(3).standard_normal((300, 16)))
    truth = [set(row.tolist()) for row in np.argsort(-(queries @ vectors.T), axis=1)[:, :10]]

    def measured(effort: int) -> float:
        found = index.search(queries, 10, effort=effort).positions
        return float(np.mean([len(set(row.tolist()) & right) / 10 for row, right in zip(found, truth, strict=True)]))

    assert measured(checked.effort) > LOWEST_RECALL - 0.03
    assert measured(checked.effort // 2) < measured(checked.effort)


def test_an_index_that_cannot_suffice_is_refused(tmp_path: Path) -> None:
    """Where no effort helps, the error names the index, what it reached and what was asked of it."""
    index = build(tmp_path, unit(np.random.default_rng(0).standard_normal((3000, 16))), "PQ2x4")
    with pytest.raises(RecallTooLow, match=r"PQ2x4 finds \d+\.\d% .* 95%"):
        check_index(index, "PQ2x4")


def test_equal_vectors_do_not_fail_a_check(tmp_path: Path) -> None:
    """Five hundred copies of two vectors: any of them is as good as another."""
    vectors = np.repeat(clustered(2), 250, axis=0)
    for factory in ("Flat", "IVF2,Flat", "HNSW8"):
        assert check_index(build(tmp_path / factory, vectors, factory), factory).recall == 1.0


def test_fewer_vectors_than_neighbours_pass(tmp_path: Path) -> None:
    """One vector, or none, is a collection too."""
    for count in (0, 1, 4):
        assert check_index(build(tmp_path / str(count), clustered(count), "Flat"), "Flat").recall == 1.0


def test_an_index_of_other_vectors_does_not_find_them(tmp_path: Path) -> None:
    """Known items that are not in the index do not come first."""
    index = build(tmp_path, clustered(500, seed=1), "Flat")
    assert finds_itself(index, index.vectors(np.arange(500)), None) == 1.0
    assert finds_itself(index, clustered(100, dim=16, seed=2), None) < 0.2


@given(
    scores=st.lists(st.integers(0, 20), min_size=1, max_size=30),
    dropped=st.sets(st.integers(0, 9), max_size=10),
)
def test_recall_is_the_share_of_true_neighbours_found(scores: list[int], dropped: set[int]) -> None:
    """For distinct scores recall is |found ∩ true| / |true|, however many vectors there are."""
    vectors = np.array(sorted(set(scores)), dtype=np.float32)[:, None]
    truth = scan(np.ones((1, 1), dtype=np.float32), vectors, 10)
    positions = truth.positions.copy()
    lost = [place for place in dropped if positions[0, place] >= 0]
    positions[0, lost] = -1
    existing = min(10, len(vectors))
    found = Nearest(truth.scores, positions)
    assert recall(found, truth) == pytest.approx((existing - len(lost)) / existing)


def test_a_tie_counts_as_found() -> None:
    """Another vector of the same score is as right as the one that exact search happened to name."""
    truth = Nearest(np.array([[0.9, 0.5]], dtype=np.float32), np.array([[0, 1]]))
    other = Nearest(np.array([[0.9, 0.5]], dtype=np.float32), np.array([[0, 2]]))
    worse = Nearest(np.array([[0.9, 0.4]], dtype=np.float32), np.array([[0, 3]]))
    assert recall(other, truth) == 1.0
    assert recall(worse, truth) == 0.5
