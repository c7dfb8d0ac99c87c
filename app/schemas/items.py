"""Bodies of items."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from app.schemas.examples import ITEM, METADATA, example, strict


class ItemChanges(BaseModel):
    """What to change of an item; what is not named stays as it is."""

    model_config = strict(title="Red boot", metadata={"price": 45, "old": None})

    title: str | None = Field(default=None, description="A new title.")
    metadata: dict[str, Any] | None = Field(
        default=None, description="Merged into the metadata (RFC 7396); null removes a name."
    )


class ItemAnswer(BaseModel):
    """One item."""

    model_config = example(**ITEM, version="17-612", updated_at="2025-01-31T12:00:00Z")

    key: str
    title: str
    metadata: dict[str, Any]
    image_url: str | None
    thumbnail_url: str | None
    version: str = Field(description="Another one after every change; in quotes it is the item's ETag.")
    updated_at: datetime


class BatchEntry(BaseModel):
    """One item of a batch; `image` names the part of the form that holds its picture."""

    model_config = strict(key="boots/0017", title="Red boot", metadata=METADATA, image="first")

    key: str
    title: str = ""
    metadata: dict[str, Any] = Field(default_factory=dict)
    image: str = Field(description="Name of the part with the picture; several items may name the same.")


class ItemProblem(BaseModel):
    """Why one item of a batch was not stored."""

    type: str
    title: str
    status: int
    detail: str = Field(description="One sentence for people.")


class BatchResult(BaseModel):
    """What became of one item of a batch: either `item` or `problem` is set."""

    model_config = example(
        key="boots/0017",
        status=200,
        item={**ITEM, "version": "17-612", "updated_at": "2025-01-31T12:00:00Z"},
        problem=None,
    )

    key: str
    status: int = Field(description="HTTP status that the item alone would have been answered with.")
    item: ItemAnswer | None = None
    problem: ItemProblem | None = None


class BatchAnswer(BaseModel):
    """What became of the items of a batch, in their order."""

    results: list[BatchResult]


class ItemPage(BaseModel):
    """Some items in a row."""

    items: list[ItemAnswer]
    next_cursor: str | None = Field(description="Where the next page begins; null after the last.")
