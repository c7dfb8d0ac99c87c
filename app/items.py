"""Upserts in the order in which they happen: decode, prepare, store the picture, embed, commit the row.

Pixels live in the first two steps alone, which are one call on a thread: of the pictures that wait for the disk, the
device or the database, however many, none is in memory but as a file, and as what the network takes.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from app.predictors import Serving
from app.telemetry import Telemetry
from app.weights import Weights, Writing
from app.workers import Workers
from indexer.catalogue import (
    Catalogue,
    Expectation,
    InvalidKey,
    InvalidMetadata,
    Item,
    ItemDraft,
    Once,
    VectorsLacking,
    check_key,
    check_metadata,
    check_title,
)
from indexer.pictures import PictureFiles, PictureStore, files_of
from models.contracts import PictureTooLarge, RetrievalError, UnreadablePicture
from models.images import decode

if TYPE_CHECKING:
    from torch import Tensor

    from models.contracts import Vectors

TOGETHER = 8
"""Items of a batch that are worked on at once: enough to fill a run of the device, and no more, for others wait too."""

ATTEMPTS = 3
"""How often items are embedded with further weights because those of their collection were exchanged meanwhile."""

ITEM_FAULTS = (InvalidKey, InvalidMetadata, UnreadablePicture, PictureTooLarge)
"""What is wrong with one item of a batch and leaves the others as they are."""

Written = TypeVar("Written")
Outcome = Item | RetrievalError
"""What became of one item of a batch."""


@dataclass(frozen=True, eq=False)
class NewItem:
    """An item as a caller sends it: `picture` is a file's bytes, `expected` what the key must hold before."""

    key: str
    picture: bytes
    title: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    expected: Expectation | None = None


@dataclass(frozen=True, eq=False)
class _Stored:
    """What is held of a picture once it lies on the disk.

    Attributes:
        digest: under which it lies there.
        source: sha256, in hex, of the bytes that were sent.
        prepared: what each network takes that was asked for, uint8.
    """

    digest: str
    source: str
    prepared: Sequence[Tensor]


class Items:
    """Writes items so that the next search finds them."""

    def __init__(
        self,
        catalogue: Catalogue,
        pictures: PictureStore,
        weights: Weights,
        workers: Workers,
        telemetry: Telemetry,
        max_pixels: int,
        together: int = TOGETHER,
    ) -> None:
        """Write to `catalogue` and `pictures`; pictures may have `max_pixels`, `together` items of a batch overlap."""
        self._catalogue = catalogue
        self._pictures = pictures
        self._weights = weights
        self._workers = workers
        self._telemetry = telemetry
        self._max_pixels = max_pixels
        self._together = together

    async def put(self, collection: str, new: NewItem) -> Item:
        """Store an item with its picture, in place of what the key held before.

        Raises:
            UnknownCollection: there is no such collection.
            UnreadablePicture, PictureTooLarge: the picture cannot be used.
            InvalidKey, InvalidMetadata: the item breaks the rules.
            UnmetExpectation: the key does not hold what was expected.
            QueueFull, DeadlineExceeded, QueueClosed: the device has no time.
            VectorsLacking: the collection's weights are exchanged again and again.
        """
        vectors: dict[str, dict[str, Vectors]] = {}

        async def attempt(writing: Writing) -> Item:
            draft = await self._draft(new, writing, vectors)
            upsert = partial(self._catalogue.upsert, collection, [draft], embedded=writing.digests)
            return (await self._workers.store(upsert))[0]

        return await self._insist(collection, attempt)

    async def put_all(
        self,
        collection: str,
        batch: Sequence[NewItem],
        present: Callable[[Sequence[Outcome]], str],
        key: str | None = None,
    ) -> str:
        """Store items, those that can be in one transaction, and return what `present` makes of all outcomes.

        With a `key` the answer is kept: the same batch under the same key is answered the same, and not written again.

        Raises:
            UnknownCollection: there is no such collection.
            ReusedRequestKey: the key stands for another batch.
            QueueFull, DeadlineExceeded, QueueClosed: the device has no time; no item was written.
            VectorsLacking: the collection's weights are exchanged again and again.
        """
        request = await self._workers.compute(_digest, batch)
        if key is not None:
            kept = await self._workers.store(self._catalogue.answered, collection, key, request)
            if kept is not None:
                return kept
        vectors: dict[str, dict[str, Vectors]] = {}

        async def attempt(writing: Writing) -> str:
            drafted = await self._drafted(batch, writing, vectors)
            drafts = [draft for draft in drafted if isinstance(draft, ItemDraft)]

            def answer(written: Sequence[Item]) -> str:
                items = iter(written)
                return present([next(items) if isinstance(one, ItemDraft) else one for one in drafted])

            def write() -> str:
                if key is None:
                    return answer(self._catalogue.upsert(collection, drafts, embedded=writing.digests))
                once = Once(key, request, answer)
                return self._catalogue.upsert_once(collection, drafts, once, embedded=writing.digests)

            return await self._workers.store(write)

        return await self._insist(collection, attempt)

    async def patch(
        self,
        collection: str,
        key: str,
        title: str | None,
        metadata: Mapping[str, Any] | None,
        expected: Expectation | None = None,
    ) -> Item:
        """Change an item's title, or merge changes into its metadata; the picture stays.

        Raises:
            UnknownCollection, UnknownItem: there is no such item.
            UnmetExpectation: it is not what was expected.
            InvalidMetadata: the changed item breaks the rules.
        """
        return await self._workers.store(
            lambda: self._catalogue.patch(collection, key, title=title, metadata=metadata, expected=expected)
        )

    async def delete(self, collection: str, key: str, expected: Expectation | None = None) -> None:
        """Delete an item; its picture stays, for another item may show it too.

        Raises:
            UnknownCollection, UnknownItem: there is no such item.
            UnmetExpectation: it is not what was expected.
        """
        await self._workers.store(lambda: self._catalogue.delete(collection, key, expected=expected))

    async def _insist(self, collection: str, attempt: Callable[[Writing], Awaitable[Written]]) -> Written:
        """Attempt a write, and again with the further weights that the collection has come to need meanwhile."""
        for _ in range(ATTEMPTS - 1):
            with suppress(VectorsLacking):
                return await attempt(await self._weights.for_writing(collection))
        return await attempt(await self._weights.for_writing(collection))

    async def _drafted(
        self, batch: Sequence[NewItem], writing: Writing, vectors: dict[str, dict[str, Vectors]]
    ) -> list[ItemDraft | RetrievalError]:
        """Draft the items of a batch, some at a time; what is wrong with one of them stands in its place."""
        places = asyncio.Semaphore(self._together)

        async def drafted(new: NewItem) -> ItemDraft | RetrievalError:
            async with places:
                try:
                    return await self._draft(new, writing, vectors)
                except ITEM_FAULTS as fault:
                    return _without_traceback(fault)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(drafted(new)) for new in batch]
        except ExceptionGroup as failures:
            # One failure speaks for all: the batch came to nothing, and may be sent again.
            raise failures.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _draft(self, new: NewItem, writing: Writing, vectors: dict[str, dict[str, Vectors]]) -> ItemDraft:
        """Check and embed an item and store its picture; the row that refers to it is still to be written.

        `vectors`, by key and digest, are those of earlier attempts, and take up what they lack.
        """
        check_key(new.key)
        title, metadata = check_title(new.title), check_metadata(new.metadata)
        embedded = vectors.setdefault(new.key, {})
        lacking = [serving for serving in writing.servings if serving.predictor.digest not in embedded]
        stored = await self._stored(new.picture, lacking)
        for serving, tensor in zip(lacking, stored.prepared, strict=True):
            embedded[serving.predictor.digest] = (await serving.items.submit(tensor)).value
        return ItemDraft(
            key=new.key,
            title=title,
            metadata=metadata,
            picture=stored.digest,
            source=stored.source,
            vectors=embedded,
            expected=new.expected,
        )

    async def _stored(self, content: bytes, servings: Sequence[Serving]) -> _Stored:
        """Prepare a picture for `servings` and store it."""
        files, prepared = await self._workers.compute(self._seen, content, servings)
        digest = await self._workers.store(self._pictures.keep, files)
        return _Stored(digest, files.source, prepared)

    def _seen(self, content: bytes, servings: Sequence[Serving]) -> tuple[PictureFiles, list[Tensor]]:
        """Do all that needs a picture's pixels; they end with this call."""
        with self._telemetry.decode.time():
            picture = decode(content, self._max_pixels)
        prepared = []
        for serving in servings:
            with self._telemetry.prepare.time():
                prepared.append(serving.predictor.prepare_item(picture))
        return files_of(content, picture), prepared


def _without_traceback(fault: RetrievalError) -> RetrievalError:
    """Let go of the calls that failed: their variables hold the pixels of a picture that was half decoded."""
    fault.__cause__ = fault.__context__ = fault.__traceback__ = None
    return fault


def _digest(batch: Sequence[NewItem]) -> str:
    """Return the sha256, in hex, of what a batch asks for, however it was put into a body."""
    facts = [(new.key, new.title, new.metadata, hashlib.sha256(new.picture).hexdigest()) for new in batch]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
