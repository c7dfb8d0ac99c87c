"""Bodies of collections."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from app.schemas.drawings import Finite
from app.schemas.examples import COLLECTION, example, strict

Threshold = Annotated[
    Finite | None,
    Field(description="Cosine that the best hit must reach to be a match, -1 to 1; null for what the weights say."),
]
Personal = Annotated[bool, Field(description="Whether its pictures are of people.")]
KeepDays = Annotated[
    int | None,
    Field(
        description="Days for which items may keep a picture until `likeness items expire` erases them; null for ever."
    ),
]


class NewCollection(BaseModel):
    """A collection to be made."""

    model_config = strict(**COLLECTION)

    name: str = Field(description="1 to 64 lower-case letters, digits, - and _, the first a letter or digit.")
    model: str = Field(default="sketch", description="The model that embeds its items; see /v1/models.")
    title: str = Field(default="", description="What people read.")
    threshold: Threshold = None
    personal: Personal = False
    keep_days: KeepDays = None


class CollectionChanges(BaseModel):
    """What to change of a collection; what is not named stays as it is."""

    model_config = strict(threshold=0.45)

    title: str = Field(default="", description="What people read.")
    threshold: Threshold = None
    personal: Personal = False
    keep_days: KeepDays = None


class CollectionAnswer(BaseModel):
    """One collection."""

    model_config = example(
        **COLLECTION,
        items=600,
        change_seq=612,
        generation=3,
        created_at="2025-01-31T12:00:00Z",
        threshold=None,
        personal=False,
        keep_days=None,
    )

    name: str
    title: str
    model: str
    items: int
    change_seq: int = Field(description="Number of the latest change.")
    generation: int | None = Field(description="Number of the published index; null before the first build.")
    created_at: datetime
    threshold: Threshold
    personal: Personal
    keep_days: KeepDays


class CollectionList(BaseModel):
    """Every collection, by name."""

    collections: list[CollectionAnswer]
