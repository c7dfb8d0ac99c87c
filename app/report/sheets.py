"""Contact sheets: drawings, what was to be found for them, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.report.pictures import best_median_worst, data_uri

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from models.judgements import Judgement, Moment

HITS = 5
SHOWN = 5
GROWN = 4
_GREY = 2


@dataclass(frozen=True)
class Hit:
    """An item that was found; `picture` is a data URI, `true` whether it is the one that was drawn."""

    place: int
    number: int
    score: float
    picture: str
    true: bool


@dataclass(frozen=True)
class Example:
    """One query; things are counted from 1, pictures are data URIs, `score` and `outline` are of the true item."""

    number: int
    picture: str
    item: int
    outline: str
    rank: int
    score: float
    lead: float
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Part:
    """A query of which a part is there, as a data URI, and the rank of its true item by that."""

    share: float
    rank: int
    picture: str


@dataclass(frozen=True)
class Growth:
    """One query as it grows."""

    number: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Sheet:
    """Some queries under a heading."""

    title: str
    examples: tuple[Example, ...]


def sheets(judgement: Judgement) -> tuple[Sheet, ...]:
    """Choose the best, the median and the worst queries by the judgement's order, the very worst first."""
    return tuple(
        Sheet(title, tuple(_example(judgement, query) for query in queries))
        for title, queries in best_median_worst(judgement.order(), SHOWN).items()
    )


def growths(judgement: Judgement) -> tuple[Growth, ...]:
    """Show how four queries grew, taken evenly from the best to the worst, each once; none without moments."""
    order = judgement.order()
    chosen = np.unique(np.linspace(0, len(order) - 1, GROWN).round().astype(int)) if judgement.moments else ()
    return tuple(Growth(int(query) + 1, tuple(_parts(judgement.moments, int(query)))) for query in order[list(chosen)])


def small_uri(pixels: NDArray[np.uint8]) -> str:
    """Write a picture, (height, width) grey or (height, width, 3) RGB, into an address; colour at half the size."""
    return data_uri(pixels if pixels.ndim == _GREY else _halved(pixels))


def _example(judgement: Judgement, query: int) -> Example:
    true = int(judgement.truth[query])
    scores = judgement.scores[query]
    hits = (
        Hit(place, int(item) + 1, float(scores[item]), small_uri(judgement.items[item]), bool(item == true))
        for place, item in enumerate(judgement.hits(query, HITS), 1)
    )
    return Example(
        query + 1,
        data_uri(judgement.queries[query]),
        true + 1,
        data_uri(judgement.outlines[true]),
        int(judgement.found[query]),
        float(scores[true]),
        judgement.lead(query),
        tuple(hits),
    )


def _parts(moments: Iterable[Moment], query: int) -> Iterable[Part]:
    return (Part(moment.share, int(moment.found[query]), data_uri(moment.queries[query])) for moment in moments)


def _halved(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Average blocks of 2 x 2 pixels: a photo weighs much as PNG, and is shown small."""
    height, width = (side // 2 * 2 for side in pixels.shape[:2])
    blocks = pixels[:height, :width].reshape(height // 2, 2, width // 2, 2, -1)
    halved: NDArray[np.uint8] = blocks.mean(axis=(1, 3)).round().astype(np.uint8)
    return halved
