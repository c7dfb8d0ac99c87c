"""What a server says of items, collections and models, as the client's values; names it adds later are passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, TypeAlias

Json: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class ModelUsed:
    """The model, and the digest of the weights, that a search was embedded with."""

    name: str
    checkpoint: str | None


@dataclass(frozen=True)
class Embedding:
    """The embedding of a picture.

    Attributes:
        model: what it was embedded with.
        vector: its numbers, of unit length; the sum of the products of two is their cosine.
    """

    model: ModelUsed
    vector: tuple[float, ...]

    @classmethod
    def from_json(cls, answer: Json) -> Self:
        """Read an embedding that came as numbers."""
        return cls(ModelUsed(answer["model"], answer["checkpoint"]), tuple(map(float, answer["embedding"])))


@dataclass(frozen=True)
class Item:
    """One item of a collection; its `version` is another one after every change."""

    key: str
    title: str
    metadata: Json
    image_url: str | None
    thumbnail_url: str | None
    version: str
    updated_at: datetime

    @classmethod
    def from_json(cls, answer: Json) -> Self:
        """Read an item."""
        return cls(
            key=answer["key"],
            title=answer["title"],
            metadata=answer["metadata"],
            image_url=answer["image_url"],
            thumbnail_url=answer["thumbnail_url"],
            version=answer["version"],
            updated_at=datetime.fromisoformat(answer["updated_at"]),
        )


@dataclass(frozen=True)
class BatchResult:
    """What became of one item of a batch.

    Attributes:
        key: of the item.
        status: HTTP status that the item alone would have been answered with.
        item: as it was stored; None if it was not.
        reason: why it was not stored, one sentence; empty if it was.
    """

    key: str
    status: int
    item: Item | None
    reason: str

    @classmethod
    def from_json(cls, answer: Json) -> Self:
        """Read what became of an item."""
        item, problem = answer["item"], answer["problem"]
        return cls(
            key=answer["key"],
            status=answer["status"],
            item=None if item is None else Item.from_json(item),
            reason="" if problem is None else problem["detail"],
        )


@dataclass(frozen=True)
class ItemPage:
    """Some items in a row, and where the next ones begin; None after the last."""

    items: tuple[Item, ...]
    next_cursor: str | None

    @classmethod
    def from_json(cls, answer: Json) -> Self:
        """Read a page."""
        return cls(tuple(map(Item.from_json, answer["items"])), answer["next_cursor"])


@dataclass(frozen=True)
class Collection:
    """One collection.

    Attributes:
        name: what it is called in addresses and commands.
        title: what it is called before people.
        model: which model embeds its items.
        items: how many it holds.
        change_seq: number of its latest change.
        generation: number of the published index; None before the first build.
        created_at: when it was made.
        threshold: the cosine that the best hit must reach to be a match; None for what the weights say.
        personal: whether its pictures are of people.
        keep_days: days for which items may keep a picture until they are to be erased; None for ever.
    """

    name: str
    title: str
    model: str
    items: int
    change_seq: int
    generation: int | None
    created_at: datetime
    threshold: float | None
    personal: bool
    keep_days: int | None

    @classmethod
    def from_json(cls, answer: Json) -> Self:
        """Read a collection."""
        return cls(
            name=answer["name"],
            title=answer["title"],
            model=answer["model"],
            items=answer["items"],
            change_seq=answer["change_seq"],
            generation=answer["generation"],
            created_at=datetime.fromisoformat(answer["created_at"]),
            threshold=answer.get("threshold"),
            personal=answer.get("personal", False),
            keep_days=answer.get("keep_days"),
        )


@dataclass(frozen=True)
class Weights:
    """One set of trained weights of a model."""

    network: str
    digest: str


@dataclass(frozen=True)
class Model:
    """One model; the first of its networks is the default.

    Attributes:
        name: what it is called in addresses and commands.
        kind: what it does with pictures.
        title: one line for people.
        paper: the published source.
        dim: length of its vectors; None where it makes none.
        networks: names of its networks.
        checkpoints: the weights that the server has.
    """

    name: str
    kind: str
    title: str
    paper: str
    dim: int | None
    networks: tuple[str, ...]
    checkpoints: tuple[Weights, ...]

    @classmethod
    def from_json(cls, answer: Json) -> Self:
        """Read a model."""
        return cls(
            name=answer["name"],
            kind=answer["kind"],
            title=answer["title"],
            paper=answer["paper"],
            dim=answer["dim"],
            networks=tuple(answer["networks"]),
            checkpoints=tuple(Weights(found["network"], found["digest"]) for found in answer["checkpoints"]),
        )
