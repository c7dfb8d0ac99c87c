"""One upsert, in the order in which it happens: decode, prepare, embed, store the picture, commit the row."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from app.predictors import Serving
from app.telemetry import Telemetry
from app.weights import Weights, Writing
from app.workers import Workers
from indexer.catalogue import Catalogue, Item, ItemDraft, VectorsLacking
from indexer.pictures import PictureStore
from models.images import Picture, decode

if TYPE_CHECKING:
    from torch import Tensor

    from models.contracts import Vectors


ATTEMPTS = 3
"""How often an item is embedded with further weights because those of its collection were exchanged meanwhile."""


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
    ) -> None:
        """Write to `catalogue` and `pictures`; pictures may have `max_pixels`."""
        self._catalogue = catalogue
        self._pictures = pictures
        self._weights = weights
        self._workers = workers
        self._telemetry = telemetry
        self._max_pixels = max_pixels

    async def put(self, collection: str, key: str, content: bytes, title: str, metadata: Mapping[str, Any]) -> Item:
        """Store an item with its picture, in place of what the key held before.

        Raises:
            UnknownCollection: there is no such collection.
            UnreadablePicture, PictureTooLarge: the picture cannot be used.
            InvalidKey, InvalidMetadata: the item breaks the rules.
            QueueFull, DeadlineExceeded, QueueClosed: the device has no time.
            VectorsLacking: the collection's weights are exchanged again and again.
        """
        writing = await self._weights.for_writing(collection)
        picture = await self._workers.compute(self._decoded, content)
        vectors: dict[str, Vectors] = {}

        def write() -> Item:
            draft = ItemDraft(
                key=key,
                title=title,
                metadata=metadata,
                picture=self._pictures.save(content, picture),
                source=hashlib.sha256(content).hexdigest(),
                vectors=vectors,
            )
            return self._catalogue.upsert(collection, [draft], embedded=writing.digests)[0]

        for _ in range(ATTEMPTS - 1):
            await self._embed(writing, picture, vectors)
            try:
                return await self._workers.store(write)
            except VectorsLacking:
                writing = await self._weights.for_writing(collection)
        await self._embed(writing, picture, vectors)
        return await self._workers.store(write)

    async def patch(self, collection: str, key: str, title: str | None, metadata: Mapping[str, Any] | None) -> Item:
        """Change an item's title, or merge changes into its metadata; the picture stays.

        Raises:
            UnknownCollection, UnknownItem: there is no such item.
            InvalidMetadata: the changed item breaks the rules.
        """
        return await self._workers.store(lambda: self._catalogue.patch(collection, key, title=title, metadata=metadata))

    async def delete(self, collection: str, key: str) -> None:
        """Delete an item; its picture stays, for another item may show it too.

        Raises:
            UnknownCollection, UnknownItem: there is no such item.
        """
        await self._workers.store(self._catalogue.delete, collection, key)

    def _decoded(self, content: bytes) -> Picture:
        with self._telemetry.decode.time():
            return decode(content, self._max_pixels)

    async def _embed(self, writing: Writing, picture: Picture, vectors: dict[str, Vectors]) -> None:
        """Add the vectors that are not there yet."""
        for serving in writing.servings:
            if serving.predictor.digest not in vectors:
                vectors[serving.predictor.digest] = await self._embedded(serving, picture)

    async def _embedded(self, serving: Serving, picture: Picture) -> Vectors:
        prepared = await self._workers.compute(self._prepared, serving, picture)
        return (await serving.items.submit(prepared)).value

    def _prepared(self, serving: Serving, picture: Picture) -> Tensor:
        with self._telemetry.prepare.time():
            return serving.predictor.prepare_item(picture)
