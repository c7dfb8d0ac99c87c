"""Tests of what filters mean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from indexer.catalogue import matches, parse_filter
from tests.indexer.catalogue.strategies import filters, metadata

SHOE: dict[str, Any] = {
    "colour": "red",
    "price": 49.9,
    "size": 42,
    "sale": True,
    "brand": None,
    "sole": {"height": 4, "material": "rubber"},
    "tags": ["new", "vegan"],
    "variants": [{"size": 40, "left": 2}, {"size": 44, "left": 0}],
    "made.in": "Italy",
    "and": 1,
}


@pytest.mark.parametrize(
    "value",
    [
        {"colour": "red"},
        {"size": 42.0},
        {"price": {"gte": 10, "lt": 50}},
        {"price": {"gt": 49.8, "lte": 49.9}},
        {"colour": {"in": ["blue", "red"]}},
        {"size": {"in": ["42", 42]}},
        {"sale": True},
        {"brand": None},
        {"sole.height": 4},
        {"tags": "vegan"},
        {"variants.size": 44},
        {"variants.size": {"gt": 40}},
        {"made\\.in": "Italy"},
        {"\\and": 1},
        {"colour": {"gte": "ra", "lt": "s"}},
        {"and": [{"colour": "red"}, {"size": 42}]},
        {"or": [{"colour": "blue"}, {"size": 42}]},
        {"not": {"colour": "blue"}},
        {"not": {"missing": {"gt": 0}}},
        {"colour": "red", "sale": True},
        {},
        {"and": []},
        {"not": {"or": []}},
    ],
)
def test_the_shoe_passes(value: dict[str, Any]) -> None:
    """These conditions hold for the shoe."""
    assert matches(parse_filter(value), SHOE)


@pytest.mark.parametrize(
    "value",
    [
        {"colour": "Red"},
        {"size": "42"},
        {"sale": 1},
        {"sale": "true"},
        {"brand": "null"},
        {"brand": False},
        {"missing": None},
        {"price": {"gt": 49.9}},
        {"price": {"gte": 10, "lt": 49.9}},
        {"price": {"gt": "4"}},
        {"sale": {"gte": 0}},
        {"sole": 4},
        {"made.in": "Italy"},
        {"tags": {"in": []}},
        # One element has to lie within both bounds.
        {"variants.size": {"gt": 40, "lt": 44}},
        {"and": [{"colour": "red"}, {"size": 43}]},
        {"or": []},
        {"not": {}},
        {"colour": "red", "sale": False},
    ],
)
def test_the_shoe_does_not_pass(value: dict[str, Any]) -> None:
    """These conditions do not hold for the shoe."""
    assert not matches(parse_filter(value), SHOE)


@given(filters, filters, metadata)
def test_filters_follow_the_laws_of_logic(one: dict[str, Any], other: dict[str, Any], item: dict[str, Any]) -> None:
    """Every filter holds or does not hold, never neither, and connectives mean what they say."""
    first, second = (matches(parse_filter(value), item) for value in (one, other))
    assert matches(parse_filter({"not": one}), item) is not first
    assert matches(parse_filter({"and": [one, other]}), item) is (first and second)
    assert matches(parse_filter({"or": [one, other]}), item) is (first or second)
    assert matches(parse_filter({"not": {"and": [one, other]}}), item) is matches(
        parse_filter({"or": [{"not": one}, {"not": other}]}), item
    )
