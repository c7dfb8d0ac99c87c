"""The choice of an index."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index_choice import EXACT_UNTIL, choose_index
from indexer.vectors.writing import make_index


@given(st.integers(0, EXACT_UNTIL))
def test_few_vectors_are_searched_exactly(count: int) -> None:
    """Up to the limit the index is exact, and the reason names the number."""
    choice = choose_index(count)
    assert choice.factory == "Flat"
    assert f"{count:,}" in choice.reason


@given(st.integers(EXACT_UNTIL + 1, 20_000_000))
def test_many_vectors_get_lists_that_can_be_trained(count: int) -> None:
    """Past the limit there are about 4 √n lists, each with the 39 vectors at least that k-means asks for."""
    choice = choose_index(count)
    lists = int(choice.factory.removeprefix("IVF").removesuffix(",Flat"))
    assert 1 / math.sqrt(2) <= lists / (4 * math.sqrt(count)) <= math.sqrt(2)
    assert count / lists >= 39
    assert f"{count:,}" in choice.reason


@pytest.mark.parametrize("count", [10, 60_000, 2_000_000])
def test_every_choice_is_an_index_that_exists(count: int) -> None:
    """FAISS knows what is chosen."""
    assert make_index(choose_index(count).factory, 8).d == 8


def test_what_is_asked_for_is_taken() -> None:
    """An override wins at any size, and the reason says that it was one."""
    choice = choose_index(10, "HNSW32")
    assert choice.factory == "HNSW32"
    assert "asked for" in choice.reason
