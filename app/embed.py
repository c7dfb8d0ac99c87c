"""Embeddings for whoever wants to compare pictures elsewhere: the vectors that searches and items have here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.predictors import Predictors, Serving
from app.telemetry import Telemetry
from app.weights import Weights
from app.workers import Workers
from models.contracts import InvalidStrokes, Strokes
from models.images import decode

if TYPE_CHECKING:
    from torch import Tensor

    from models.contracts import Vectors
    from models.predictor import Predictor


@dataclass(frozen=True, eq=False)
class Embedded:
    """What became of a picture.

    Attributes:
        model: name of the model.
        checkpoint: digest of its weights; only vectors of the same weights compare.
        vector: float32 (dim,), of unit length.
    """

    model: str
    checkpoint: str
    vector: Vectors


class Embed:
    """Embeds pictures that are stored nowhere."""

    def __init__(
        self, predictors: Predictors, weights: Weights, workers: Workers, telemetry: Telemetry, max_pixels: int
    ) -> None:
        """Embed pictures of up to `max_pixels`."""
        self._predictors = predictors
        self._weights = weights
        self._workers = workers
        self._telemetry = telemetry
        self._max_pixels = max_pixels

    async def query(self, model: str, query: bytes | Strokes, collection: str | None = None) -> Embedded:
        """Embed what could be searched for, as it is and not mirrored.

        Args:
            model: name of the model.
            query: a picture file, or strokes.
            collection: whose weights to embed with; None for the default ones.

        Raises:
            UnknownModel: no model has that name.
            UnknownCollection, WrongModel: the collection is not there, or another model embeds it.
            UnreadablePicture, PictureTooLarge, EmptyDrawing, InvalidStrokes: there is nothing to embed.
            QueueFull, DeadlineExceeded, QueueClosed: the device has no time.
        """
        serving = await self._serving(model, collection)
        prepared = await self._workers.compute(self._prepared_query, serving.predictor, query)
        answer = await serving.queries.submit(prepared[None])
        return _embedded(serving, answer.value[0])

    async def item(self, model: str, picture: bytes | Strokes, collection: str | None = None) -> Embedded:
        """Embed a picture file as it would be embedded if it were stored.

        Raises:
            InvalidStrokes: these are strokes, of which no item is made.
            UnknownModel, UnknownCollection, WrongModel: as of a query.
            UnreadablePicture, PictureTooLarge: there is nothing to embed.
            QueueFull, DeadlineExceeded, QueueClosed: the device has no time.
        """
        if isinstance(picture, Strokes):
            message = "An item is a picture, not strokes: send a picture, or embed the strokes with side=query."
            raise InvalidStrokes(message)
        serving = await self._serving(model, collection)
        prepared = await self._workers.compute(self._prepared_item, serving.predictor, picture)
        answer = await serving.items.submit(prepared)
        return _embedded(serving, answer.value)

    async def _serving(self, model: str, collection: str | None) -> Serving:
        if collection is None:
            return await self._predictors.get(model)
        # No index refuses what was embedded with weights that were exchanged since they were last asked for.
        await self._weights.refreshed(collection)
        return await self._weights.serving(collection, model)

    def _prepared_query(self, predictor: Predictor, query: bytes | Strokes) -> Tensor:
        with self._telemetry.decode.time():
            drawing = decode(query, self._max_pixels) if isinstance(query, bytes) else query
        with self._telemetry.prepare.time():
            return predictor.prepare_query(drawing)

    def _prepared_item(self, predictor: Predictor, content: bytes) -> Tensor:
        with self._telemetry.decode.time():
            picture = decode(content, self._max_pixels)
        with self._telemetry.prepare.time():
            return predictor.prepare_item(picture)


def _embedded(serving: Serving, vector: Vectors) -> Embedded:
    return Embedded(serving.predictor.spec.name, serving.predictor.digest, vector)
