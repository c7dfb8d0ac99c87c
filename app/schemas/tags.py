"""Labels of pictures, and the labels that weights know."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from app.schemas.examples import example
from app.schemas.models import ModelUsed

_MODEL = {"name": "tagger", "checkpoint": "9c" * 32}
_REGION = {"x": 40, "y": 112, "width": 210, "height": 96}
_EVIDENCE = {"label": "sea", "factor": 3.2, "all_before": 4.1}
_TAG: dict[str, Any] = {
    "label": "beach",
    "probability": 0.83,
    "region": _REGION,
    "evidence": _EVIDENCE,
    "merged": [],
    "explanation": None,
}
_PICTURE: dict[str, Any] = {"width": 640, "height": 480, "tags": [_TAG]}


class Region(BaseModel):
    """A rectangle in pixels of the picture as it was sent, after its EXIF rotation; x to the right and y down."""

    model_config = example(**_REGION)

    x: int
    y: int
    width: int
    height: int


class Evidence(BaseModel):
    """What made a label more probable than the picture alone does."""

    model_config = example(**_EVIDENCE)

    label: str = Field(
        description="The label of this answer that does most by itself, of those that come before on its path."
    )
    factor: float = Field(description="By which it alone multiplies the probability, above 1.")
    all_before: float = Field(description="By which all labels said before multiply it together.")


class Attention(BaseModel):
    """Where a label was seen."""

    picture: str = Field(
        description=(
            "A PNG of at most 64 pixels a side as a data URI, to be stretched and laid over the picture, which it "
            "pales: the redder a place the more it speaks for the label; those of two labels do not compare."
        )
    )


class TagAnswer(BaseModel):
    """A label of a picture."""

    model_config = example(**_TAG)

    label: str
    probability: float = Field(
        description=(
            "How likely it is true, 0 to 1: its chance along the found paths, calibrated where the weights are."
        )
    )
    region: Region | None = Field(description="Box around the place that speaks most for it; null where no place does.")
    evidence: Evidence | None = Field(description="Null where no label of this answer makes it more probable.")
    merged: list[str] = Field(description="Where `merge` asks for it: less probable labels that mean the same.")
    explanation: Attention | None = Field(
        default=None, description="Where `explain` asks for it, of a picture's 10 most probable labels; else null."
    )


class LabelledPicture(BaseModel):
    """One picture and its labels."""

    model_config = example(**_PICTURE)

    width: int = Field(description="In pixels, as sent, after its EXIF rotation; so is height.")
    height: int
    tags: list[TagAnswer]


class TagsAnswer(BaseModel):
    """Labels of pictures, in the order in which they were sent."""

    model_config = example(pictures=[_PICTURE], model=_MODEL)

    pictures: list[LabelledPicture]
    model: ModelUsed


class LabelAnswer(BaseModel):
    """A label that weights know."""

    model_config = example(label="beach", threshold=0.41)

    label: str
    threshold: float = Field(
        description="Probability from which on it is said, unless something else is asked for; 1 is never reached."
    )


class LabelsAnswer(BaseModel):
    """Every label that weights know."""

    model_config = example(
        labels=[{"label": "beach", "threshold": 0.41}], precisions=[0.9], calibrated=True, model=_MODEL
    )

    labels: list[LabelAnswer]
    precisions: list[float] = Field(description="What `precision` may be: thresholds are fitted for these.")
    calibrated: bool = Field(description="Whether thresholds and probabilities were learnt from held-out pictures.")
    model: ModelUsed


class NeighbourAnswer(BaseModel):
    """A label that means nearly the same as another."""

    model_config = example(label="ocean", cosine=0.87)

    label: str
    cosine: float = Field(description="Between the vectors of both labels, -1 to 1.")


class NeighboursAnswer(BaseModel):
    """The labels nearest to one, nearest first."""

    model_config = example(label="sea", neighbours=[{"label": "ocean", "cosine": 0.87}], model=_MODEL)

    label: str
    neighbours: list[NeighbourAnswer]
    model: ModelUsed
