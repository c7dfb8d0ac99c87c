"""Filters as SQL: the same for every database, since `leaves` holds values that all of them compare alike."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, not_, or_, select, true

from indexer.catalogue.filters import Between, Both, Either, Equal, Filter, Not, Scalar
from indexer.catalogue.tables import items, leaves


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
        choices.append(leaves.c.text.in_(texts))
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
    column: ColumnElement[float] | ColumnElement[str] = leaves.c.text if isinstance(value, str) else leaves.c.number
    compared: dict[str, ColumnElement[bool]] = {
        "gt": column > value,
        "gte": column >= value,
        "lt": column < value,
        "lte": column <= value,
    }
    return compared[name]


def _is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
