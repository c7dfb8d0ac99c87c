"""What a network sees: of a drawing, and of an item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.predictors import Predictors, Serving
from app.weights import Weights
from app.workers import Workers
from indexer.catalogue import Catalogue
from indexer.pictures import PictureStore, UnknownPicture
from models.contracts import Strokes
from models.images import decode, encode_png

if TYPE_CHECKING:
    from torch import Tensor


class View:
    """Shows queries and items as networks see them, as PNG."""

    def __init__(
        self,
        catalogue: Catalogue,
        pictures: PictureStore,
        predictors: Predictors,
        weights: Weights,
        workers: Workers,
        max_pixels: int,
    ) -> None:
        """Show what lies in `catalogue` and `pictures`; pictures may have `max_pixels`."""
        self._catalogue = catalogue
        self._pictures = pictures
        self._predictors = predictors
        self._weights = weights
        self._workers = workers
        self._max_pixels = max_pixels

    async def query(self, model: str, query: bytes | Strokes, collection: str | None) -> bytes:
        """Show a drawing as a model sees it, with the weights that `collection` is searched with, if one is named.

        Raises:
            UnknownModel: no model has that name.
            UnknownCollection, WrongModel: the collection cannot be searched with it.
            UnreadablePicture, PictureTooLarge, EmptyDrawing, InvalidStrokes: there is nothing to show.
        """
        serving = await (
            self._predictors.get(model) if collection is None else self._weights.serving(collection, model)
        )

        def view() -> bytes:
            drawing = decode(query, self._max_pixels) if isinstance(query, bytes) else query
            return encode_png(serving.predictor.view_query(serving.predictor.prepare_query(drawing)))

        return await self._workers.compute(view)

    async def item(self, collection: str, key: str) -> bytes:
        """Show an item's picture as the collection's model sees it.

        Raises:
            UnknownCollection, UnknownItem: there is no such item.
            UnknownPicture: it has no picture.
        """
        serving = await self._weights.serving(collection)
        content = await self._workers.store(self._content, collection, key)
        prepared = await self._workers.compute(self._prepared, serving, content)
        view = await serving.views.submit(prepared)
        return await self._workers.compute(encode_png, view.value)

    def _content(self, collection: str, key: str) -> bytes:
        item = self._catalogue.item(collection, key)
        if item.picture is None:
            message = f"The item {key} has no picture: put one."
            raise UnknownPicture(message)
        return self._pictures.open(item.picture).read_bytes()

    def _prepared(self, serving: Serving, content: bytes) -> Tensor:
        return serving.predictor.prepare_item(decode(content, self._max_pixels))
