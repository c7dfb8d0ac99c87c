"""A source of items on its way to a server: read and cut into batches, with what became of each item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias

from app.answers import BatchResult
from app.requests import NewItem

if TYPE_CHECKING:
    from indexer.sources import SourceItem, SourceReject

Put: TypeAlias = Callable[[str, Sequence[NewItem]], Sequence[BatchResult]]
"""Stores items in a collection, and tells what became of each: `LikenessClient.put_items`."""

MOST_ITEMS = 50
MOST_BYTES = 4 * 2**20
"""Of a batch's pictures; a server takes bodies of 10 MiB unless it is set to take less or more."""


def send(put: Put, collection: str, source: Iterable[SourceItem | SourceReject]) -> Iterator[list[BatchResult]]:
    """Store what a source holds, a batch at a time, and tell after each what became of its items."""
    refused: list[BatchResult] = []
    for batch in batches(read(source, refused)):
        told, refused[:] = list(refused), []
        yield [*told, *_stored(put, collection, batch)]
    if refused:
        yield refused


def _stored(put: Put, collection: str, batch: Sequence[NewItem]) -> list[BatchResult]:
    """Store a batch, in halves where it is larger than what the server takes at once."""
    from app.client import LikenessError

    try:
        return list(put(collection, batch))
    except LikenessError as error:
        if error.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise
        if len(batch) == 1:
            return [BatchResult(batch[0].key, error.status, None, str(error))]
    half = len(batch) // 2
    return [*_stored(put, collection, batch[:half]), *_stored(put, collection, batch[half:])]


def read(source: Iterable[SourceItem | SourceReject], refused: list[BatchResult]) -> Iterator[NewItem]:
    """Read the pictures of a source; what cannot be read is added to `refused`."""
    from indexer.sources import SourceReject
    from models.contracts import PictureTooLarge, UnreadablePicture

    for entry in source:
        if isinstance(entry, SourceReject):
            refused.append(BatchResult(entry.key, HTTPStatus.UNPROCESSABLE_ENTITY, None, entry.reason))
            continue
        try:
            yield NewItem(entry.key, entry.read(), entry.title, entry.metadata)
        except (UnreadablePicture, PictureTooLarge, OSError) as error:
            refused.append(BatchResult(entry.key, HTTPStatus.UNPROCESSABLE_ENTITY, None, str(error)))


def batches(
    items: Iterable[NewItem], most_items: int = MOST_ITEMS, most_bytes: int = MOST_BYTES
) -> Iterator[Sequence[NewItem]]:
    """Cut items into batches, in their order; one whose picture alone is too large for a batch goes alone."""
    batch: list[NewItem] = []
    size = 0
    for item in items:
        twice = any(item.key == other.key for other in batch)
        if batch and (twice or len(batch) >= most_items or size + len(item.image) > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += len(item.image)
    if batch:
        yield batch
