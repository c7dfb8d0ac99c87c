"""From rows of the tables to records, and from vectors to bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import RowMapping, func

from indexer.catalogue.records import Collection, GenerationRecord, Item, Reject
from indexer.catalogue.tables import items
from models.contracts import Vectors

ITEM_COLUMNS = (
    items.c.id,
    items.c.key,
    items.c.title,
    items.c.metadata,
    items.c.picture,
    items.c.change_seq,
    items.c.updated_at,
)
PICTURED_SINCE = func.coalesce(items.c.pictured_at, items.c.updated_at)
"""Since when an item has its picture, as far as is known: a server of the version before notes only its writes."""
PORTION = 500
"""How many values are looked for in one statement; databases bound the number of parameters."""

_LITTLE_ENDIAN = np.dtype("<f4")
_Value = TypeVar("_Value")


def to_item(row: Sequence[Any]) -> Item:
    """Return the item in a row of `ITEM_COLUMNS`, which are in the order of its attributes."""
    item_id, key, title, metadata, picture, change_seq, updated_at = row
    return Item(item_id, key, title, json.loads(metadata), picture, change_seq, updated_at)


def to_collection(row: RowMapping) -> Collection:
    """Return the collection in a row of its columns and the number of its items."""
    return Collection(**row)


def to_reject(row: RowMapping) -> Reject:
    """Return the reject in a row of its columns."""
    return Reject(**row)


def to_generation(row: RowMapping) -> GenerationRecord:
    """Return the generation in a row of its columns."""
    return GenerationRecord(**row)


def pack(vector: NDArray[np.float32]) -> bytes:
    """Return a vector as it is stored: float32, little-endian.

    Raises:
        ValueError: it is not one-dimensional, empty, or not finite.
    """
    array = np.asarray(vector, dtype=_LITTLE_ENDIAN)
    if array.ndim != 1 or array.size == 0 or not np.isfinite(array).all():
        message = f"A vector has to be one-dimensional and finite; this one has the shape {array.shape}."
        raise ValueError(message)
    return array.tobytes()


def unpack(stored: Sequence[bytes]) -> Vectors:
    """Return stored vectors, (n, dim), or (0, 0) if there are none."""
    if not stored:
        return np.empty((0, 0), dtype=np.float32)
    return np.frombuffer(b"".join(stored), dtype=_LITTLE_ENDIAN).reshape(len(stored), -1).astype(np.float32)


def portions(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    """Cut a long list into portions that fit into one statement."""
    for start in range(0, len(values), PORTION):
        yield values[start : start + PORTION]


def as_ids(values: Sequence[Any]) -> NDArray[np.int64]:
    """Return ids as an array."""
    return np.asarray(values, dtype=np.int64).reshape(-1)
