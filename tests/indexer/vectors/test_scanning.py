"""Exact search."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.vectors import scanning
from indexer.vectors.contracts import Nearest
from indexer.vectors.scanning import merge, nothing, scan, select
from models.contracts import Vectors


def oracle(query: np.ndarray, vectors: np.ndarray, k: int, positions: list[int]) -> list[tuple[float, int]]:
    """Sort everything in Python."""
    scored = [(float(np.dot(vectors[position], query)), position) for position in positions]
    return sorted(scored, key=lambda pair: (-pair[0], pair[1]))[:k]


def pairs(found: Nearest, row: int) -> list[tuple[float, int]]:
    """Return the hits of one query."""
    hits = zip(found.scores[row].tolist(), found.positions[row].tolist(), strict=True)
    return [(score, position) for score, position in hits if position >= 0]


def grid(rows: list[list[int]]) -> Vectors:
    """Return rows of three numbers in quarters."""
    return (np.array(rows, dtype=np.float32).reshape(-1, 3) / 4).astype(np.float32)


# Multiples of 1/4 multiply and add without rounding, so that a different order of addition changes nothing.
grids = st.lists(st.lists(st.integers(-4, 4), min_size=3, max_size=3), max_size=40)


@given(rows=grids, queries=grids, k=st.integers(1, 50), block=st.integers(1, 7), data=st.data())
def test_scan_returns_what_sorting_everything_returns(
    rows: list[list[int]], queries: list[list[int]], k: int, block: int, data: st.DataObject
) -> None:
    """For any vectors, queries, k, block size and subset, equal scores come in the order of their positions."""
    vectors = grid(rows)
    asked = grid(queries)
    subset = data.draw(st.none() | st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    positions = None if subset is None else np.flatnonzero(subset).astype(np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanning, "BLOCK", block)
        found = scan(asked, vectors, k, positions)
    assert found.scores.shape == found.positions.shape == (len(asked), k)
    everything = list(range(len(rows))) if positions is None else positions.tolist()
    for row, query in enumerate(asked):
        assert pairs(found, row) == oracle(query, vectors, k, everything)


def test_rows_with_too_few_hits_end_in_minus_one() -> None:
    """Where fewer than k vectors exist, the rest of the row is position -1 with a score of minus infinity."""
    found = scan(np.ones((1, 2), dtype=np.float32), np.eye(2, dtype=np.float32), 4)
    assert found.positions.tolist() == [[0, 1, -1, -1]]
    assert found.scores.tolist() == [[1.0, 1.0, -np.inf, -np.inf]]


def test_select_ignores_scores_without_a_position() -> None:
    """A score at position -1 is no hit, however high."""
    found = select(np.array([[9, 1, 2]], dtype=np.float32), np.array([[-1, 7, 3]]), 2)
    assert found.positions.tolist() == [[3, 7]]


def test_merging_with_nothing_changes_nothing() -> None:
    """The empty answer is the neutral element."""
    one = scan(np.ones((2, 2), dtype=np.float32), np.eye(2, dtype=np.float32), 2)
    both = merge(nothing(2, 2), one, 2)
    assert np.array_equal(both.positions, one.positions)
    assert np.array_equal(both.scores, one.scores)
