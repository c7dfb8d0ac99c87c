"""Metadata of items: JSON objects within bounds, and the single values in them that filters look at."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.catalogue.errors import InvalidMetadata
from indexer.catalogue.filters import Scalar
from indexer.catalogue.keys import text_fault

MAX_BYTES = 16 * 1024
MAX_DEPTH = 8
MAX_VALUES = 512
MAX_PATH_BYTES = 500


@dataclass(frozen=True)
class Leaf:
    """A single value in metadata, and its path: the names that lead to it, joined by dots.

    Lists add nothing to a path, so all elements of a list share one.
    """

    path: str
    value: Scalar


def read_metadata(text: str | bytes) -> dict[str, Any]:
    """Return the metadata in a JSON document.

    Raises:
        InvalidMetadata: it is no JSON, or breaks the rules.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"The metadata is not JSON that can be read: {error}."
        raise InvalidMetadata(message) from error
    return check_metadata(value)


def check_metadata(value: object) -> dict[str, Any]:
    """Return metadata if it follows the rules: a JSON object, finite numbers, bounded in depth, values and bytes.

    What is returned is a copy, as it will be read from the database.

    Raises:
        InvalidMetadata: it does not.
    """
    if not isinstance(value, Mapping):
        message = f"Metadata has to be a JSON object, not {_kind(value)}."
        raise InvalidMetadata(message)
    _check_object(value, "", 1)
    leaves = list(leaves_of(value))
    if len(leaves) > MAX_VALUES:
        message = f"The metadata holds {len(leaves)} values; at most {MAX_VALUES} are kept."
        raise InvalidMetadata(message)
    text = write_metadata(value)
    size = len(text.encode())
    if size > MAX_BYTES:
        message = f"The metadata takes {size:,} bytes as JSON; at most {MAX_BYTES:,} are kept."
        raise InvalidMetadata(message)
    checked: dict[str, Any] = json.loads(text)
    return checked


def write_metadata(metadata: Mapping[str, Any]) -> str:
    """Return metadata as JSON text, which gives the same metadata when it is read."""
    return json.dumps(dict(metadata), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def merge_patch(metadata: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata with a patch merged in, as RFC 7396 has it: null removes, objects merge, all else replaces."""
    merged = dict(metadata)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping):
            old = merged.get(name)
            merged[name] = merge_patch(old if isinstance(old, Mapping) else {}, value)
        else:
            merged[name] = value
    return merged


def leaves_of(metadata: Mapping[str, Any], prefix: str = "") -> Iterator[Leaf]:
    """Walk through the single values of metadata, in the order in which they stand."""
    for name, value in metadata.items():
        path = prefix + escape(name)
        for element in _flattened(value):
            if isinstance(element, Mapping):
                yield from leaves_of(element, path + ".")
            else:
                yield Leaf(path, element)


def escape(name: str) -> str:
    """Return a name as it stands in a path, where a dot separates names."""
    return name.replace("\\", "\\\\").replace(".", "\\.")


def _flattened(value: Any) -> Iterator[Any]:  # noqa: ANN401 - JSON
    if isinstance(value, list | tuple):
        for element in value:
            yield from _flattened(element)
    else:
        yield value


def _check_object(value: Mapping[Any, Any], path: str, depth: int) -> None:
    for name, member in value.items():
        if not isinstance(name, str):
            message = f"A name in the metadata is {_kind(name)}; names have to be text."
            raise InvalidMetadata(message)
        _check_text(name, path)
        inner = path + escape(name)
        if len(inner.encode()) > MAX_PATH_BYTES:
            message = f"The metadata has a name of more than {MAX_PATH_BYTES} bytes: {inner[:80]!r}…"
            raise InvalidMetadata(message)
        _check_value(member, inner, depth)


def _check_value(value: object, path: str, depth: int) -> None:
    if isinstance(value, Mapping | list | tuple) and depth == MAX_DEPTH:
        message = f"The metadata is nested more than {MAX_DEPTH} deep at {path[:80]!r}."
        raise InvalidMetadata(message)
    if isinstance(value, Mapping):
        _check_object(value, path + ".", depth + 1)
    elif isinstance(value, list | tuple):
        for element in value:
            _check_value(element, path, depth + 1)
    elif isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, int | float):
        _check_number(value, path)
    elif value is not None:
        message = f"The metadata at {path[:80]!r} is {_kind(value)}, which JSON cannot hold."
        raise InvalidMetadata(message)


def _check_text(text: str, path: str) -> None:
    fault = text_fault(text)
    if fault is not None:
        message = f"A text in the metadata at {path[:80]!r} cannot be stored: {fault}."
        raise InvalidMetadata(message)


def _check_number(number: float, path: str) -> None:
    try:
        finite = math.isfinite(float(number))
    except OverflowError:
        finite = False
    if not finite:
        message = f"The number in the metadata at {path[:80]!r} is not finite, or too large for a double."
        raise InvalidMetadata(message)


def _kind(value: object) -> str:
    names: Sequence[tuple[type, str]] = (
        (bool, "true or false"),
        (int, "a number"),
        (float, "a number"),
        (str, "text"),
        (list, "a list"),
    )
    if value is None:
        return "null"
    return next((name for kind, name in names if isinstance(value, kind)), f"a Python {type(value).__name__}")
