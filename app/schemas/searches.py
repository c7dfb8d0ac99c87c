"""Answers of searches."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from app.schemas.examples import ITEM, example
from app.schemas.models import ModelUsed

_EXPLANATION = {
    "picture": "data:image/png;base64,iVBORw0KGgo=",
    "shares": [[0.02, 0.05, 0.03], [0.1, 0.25, 0.15], [0.2, 0.15, 0.05]],
}


class Explanation(BaseModel):
    """Why an item was found."""

    model_config = example(**_EXPLANATION)

    picture: str = Field(
        description=(
            "A small PNG as a data URI: what the network sees of the item, in grey, the redder the more a line "
            "supports the match; pictures of two items do not compare."
        )
    )
    shares: list[list[float]] = Field(
        description="Share of the support that lies in each ninth of the picture, three rows from the top."
    )


Verdict = Literal["match", "unsure", "no match"]


class Hit(BaseModel):
    """One item that was found."""

    model_config = example(**ITEM, score=0.8731, probability=0.62, explanation=None, verdict=None)

    key: str
    score: float = Field(description="Cosine between the query's vector and the item's; rises with likeness.")
    probability: float | None = Field(
        description=(
            "How likely this is the item drawn, or shows the person, above 0 and below 1, among all that could have "
            "been found, of which one is taken to be it; null where the weights are not calibrated, and where the "
            "query is an item or was moved by marks."
        )
    )
    explanation: Explanation | None = Field(
        default=None, description="Of the first 10 hits, where `explain` asks for it; else null."
    )
    verdict: Verdict | None = Field(
        default=None,
        description=(
            "Of a search for a person: `match` at or above the score that `fmr` asks for among so many items, "
            "`no match` below it and below what 95 of 100 true pairs reach, `unsure` between; else null."
        ),
    )
    title: str
    metadata: dict[str, Any]
    image_url: str | None
    thumbnail_url: str | None


class SearchAnswer(BaseModel):
    """What a search found, best first."""

    model_config = example(
        hits=[{**ITEM, "score": 0.8731, "probability": 0.62}],
        matched=True,
        collection="shoes",
        generation=3,
        model={"name": "sketch", "checkpoint": "9c" * 32},
        took_ms={"decode": 1.2, "prepare": 2.1, "queue": 2.0, "predict": 8.4, "index": 0.3, "metadata": 0.6},
    )

    hits: list[Hit]
    matched: bool | None = Field(
        description=(
            "Whether the best hit reaches the threshold of the collection, or else of the weights; false where there "
            "are no hits; null where neither has a threshold, and where the query is an item or was moved by marks."
        )
    )
    verdict: Verdict | None = Field(
        default=None,
        description=(
            "Of a search for a person: the verdict of the best hit, `no match` without hits. Of searches for people "
            "who are not in the collection the share `fmr` says `match`, or less. Else null."
        ),
    )
    collection: str
    generation: int | None = Field(description="Number of the index that answered; null before the first build.")
    model: ModelUsed
    took_ms: dict[str, float] = Field(description="Milliseconds of each step, in the order in which they happen.")
