"""Tests of cursors."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.catalogue import InvalidCursor
from indexer.catalogue.cursors import read_cursor, write_cursor

ids = st.integers(0, 2**63 - 1)


@given(ids, ids)
def test_a_cursor_says_where_to_go_on(collection: int, after: int) -> None:
    """What was written is read, and it can stand in an address as it is."""
    cursor = write_cursor(collection, after)
    assert cursor.replace("-", "a").replace("_", "a").isalnum()
    assert read_cursor(cursor, collection) == after


@given(ids, ids, ids)
def test_a_cursor_belongs_to_one_collection(collection: int, other: int, after: int) -> None:
    """A cursor of one list does not page through another."""
    if collection != other:
        with pytest.raises(InvalidCursor, match="next_cursor"):
            read_cursor(write_cursor(collection, after), other)


@given(st.text() | st.binary().map(lambda content: content.decode("latin-1")))
def test_anything_else_is_refused(text: str) -> None:
    """Whatever is sent as a cursor, the answer is an error of the catalogue's own."""
    try:
        after = read_cursor(text, 1)
    except InvalidCursor:
        return
    assert write_cursor(1, after) == text.rstrip("=")


@pytest.mark.parametrize("content", ["1/" + "9" * 19, "1/-1", "1/", "1", "1/1/1", "\uff11/\uff11"])
def test_numbers_out_of_range_are_refused(content: str) -> None:
    """A forged cursor cannot carry what the database could not compare with."""
    with pytest.raises(InvalidCursor):
        read_cursor(base64.urlsafe_b64encode(content.encode()).decode(), 1)
