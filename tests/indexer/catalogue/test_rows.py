"""Tests of how vectors are stored, and how long lists are cut."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.catalogue.rows import PORTION, as_ids, pack, portions, unpack
from models.contracts import Vectors

floats = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(st.lists(floats, min_size=1, max_size=9))
def test_a_vector_is_stored_as_little_endian_floats(values: list[float]) -> None:
    """The bytes are those that any language reads, whatever machine has written them."""
    expected = struct.pack(f"<{len(values)}f", *values)
    for kind in ("<f4", ">f4"):
        assert pack(np.array(values, dtype=kind)) == expected


@given(st.integers(1, 4).flatmap(lambda dim: st.lists(st.lists(floats, min_size=dim, max_size=dim), max_size=5)))
def test_vectors_come_back_in_their_order(rows: list[list[float]]) -> None:
    """Many vectors are read as one matrix, row by row the same bits."""
    matrix = unpack([pack(np.array(row, dtype=np.float32)) for row in rows])
    assert matrix.dtype == np.float32
    assert matrix.shape == (len(rows), len(rows[0]) if rows else 0)
    assert matrix.tobytes() == np.array(rows, dtype=np.float32).tobytes()


@pytest.mark.parametrize(
    "vector",
    [np.ones((2, 2)), np.float32(1), np.ones(0), np.array([1, np.nan]), np.array([np.inf]), np.array([-np.inf, 0])],
)
def test_what_is_no_vector_is_not_stored(vector: Vectors) -> None:
    """One number that is not finite would spoil every comparison with it."""
    with pytest.raises(ValueError, match="one-dimensional and finite"):
        pack(vector)


@given(st.integers(0, 3 * PORTION))
def test_portions_are_the_whole_list(length: int) -> None:
    """Nothing is lost, doubled or out of order, and no portion is empty or too long."""
    cut = list(portions(range(length)))
    assert [value for portion in cut for value in portion] == list(range(length))
    assert all(0 < len(portion) <= PORTION for portion in cut)


@given(st.lists(st.integers(0, 2**63 - 1)))
def test_ids_are_64_bits(values: list[int]) -> None:
    """The largest id of any database fits, and no ids are an array too."""
    ids = as_ids(values)
    assert (ids.dtype, ids.shape) == (np.dtype(np.int64), (len(values),))
    assert ids.tolist() == values
