"""What filters mean: the plain evaluation that every database has to agree with."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

from indexer.catalogue.filters import Between, Both, Either, Equal, Filter, Not, Scalar
from indexer.catalogue.metadata import leaves_of

_COMPARE = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}


def matches(where: Filter, metadata: Mapping[str, Any]) -> bool:
    """Return whether metadata passes a filter.

    Numbers are compared as doubles, text by code points; a number, a text, a truth value and null are never the same
    and never ordered. Without a value at the path neither equality nor a range holds, so their negations do.
    """
    if isinstance(where, Both):
        return all(matches(part, metadata) for part in where.parts)
    if isinstance(where, Either):
        return any(matches(part, metadata) for part in where.parts)
    if isinstance(where, Not):
        return not matches(where.part, metadata)
    values = [leaf.value for leaf in leaves_of(metadata) if leaf.path == where.path]
    if isinstance(where, Equal):
        return any(_same(value, wanted) for value in values for wanted in where.values)
    return any(_within(value, where) for value in values)


def _same(value: Scalar, wanted: Scalar) -> bool:
    return _kind(value) is _kind(wanted) and _comparable(value) == _comparable(wanted)


def _within(value: Scalar, where: Between) -> bool:
    return all(
        _kind(value) is _kind(bound) and _COMPARE[name](_comparable(value), _comparable(bound))
        for name, bound in where.bounds
    )


def _kind(value: Scalar) -> type:
    return float if isinstance(value, int | float) and not isinstance(value, bool) else type(value)


def _comparable(value: Scalar) -> Any:  # noqa: ANN401 - text or a number
    return float(value) if _kind(value) is float and value is not None else value
