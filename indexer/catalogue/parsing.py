r"""The language of filters, from JSON.

    {"colour": "red"}                       equality; null, true, 3 and "3" are four different values
    {"price": {"gte": 10, "lt": 50}}        ranges over numbers or over text: gt, gte, lt, lte
    {"kind": {"in": ["boot", "pump"]}}      one of several
    {"colour": "red", "sole.height": 4}     all of them; a dot reaches into an object
    {"and": [...]}, {"or": [...]}, {"not": {...}}

A list fulfils a condition if one of its elements does. A backslash takes the meaning from the next character: the name
`a\.b` holds a dot, and `\and` is a name.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping

from indexer.catalogue.errors import InvalidFilter
from indexer.catalogue.filters import Between, Both, Either, Equal, Filter, Not, Scalar
from indexer.catalogue.keys import text_fault
from indexer.catalogue.metadata import escape

MAX_DEPTH = 16
MAX_CONDITIONS = 64
MAX_VALUES = 1000
MAX_CHOICES = 500
RANGES = ("gt", "gte", "lt", "lte")
OPERATORS = ("eq", "in", *RANGES)


def read_filter(text: str | bytes) -> Filter:
    """Return the filter in a JSON document.

    Raises:
        InvalidFilter: it is no JSON, or no filter.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"The filter is not JSON that can be read: {error}."
        raise InvalidFilter(message) from error
    return parse_filter(value)


def parse_filter(value: object) -> Filter:
    """Return the filter that a JSON value describes.

    Raises:
        InvalidFilter: it is no filter, or too large a one.
    """
    parsed = _filter(value, 1)
    conditions = list(_conditions(parsed))
    if len(conditions) > MAX_CONDITIONS:
        message = f"The filter has {len(conditions)} conditions; at most {MAX_CONDITIONS} are taken."
        raise InvalidFilter(message)
    values = sum(len(part.values) for part in conditions if isinstance(part, Equal))
    if values > MAX_VALUES:
        message = f"The filter compares with {values} values; at most {MAX_VALUES} are taken."
        raise InvalidFilter(message)
    return parsed


def _filter(value: object, depth: int) -> Filter:
    if not isinstance(value, Mapping):
        message = f'A filter has to be a JSON object such as {{"colour": "red"}}, not {_shown(value)}.'
        raise InvalidFilter(message)
    if depth > MAX_DEPTH:
        message = f"The filter is nested more than {MAX_DEPTH} deep."
        raise InvalidFilter(message)
    parts = tuple(_member(name, member, depth) for name, member in value.items())
    return parts[0] if len(parts) == 1 else Both(parts)


def _member(name: object, value: object, depth: int) -> Filter:
    if not isinstance(name, str):
        message = f"A name in the filter is {_shown(name)}; names have to be text."
        raise InvalidFilter(message)
    if name == "not":
        return Not(_filter(value, depth + 1))
    if name in {"and", "or"}:
        parts = tuple(_filter(part, depth + 1) for part in _list(value, name))
        return Both(parts) if name == "and" else Either(parts)
    return _condition(parse_path(name), name, value)


def _condition(path: str, name: str, value: object) -> Filter:
    if not isinstance(value, Mapping):
        return Equal(path, (_scalar(value, name),))
    unknown = [str(operator) for operator in value if operator not in OPERATORS]
    if unknown or not value:
        known = ", ".join(OPERATORS)
        message = (
            f"The condition on {name!r} has {_shown(unknown[0]) if unknown else 'no operator'}; known are {known}."
        )
        raise InvalidFilter(message)
    parts: list[Filter] = []
    if "eq" in value:
        parts.append(Equal(path, (_scalar(value["eq"], name),)))
    if "in" in value:
        parts.append(Equal(path, tuple(_scalar(choice, name) for choice in _list(value["in"], f"{name}: in"))))
    bounds = tuple((operator, _bound(value[operator], name)) for operator in RANGES if operator in value)
    if bounds:
        parts.append(_between(path, name, bounds))
    return parts[0] if len(parts) == 1 else Both(tuple(parts))


def _between(path: str, name: str, bounds: tuple[tuple[str, float | str], ...]) -> Between:
    if len({type(bound) for _, bound in bounds}) > 1:
        message = f"The bounds on {name!r} have to be all numbers or all text."
        raise InvalidFilter(message)
    return Between(path, bounds)


def _scalar(value: object, name: str) -> Scalar:
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value, name)
    message = (
        f"The condition on {name!r} compares with {_shown(value)}; compare with text, a number, true, false or null."
    )
    raise InvalidFilter(message)


def _bound(value: object, name: str) -> float | str:
    scalar = _scalar(value, name)
    if scalar is None or isinstance(scalar, bool):
        message = f"A bound on {name!r} is {_shown(value)}; bounds are numbers or text."
        raise InvalidFilter(message)
    return scalar


def _number(value: float, name: str) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        message = f"The condition on {name!r} compares with a number that is not finite, or too large for a double."
        raise InvalidFilter(message)
    return number


def _text(value: str) -> str:
    fault = text_fault(value)
    if fault is not None:
        message = f"A text in the filter cannot be looked for: {fault}."
        raise InvalidFilter(message)
    return value


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        message = f"The filter's {name!r} has to be a list, not {_shown(value)}."
        raise InvalidFilter(message)
    if len(value) > MAX_CHOICES:
        message = f"The filter's {name!r} has {len(value)} elements; at most {MAX_CHOICES} are taken."
        raise InvalidFilter(message)
    return value


def parse_path(name: str) -> str:
    """Return the path that a name in a filter stands for: names escaped as in metadata, joined by dots."""
    names = [""]
    characters = iter(_text(name))
    for character in characters:
        if character == ".":
            names.append("")
        else:
            names[-1] += next(characters, "\\") if character == "\\" else character
    return ".".join(escape(part) for part in names)


def _conditions(part: Filter) -> Iterator[Filter]:
    if isinstance(part, Both | Either):
        for inner in part.parts:
            yield from _conditions(inner)
    elif isinstance(part, Not):
        yield from _conditions(part.part)
    else:
        yield part


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"  # noqa: PLR2004 - enough to recognise it
