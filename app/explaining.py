"""Why the first hits of a search were found: their edge maps, coloured by what supports the match."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.predictors import Compared, Serving
from app.workers import Workers
from indexer.catalogue import Item
from indexer.pictures import PictureStore, UnknownPicture
from models.contracts import NotExplainable, PictureTooLarge, UnreadablePicture
from models.images import decode, encode_png

if TYPE_CHECKING:
    from torch import Tensor

    from models.contracts import Vectors
    from models.explanations import Explanation

EXPLAINED_HITS = 10
"""Of so many hits, the first ones, it is said why: each is embedded once more, and followed half the way back."""

_GONE = (UnknownPicture, UnreadablePicture, PictureTooLarge)
"""Why a picture cannot be explained that could once be searched for; its hit stays without."""


@dataclass(frozen=True)
class Why:
    """Why a hit was found.

    Attributes:
        picture: PNG, RGB: what the network sees of the item, coloured by what supports the match.
        shares: of the support that lies in each ninth of the picture, rows from the top; sums to 1, or to 0.
    """

    picture: bytes
    shares: tuple[tuple[float, ...], ...]

    @property
    def address(self) -> str:
        """The picture's address."""
        return address_of(self.picture)


class Explaining:
    """Explains hits with the network that found them."""

    def __init__(
        self, pictures: PictureStore, workers: Workers, max_pixels: int, together: int = EXPLAINED_HITS
    ) -> None:
        """Explain what lies in `pictures`; pictures may have `max_pixels`, `together` hits of a search overlap."""
        self._pictures = pictures
        self._workers = workers
        self._max_pixels = max_pixels
        self._together = together

    def check(self, serving: Serving) -> None:
        """Make sure, before anything is computed, that a model explains itself.

        Raises:
            NotExplainable: it does not.
        """
        if not serving.predictor.explains:
            message = f"The model {serving.predictor.spec.name} does not tell why: search without explain."
            raise NotExplainable(message)

    async def explain(self, serving: Serving, hits: Sequence[tuple[Item, Vectors]]) -> list[Why | None]:
        """Tell why items were found by the vectors of queries, float32 (dim,), of unit length.

        Returns:
            One for each hit; None where the item has no picture any more.

        Raises:
            QueueFull, DeadlineExceeded, QueueClosed: the device has no time.
        """
        found: list[Why | None] = []
        # A run of the device at a time, for others wait for it too, and its queue has an end.
        together = min(self._together, serving.predictor.spec.max_batch)
        for start in range(0, len(hits), together):
            part = hits[start : start + together]
            found += await asyncio.gather(*(self._why(serving, item, query) for item, query in part))
        return found

    async def _why(self, serving: Serving, item: Item, query: Vectors) -> Why | None:
        try:
            prepared = await self._workers.compute(self._prepared, serving, item)
        except _GONE:
            return None
        explained = await serving.explanations.submit(Compared(prepared, query))
        return await self._workers.compute(_shown, explained.value)

    def _prepared(self, serving: Serving, item: Item) -> Tensor:
        if item.picture is None:
            message = f"The item {item.key} has no picture: put one."
            raise UnknownPicture(message)
        content = self._pictures.open(item.picture).read_bytes()
        return serving.predictor.prepare_item(decode(content, self._max_pixels))


def address_of(png: bytes) -> str:
    """Return a PNG as a data URI, which the page's policy allows."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _shown(explanation: Explanation) -> Why:
    shares = explanation.shares().round(4).tolist()
    return Why(encode_png(explanation.picture()), tuple(map(tuple, shares)))
