"""Tests of filters in SQL, against their plain evaluation."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from indexer.catalogue import ItemDraft, SqlCatalogue, matches, parse_filter
from indexer.catalogue.metadata import leaves_of
from tests.indexer.catalogue.strategies import LONG, NUMBERS, TEXTS, filters, metadata, scalar

numbers = itertools.count()

# The catalogue is shared by the examples, each of which has a collection of its own.
on_databases = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


def filled(catalogue: SqlCatalogue, contents: list[dict[str, Any]]) -> str:
    """Make a collection that holds items with this metadata, whose keys are their numbers."""
    name = f"c{next(numbers)}"
    catalogue.create_collection(name, "sketch")
    catalogue.upsert(name, [ItemDraft(str(number), metadata=content) for number, content in enumerate(contents)])
    return name


def found(catalogue: SqlCatalogue, name: str, value: dict[str, Any]) -> list[int]:
    """The numbers of the items that the database lets through, in both ways of asking."""
    where = parse_filter(value)
    items = catalogue.items(name, catalogue.allowed(name, where))
    assert catalogue.page(name, limit=1000, where=where).items == items
    return [int(item.key) for item in items]


def expected(contents: list[dict[str, Any]], value: dict[str, Any]) -> list[int]:
    """The numbers of the items that pass by the plain evaluation."""
    where = parse_filter(value)
    return [number for number, content in enumerate(contents) if matches(where, content)]


@st.composite
def about(draw: st.DrawFn, contents: list[dict[str, Any]]) -> dict[str, Any]:
    """A condition on a value that some item has."""
    leaves = [leaf for content in contents for leaf in leaves_of(content)]
    if not leaves:
        return draw(filters)
    leaf = draw(st.sampled_from(leaves))
    operators = ["eq", "in"]
    if leaf.value is not None and not isinstance(leaf.value, bool):
        operators += ["gt", "gte", "lt", "lte"]
    operator = draw(st.sampled_from(operators))
    condition = {operator: [leaf.value, draw(scalar)] if operator == "in" else leaf.value}
    # Written so that no name is taken for a connective.
    path = leaf.path if leaf.path not in {"and", "or", "not"} else "\\" + leaf.path
    return draw(st.sampled_from([{path: condition}, {"not": {path: condition}}]))


@on_databases
@given(data=st.data(), contents=st.lists(metadata, min_size=1, max_size=4))
def test_databases_agree_with_the_plain_evaluation(
    catalogue: SqlCatalogue, data: st.DataObject, contents: list[dict[str, Any]]
) -> None:
    """SQLite, PostgreSQL and Python let through exactly the same items."""
    name = filled(catalogue, contents)
    for value in data.draw(st.lists(st.one_of(filters, about(contents)), min_size=1, max_size=4)):
        kept = expected(contents, value)
        event(f"{len(kept)} of {len(contents)} pass")
        assert found(catalogue, name, value) == kept


@pytest.mark.parametrize("operator", ["eq", "gt", "gte", "lt", "lte"])
def test_awkward_values_are_compared_alike(catalogue: SqlCatalogue, operator: str) -> None:
    """Every pair of values that a database may mix up is told apart, or not, as Python does."""
    values = [*NUMBERS, *TEXTS, *LONG, True, False, None]
    contents = [{"a": value} for value in values]
    name = filled(catalogue, contents)
    for value in values:
        if operator == "eq" or not isinstance(value, bool | None):
            condition = {"a": {operator: value}}
            assert found(catalogue, name, condition) == expected(contents, condition), value


def test_filters_see_one_collection_only(catalogue: SqlCatalogue) -> None:
    """The same metadata in another collection makes no difference."""
    names = [filled(catalogue, [{"a": 1}, {"a": 2}]) for _ in range(2)]
    for name in names:
        assert found(catalogue, name, {"a": 1}) == [0]
        assert found(catalogue, name, {"not": {"a": 1}}) == [1]


def test_the_largest_filter_is_understood(catalogue: SqlCatalogue) -> None:
    """What the language allows, no database refuses."""
    name = filled(catalogue, [{"a": "700"}, {"a": 3}])
    choices = {"in": [str(number) for number in range(500, 1000)]}
    others = {"in": [str(number) for number in range(1000, 1438)]}
    deep: dict[str, Any] = {"or": [{"a": choices}, {"a": others}, *[{"a": {"gt": "a"}}] * 62]}
    for _ in range(14):
        deep = {"not": deep}
    assert found(catalogue, name, deep) == [0]


def test_filters_follow_changes_of_metadata(catalogue: SqlCatalogue) -> None:
    """A patched, replaced or deleted item is filtered by what it is now."""
    name = filled(catalogue, [{"a": 1, "b": 1}, {"a": 1}, {"a": 1}])
    catalogue.patch(name, "0", metadata={"a": 2})
    catalogue.upsert(name, [ItemDraft("1", metadata={"b": 1})])
    catalogue.delete(name, "2")
    assert found(catalogue, name, {"a": 1}) == []
    assert found(catalogue, name, {"a": 2}) == [0]
    assert found(catalogue, name, {"b": 1}) == [0, 1]
