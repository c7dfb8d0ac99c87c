"""Filters as SQL: the same for every database, since `leaves` holds values that all of them compare alike."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, not_, or_, select, true

from indexer.catalogue.filters import Between, Both, Either, Equal, Filter, Not, Scalar
from indexer.catalogue.tables import START, items, leaves

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def condition(where: Filter, collection_id: int) -> ColumnElement[bool]:
    """Return the condition on rows of `items`, of one collection, that `matching.matches` describes."""
    if isinstance(where, Both):
        return and_(true(), *(condition(part, collection_id) for part in where.parts))
    if isinstance(where, Either):
        return or_(false(), *(condition(part, collection_id) for part in where.parts))
    if isinstance(where, Not):
        return not_(condition(where.part, collection_id))
    held = _equal(where) if isinstance(where, Equal) else _between(where)
    found = select(leaves.c.item_id).where(leaves.c.collection_id == collection_id, leaves.c.path == where.path, held)
    return items.c.id.in_(found)


def _equal(where: Equal) -> ColumnElement[bool]:
    texts = [value for value in where.values if isinstance(value, str)]
    flags = [value for value in where.values if isinstance(value, bool)]
    numbers = [value for value in where.values if _is_number(value)]
    choices: list[ColumnElement[bool]] = []
    if texts:
        starts = leaves.c.start.in_({text[:START] for text in texts})
        choices.append(and_(leaves.c.number.is_(None), starts, leaves.c.text.in_(texts)))
    if numbers:
        choices.append(leaves.c.number.in_(numbers))
    if flags:
        choices.append(leaves.c.flag.in_(flags))
    if None in where.values:
        choices.append(and_(leaves.c.text.is_(None), leaves.c.number.is_(None), leaves.c.flag.is_(None)))
    return or_(false(), *choices)


def _between(where: Between) -> ColumnElement[bool]:
    return and_(true(), *(_bound(name, value) for name, value in where.bounds))


def _bound(name: str, value: float | str) -> ColumnElement[bool]:
    if not isinstance(value, str):
        number: ColumnElement[bool] = _COMPARE[name](leaves.c.number, value)
        return number
    # The beginnings of two texts are ordered as the texts are, or the same; they stand in the index.
    starts = _COMPARE["gte" if name.startswith("g") else "lte"](leaves.c.start, value[:START])
    return and_(leaves.c.number.is_(None), starts, _COMPARE[name](leaves.c.text, value))


def _is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
