"""From the product's values to the bodies of answers."""

from __future__ import annotations

from app.schemas import CheckpointAnswer, CollectionAnswer, Hit, ItemAnswer, ModelAnswer, ModelUsed, SearchAnswer
from app.search import Found
from indexer.catalogue import Collection, Item
from models.checkpoints import Checkpoint
from models.contracts import ModelSpec


def found(value: Found) -> SearchAnswer:
    """Present what a search found."""
    return SearchAnswer(
        hits=[
            Hit(
                key=hit.item.key,
                score=hit.score,
                title=hit.item.title,
                metadata=dict(hit.item.metadata),
                image_url=_picture(hit.item),
                thumbnail_url=_thumbnail(hit.item),
            )
            for hit in value.hits
        ],
        collection=value.collection,
        generation=value.generation,
        model=ModelUsed(name=value.model, checkpoint=value.checkpoint),
        took_ms={step: round(seconds * 1000, 3) for step, seconds in value.took.items()},
    )


def item(value: Item) -> ItemAnswer:
    """Present an item."""
    return ItemAnswer(
        key=value.key,
        title=value.title,
        metadata=dict(value.metadata),
        image_url=_picture(value),
        thumbnail_url=_thumbnail(value),
        updated_at=value.updated_at,
    )


def collection(value: Collection) -> CollectionAnswer:
    """Present a collection."""
    return CollectionAnswer(
        name=value.name,
        title=value.title,
        model=value.model,
        items=value.items,
        change_seq=value.change_seq,
        generation=value.published,
        created_at=value.created_at,
    )


def model(spec: ModelSpec, checkpoints: tuple[Checkpoint, ...]) -> ModelAnswer:
    """Present a model and its weights."""
    return ModelAnswer(
        name=spec.name,
        kind=spec.kind,
        title=spec.title,
        paper=spec.paper,
        dim=spec.dim,
        networks=list(spec.networks),
        checkpoints=[CheckpointAnswer(network=found.network, digest=found.digest) for found in checkpoints],
    )


def _picture(value: Item) -> str | None:
    return None if value.picture is None else f"/v1/pictures/{value.picture}"


def _thumbnail(value: Item) -> str | None:
    return None if value.picture is None else f"/v1/pictures/{value.picture}/thumbnail"
