"""Tests of names, keys and titles."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.catalogue import InvalidKey, InvalidMetadata, InvalidName
from indexer.catalogue.keys import check_key, check_name, check_title, legible


@pytest.mark.parametrize("name", ["a", "0", "shoes", "shoes-2024_b", "a" * 64])
def test_plain_names_are_taken(name: str) -> None:
    """Lower-case letters, digits, hyphens and underscores name a collection."""
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "-a", "_a", "A", "a b", "a/b", "é", "a" * 65, "a\n", "..", "a\0"])
def test_other_names_are_refused(name: str) -> None:
    """A name stands in addresses and folders, so nothing else is let in."""
    with pytest.raises(InvalidName, match="lower-case"):
        check_name(name)


@pytest.mark.parametrize("key", ["a", " ", "a/b", "..", "é" * 100, "x" * 200, "👟", "50%", "a?b#c", "\u2028"])
def test_keys_may_be_nearly_anything(key: str) -> None:
    """What people call their things is a key: spaces, slashes, any script."""
    assert check_key(key) == key


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("", "empty"),
        ("x" * 201, "200 bytes"),
        ("é" * 101, "200 bytes"),
        ("a\nb", "control"),
        ("\x7f", "control"),
        ("\x85", "control"),
        ("a\0", "NUL"),
        ("\ud800", "surrogate"),
    ],
)
def test_other_keys_are_refused_with_the_reason(key: str, reason: str) -> None:
    """A key that cannot be used says why."""
    with pytest.raises(InvalidKey, match=reason):
        check_key(key)


@given(st.text())
def test_a_key_is_taken_exactly_if_every_database_can_hold_it(key: str) -> None:
    """The rule said in another way: bytes of UTF-8, none of them part of a control character."""
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        size = -1
    good = 1 <= size <= 200 and all(unicodedata.category(character) != "Cc" for character in key)
    try:
        assert check_key(key) == key
    except InvalidKey:
        assert not good
    else:
        assert good


@pytest.mark.parametrize(("title", "reason"), [("x" * 1001, "1000 bytes"), ("\0", "NUL"), ("\udfff", "surrogate")])
def test_titles_have_bounds(title: str, reason: str) -> None:
    """A title that no database can hold is refused; line breaks are fine."""
    assert check_title("two\nlines") == "two\nlines"
    with pytest.raises(InvalidMetadata, match=reason):
        check_title(title)


@given(st.text(), st.integers(1, 20))
def test_anything_can_be_made_legible(text: str, size: int) -> None:
    """Labels of rejects fit into the database whatever was in the source, and good ones stay as they are."""
    shown = legible(text, size)
    assert len(shown.encode()) <= size
    assert not any(unicodedata.category(character) == "Cc" for character in shown)
    assert legible(shown, size) == shown
