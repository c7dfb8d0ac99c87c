"""Tests of metadata: what is taken, how it is merged, and which values filters see."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from indexer.catalogue import InvalidMetadata, check_metadata, read_metadata
from indexer.catalogue.metadata import Leaf, leaves_of, merge_patch, write_metadata
from tests.indexer.catalogue.strategies import metadata


def nested(depth: int) -> dict[str, Any]:
    """An object with so many objects in one another."""
    value: dict[str, Any] = {}
    for _ in range(depth - 1):
        value = {"a": value}
    return value


@given(metadata)
def test_metadata_comes_back_as_it_went(value: dict[str, Any]) -> None:
    """Writing and reading changes nothing, neither types nor order."""
    text = write_metadata(check_metadata(value))
    assert read_metadata(text) == value
    assert list(read_metadata(text)) == list(value)
    assert json.dumps(read_metadata(text)) == json.dumps(value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "not null"),
        ([], "not a list"),
        ("a", "not text"),
        (True, "not true or false"),
        (3, "not a number"),
        ({1: 2}, "names have to be text"),
        ({"a": float("nan")}, "not finite"),
        ({"a": [1, float("inf")]}, "not finite"),
        ({"a": 10**400}, "too large for a double"),
        ({"a": {"b": "\0"}}, "NUL"),
        ({"a": "\ud83d"}, "surrogate"),
        ({"\0": 1}, "NUL"),
        ({"a": {1, 2}}, "a Python set, which JSON cannot hold"),
        ({"a": b""}, "a Python bytes, which JSON cannot hold"),
        ({"x" * 501: 1}, "more than 500 bytes"),
        ({"x" * 300: {"y" * 300: 1}}, "more than 500 bytes"),
        ({"a": "x" * 20_000}, "at most 16,384"),
        ({"a": [0] * 513}, "holds 513 values; at most 512"),
        (nested(9), "nested more than 8 deep"),
        ({"a": [[[[[[[[1]]]]]]]]}, "nested more than 8 deep"),
    ],
)
def test_what_breaks_the_rules_is_refused_with_the_reason(value: object, reason: str) -> None:
    """Metadata that not every database can hold, or that is too much, is refused in a sentence."""
    with pytest.raises(InvalidMetadata, match=reason):
        check_metadata(value)


def test_the_bounds_themselves_are_allowed() -> None:
    """What reaches a bound and does not pass it is taken."""
    for value in (nested(8), {"a": [0] * 512}, {"x" * 500: 1}, {"a": "x" * (16_384 - 8)}):
        assert check_metadata(value) == value


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '{"a": NaN}', '{"a": 1e999}', b"\xff", "[" * 100_000, '{"a":' * 100_000]
)
def test_text_that_is_no_metadata_is_refused(text: str | bytes) -> None:
    """Whatever arrives over the network, the answer is an error of the catalogue's own."""
    with pytest.raises(InvalidMetadata):
        read_metadata(text)


def test_what_is_checked_is_a_copy() -> None:
    """Whoever changes an object after handing it in does not change what was checked."""
    value: dict[str, Any] = {"a": [1, 2], "b": ("c",)}
    checked = check_metadata(value)
    value["a"].append(3)
    assert checked == {"a": [1, 2], "b": ["c"]}


@pytest.mark.parametrize(
    ("old", "patch", "new"),
    [
        # The examples of RFC 7396, appendix A, that are about objects.
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_patches_merge_as_the_rfc_says(old: dict[str, Any], patch: dict[str, Any], new: dict[str, Any]) -> None:
    """A merge patch does what RFC 7396 shows."""
    assert merge_patch(old, patch) == new


@given(metadata, metadata)
def test_a_patch_twice_is_a_patch_once(old: dict[str, Any], patch: dict[str, Any]) -> None:
    """A retried patch changes nothing more."""
    once = merge_patch(old, patch)
    assert merge_patch(once, patch) == once


def test_leaves_are_the_single_values() -> None:
    """Names are joined by dots, lists are looked through, and a dot in a name is told from one between names."""
    value = {"a": 1, "b": {"c": [None, {"d": True}], "e": []}, "f.g": "h", "i": [[2, 3], []], "": {"": "\\"}}
    assert list(leaves_of(value)) == [
        Leaf("a", 1),
        Leaf("b.c", None),
        Leaf("b.c.d", True),
        Leaf("f\\.g", "h"),
        Leaf("i", 2),
        Leaf("i", 3),
        Leaf(".", "\\"),
    ]
