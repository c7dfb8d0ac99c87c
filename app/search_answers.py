"""What searches and comparisons find, as the client's values; names that a newer server adds are passed over."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from app.answers import Json, ModelUsed


@dataclass(frozen=True)
class Explanation:
    """Why an item was found.

    Attributes:
        picture: PNG: what the network sees of the item, the redder the more a line supports the match.
        shares: of the support that lies in each ninth of the picture, three rows from the top.
    """

    picture: bytes
    shares: tuple[tuple[float, ...], ...]

    @classmethod
    def from_json(cls, answer: Json) -> Self:
        """Read an explanation."""
        encoded = answer["picture"].removeprefix("data:image/png;base64,")
        return cls(b64decode(encoded, validate=True), tuple(tuple(map(float, row)) for row in answer["shares"]))


@dataclass(frozen=True)
class Hit:
    """One item that a search found.

    Attributes:
        key: of the item.
        score: the cosine, at most 1.
        probability: that it is the item drawn, above 0 and below 1; None where the server knows nothing of that.
        title: of the item.
        metadata: of the item.
        image_url: where its picture is; None if it has none.
        thumbnail_url: where a small one is.
        explanation: why it was found; None where that was not asked for, and of later hits.
        verdict: of a search for a person: "match", "unsure" or "no match"; else None.
    """

    key: str
    score: float
    probability: float | None
    title: str
    metadata: Json
    image_url: str | None
    thumbnail_url: str | None
    explanation: Explanation | None = None
    verdict: str | None = None

    @classmethod
    def from_json(cls, answer: Json) -> Self:
        """Read a hit."""
        why = answer.get("explanation")
        return cls(
            key=answer["key"],
            score=float(answer["score"]),
            probability=answer.get("probability"),
            title=answer["title"],
            metadata=answer["metadata"],
            image_url=answer["image_url"],
            thumbnail_url=answer.get("thumbnail_url"),
            explanation=None if why is None else Explanation.from_json(why),
            verdict=answer.get("verdict"),
        )


@dataclass(frozen=True)
class SearchAnswer:
    """What a search found, best first.

    Attributes:
        hits: the items found.
        matched: whether the best of them is near enough to be what was drawn; None where the server cannot tell.
        collection: where they were searched.
        generation: number of the published index; None before the first build.
        model: what the query was embedded with.
        took_ms: milliseconds of each step.
        verdict: of a search for a person: the best hit's, "no match" without hits; else None.
    """

    hits: tuple[Hit, ...]
    matched: bool | None
    collection: str
    generation: int | None
    model: ModelUsed
    took_ms: Mapping[str, float]
    verdict: str | None = None

    @classmethod
    def from_json(cls, answer: Json) -> Self:
        """Read what a search found."""
        return cls(
            hits=tuple(map(Hit.from_json, answer["hits"])),
            matched=answer.get("matched"),
            collection=answer["collection"],
            generation=answer["generation"],
            model=ModelUsed(answer["model"]["name"], answer["model"]["checkpoint"]),
            took_ms=answer["took_ms"],
            verdict=answer.get("verdict"),
        )


@dataclass(frozen=True)
class Comparison:
    """Whether two pictures show the same person.

    Attributes:
        verdict: "match", "unsure" or "no match".
        probability: that it is the same person, above 0 and below 1, where that was as likely as not before.
        score: the cosine, -1 to 1.
        stripes: cosine of each part of the pictures, by its name.
        model: what they were embedded with.
    """

    verdict: str
    probability: float
    score: float
    stripes: Mapping[str, float]
    model: ModelUsed

    @classmethod
    def from_json(cls, answer: Json) -> Self:
        """Read a comparison."""
        return cls(
            verdict=answer["verdict"],
            probability=float(answer["probability"]),
            score=float(answer["score"]),
            stripes={name: float(score) for name, score in answer["stripes"].items()},
            model=ModelUsed(answer["model"]["name"], answer["model"]["checkpoint"]),
        )
