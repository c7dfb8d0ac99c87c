"""Answers about people."""

from __future__ import annotations

from pydantic import BaseModel, Field

from app.schemas.examples import example
from app.schemas.models import ModelUsed
from app.schemas.searches import Verdict


class ComparisonAnswer(BaseModel):
    """Whether two pictures show the same person."""

    model_config = example(
        verdict="match",
        probability=0.94,
        score=0.8731,
        stripes={"whole": 0.91, "upper half": 0.88, "lower half": 0.79},
        model={"name": "reid", "checkpoint": "9c" * 32},
    )

    verdict: Verdict = Field(
        description=(
            "`match` at or above the score that the share `fmr` of pairs of different people reaches, `no match` below "
            "it and below what 95 of 100 true pairs reach, `unsure` between."
        )
    )
    probability: float = Field(
        description="How likely it is the same person, above 0 and below 1, where that was as likely as not before."
    )
    score: float = Field(description="Cosine between both vectors, -1 to 1.")
    stripes: dict[str, float] = Field(description="Cosine of each part of the pictures, by its name, -1 to 1.")
    model: ModelUsed
