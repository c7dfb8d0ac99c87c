"""Queries that are moved by what is liked and disliked, judged by vector algebra and by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.refining import DISLIKED, LIKED, refine
from models.contracts import Vectors

DIM = 5
NONE = np.empty((0, 0), dtype=np.float32)


@st.composite
def units(draw: st.DrawFn, least: int = 0) -> Vectors:
    """Draw some unit vectors, opposite and equal ones among them."""
    rows = []
    for _ in range(draw(st.integers(least, 4))):
        seed, sign = draw(st.integers(0, 5)), draw(st.sampled_from([1, -1]))
        row = sign * np.random.default_rng(seed).standard_normal(DIM)
        rows.append(row / np.linalg.norm(row))
    return np.array(rows, dtype=np.float32).reshape(len(rows), DIM if rows else 0)


@given(queries=units(1), liked=units(), disliked=units())
def test_every_query_is_moved_by_itself_as_rocchio_has_it(queries: Vectors, liked: Vectors, disliked: Vectors) -> None:
    """Written out number by number: query plus a share of the one mean minus a share of the other, at unit length."""
    found = refine(queries, liked, disliked)
    assert found.dtype == np.float32
    assert found.shape == queries.shape
    for query, moved in zip(queries.tolist(), found.tolist(), strict=True):
        expected = [
            value
            + (LIKED * sum(vector[place] for vector in liked.tolist()) / len(liked) if len(liked) else 0)
            - (DISLIKED * sum(vector[place] for vector in disliked.tolist()) / len(disliked) if len(disliked) else 0)
            for place, value in enumerate(query)
        ]
        length = sum(value * value for value in expected) ** 0.5
        assert moved == pytest.approx([value / length for value in expected], abs=1e-5)


@given(queries=units(1), liked=units(), disliked=units())
def test_no_marks_can_cancel_a_query_out(queries: Vectors, liked: Vectors, disliked: Vectors) -> None:
    """The result has unit length, and what is most against a query leaves its direction as it was."""
    worst = refine(queries[:1], -queries[:1], queries[:1])
    assert worst == pytest.approx(queries[:1], abs=1e-5)
    assert np.linalg.norm(refine(queries, liked, disliked), axis=1) == pytest.approx(1, abs=1e-5)
    assert LIKED + DISLIKED < 1


@given(query=units(1), liked=units(1), disliked=units(1))
def test_liking_brings_nearer_and_disliking_takes_away(query: Vectors, liked: Vectors, disliked: Vectors) -> None:
    """The cosine to the mean of what is liked never falls, and that to what is disliked never rises."""

    def cosine(vectors: Vectors, mean: Vectors) -> float:
        return float((vectors @ mean)[0])

    towards, away = liked.mean(axis=0), disliked.mean(axis=0)
    assert cosine(refine(query[:1], liked, NONE), towards) >= cosine(query[:1], towards) - 1e-5
    assert cosine(refine(query[:1], NONE, disliked), away) <= cosine(query[:1], away) + 1e-5


@given(queries=units(1))
def test_without_marks_a_query_stays(queries: Vectors) -> None:
    """Nothing liked and nothing disliked changes nothing."""
    assert refine(queries, NONE, NONE) == pytest.approx(queries, abs=1e-6)
