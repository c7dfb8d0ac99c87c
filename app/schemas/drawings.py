"""Drawings, and marks on what was found."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.schemas.examples import example, strict

Finite = Annotated[float, Field(allow_inf_nan=False)]
Point = tuple[Finite, Finite]
MOST_MARKS = 100
"""Keys that may be liked, and that may be disliked."""


class SketchBody(BaseModel):
    """A drawing as vector strokes: lines of (x, y) points, x to the right and y down, at any scale."""

    model_config = example(strokes=[[[10, 40], [60, 38], [90, 52]], [[12, 42], [14, 70], [92, 70]]])

    strokes: list[list[Point]]


Marked = Annotated[
    list[str], Field(max_length=MOST_MARKS, description="Keys; those that no item bears are passed over.")
]


class MarksBody(BaseModel):
    """What is liked and what is not of an earlier answer."""

    model_config = ConfigDict(extra="forbid")

    liked: Marked = Field(default_factory=list)
    disliked: Marked = Field(default_factory=list)

    @model_validator(mode="after")
    def _take_sides(self) -> Self:
        if both := set(self.liked) & set(self.disliked):
            message = f"the key {min(both)[:80]!r} is both liked and disliked"
            raise ValueError(message)
        return self


class RefineBody(MarksBody):
    """A drawing as strokes, or an item by its key, with what is liked and what is not of an earlier answer."""

    model_config = strict(item="boots/0017", liked=["boots/0020"], disliked=["pumps/0003"])

    strokes: list[list[Point]] | None = None
    item: str | None = None

    @model_validator(mode="after")
    def _ask_one_thing(self) -> Self:
        if (self.strokes is None) == (self.item is None):
            message = "either strokes or item must be given"
            raise ValueError(message)
        return self
