"""Tests of the language of filters."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.catalogue import InvalidFilter, parse_filter, read_filter
from indexer.catalogue.filters import Between, Both, Either, Equal, Not
from indexer.catalogue.metadata import escape
from indexer.catalogue.parsing import parse_path
from tests.indexer.catalogue.strategies import filters, name, spelt


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"colour": "red"}, Equal("colour", ("red",))),
        ({"size": 42}, Equal("size", (42.0,))),
        ({"new": True}, Equal("new", (True,))),
        ({"brand": None}, Equal("brand", (None,))),
        ({"colour": {"eq": "red"}}, Equal("colour", ("red",))),
        ({"kind": {"in": ["boot", "pump"]}}, Equal("kind", ("boot", "pump"))),
        ({"price": {"gte": 10, "lt": 50}}, Between("price", (("gte", 10.0), ("lt", 50.0)))),
        ({"a": 1, "b": 2}, Both((Equal("a", (1.0,)), Equal("b", (2.0,))))),
        ({"a": {"in": [1], "gt": 0}}, Both((Equal("a", (1.0,)), Between("a", (("gt", 0.0),))))),
        ({"and": [{"a": 1}, {"b": 2}]}, Both((Equal("a", (1.0,)), Equal("b", (2.0,))))),
        ({"or": [{"a": 1}, {"b": 2}]}, Either((Equal("a", (1.0,)), Equal("b", (2.0,))))),
        ({"not": {"a": 1}}, Not(Equal("a", (1.0,)))),
        ({}, Both(())),
        ({"sole.height": 4}, Equal("sole.height", (4.0,))),
        ({"sole\\.height": 4}, Equal("sole\\.height", (4.0,))),
        ({"\\and": 4}, Equal("and", (4.0,))),
        ({"a\\": 4}, Equal("a\\\\", (4.0,))),
    ],
)
def test_filters_read_as_written(value: dict[str, Any], expected: object) -> None:
    """Every form of the language means one thing."""
    assert parse_filter(value) == expected
    assert read_filter(json.dumps(value)) == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "has to be a JSON object"),
        ([{"a": 1}], "has to be a JSON object"),
        ({"a": [1]}, "compares with"),
        ({"a": {}}, "no operator"),
        ({"a": {"near": 3}}, "'near'; known are eq, in, gt"),
        ({"a": {"in": "b"}}, "has to be a list"),
        ({"a": {"in": [[1]]}}, "compares with"),
        ({"a": {"gt": None}}, "bounds are numbers or text"),
        ({"a": {"gt": True}}, "bounds are numbers or text"),
        ({"a": {"gt": 1, "lt": "b"}}, "all numbers or all text"),
        ({"a": {"eq": {"b": 1}}}, "compares with"),
        ({"a": float("inf")}, "not finite"),
        ({"a": 10**400}, "too large for a double"),
        ({"a": "\0"}, "NUL"),
        ({"\0": 1}, "NUL"),
        ({"a": "\ud800"}, "surrogate"),
        ({"and": {"a": 1}}, "has to be a list"),
        ({"or": [3]}, "has to be a JSON object"),
        ({"not": [{"a": 1}]}, "has to be a JSON object"),
        ({3: 4}, "names have to be text"),
        ({"and": [{"a": 1}] * 65}, "has 65 conditions; at most 64"),
        ({"a": {"in": [1] * 500}, "b": {"in": [1] * 500}, "c": 1}, "compares with 1001 values; at most 1000"),
        ({"a": {"in": list(range(501))}}, "has 501 elements; at most 500"),
    ],
)
def test_other_things_are_no_filters(value: object, reason: str) -> None:
    """What is not in the language is refused with the reason."""
    with pytest.raises(InvalidFilter, match=reason):
        parse_filter(value)


def test_filters_are_bounded_in_depth() -> None:
    """A filter cannot be nested so deep that reading it, or a database, gives up."""
    value: dict[str, Any] = {"a": 1}
    for _ in range(15):
        value = {"not": value}
    parse_filter(value)
    with pytest.raises(InvalidFilter, match="more than 16 deep"):
        parse_filter({"not": value})


@pytest.mark.parametrize("text", ["", "{", b"\xff", '{"not":' * 100_000, "[" * 100_000, '{"a": NaN}', '{"a": 1e999}'])
def test_text_that_is_no_filter_is_refused(text: str | bytes) -> None:
    """Whatever stands in the query string, the answer is an error of the catalogue's own."""
    with pytest.raises(InvalidFilter):
        read_filter(text)


@given(st.lists(name, min_size=1, max_size=3))
def test_every_name_can_be_spelt(names: list[str]) -> None:
    """There is no metadata that a filter cannot name: backslashes make every character stand for itself."""
    assert parse_path(spelt(names)) == ".".join(map(escape, names))
    assert parse_path(".".join(map(escape, names))) == ".".join(map(escape, names))


@given(filters)
def test_generated_filters_are_filters(value: dict[str, Any]) -> None:
    """What the other property tests draw from is all in the language."""
    parse_filter(value)
