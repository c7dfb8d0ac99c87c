"""From the product's values to the bodies of answers."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict
from http import HTTPStatus

from app.comparing import Comparison
from app.embed import Embedded
from app.problems import named
from app.schemas.collections import CollectionAnswer
from app.schemas.items import BatchAnswer, BatchResult, ItemAnswer, ItemProblem
from app.schemas.models import CheckpointAnswer, EmbeddingAnswer, ModelAnswer, ModelUsed
from app.schemas.people import ComparisonAnswer
from app.schemas.searches import Explanation, Hit, SearchAnswer
from app.schemas.tags import (
    Attention,
    Evidence,
    LabelAnswer,
    LabelledPicture,
    LabelsAnswer,
    NeighbourAnswer,
    NeighboursAnswer,
    Region,
    TagAnswer,
    TagsAnswer,
)
from app.search import Found
from app.tagging import Answer, Said
from app.vocabulary import Neighbours, Vocabulary
from indexer.catalogue import Collection, Item
from models.checkpoints import Checkpoint
from models.contracts import EmbeddingSpec, ModelSpec, RetrievalError


def found(value: Found) -> SearchAnswer:
    """Present what a search found."""
    return SearchAnswer(
        hits=[
            Hit(
                key=hit.item.key,
                score=hit.score,
                probability=hit.probability,
                explanation=None
                if hit.why is None
                else Explanation(picture=hit.why.address, shares=[list(row) for row in hit.why.shares]),
                verdict=None if hit.verdict is None else hit.verdict.value,
                title=hit.item.title,
                metadata=dict(hit.item.metadata),
                image_url=_picture(hit.item),
                thumbnail_url=_thumbnail(hit.item),
            )
            for hit in value.hits
        ],
        matched=value.matched,
        verdict=None if value.verdict is None else value.verdict.value,
        collection=value.collection,
        generation=value.generation,
        model=ModelUsed(name=value.model, checkpoint=value.checkpoint),
        took_ms={step: round(seconds * 1000, 3) for step, seconds in value.took.items()},
    )


def embedded(value: Embedded, *, as_bytes: bool) -> EmbeddingAnswer:
    """Present an embedding, as numbers or as their bytes."""
    vector = value.vector.astype("<f4")
    return EmbeddingAnswer(
        model=value.model,
        checkpoint=value.checkpoint,
        dim=len(vector),
        embedding=None if as_bytes else vector.tolist(),
        embedding_base64=base64.b64encode(vector.tobytes()).decode() if as_bytes else None,
    )


def comparison(value: Comparison) -> ComparisonAnswer:
    """Present a comparison of two pictures."""
    return ComparisonAnswer(
        verdict=value.verdict.value,
        probability=value.probability,
        score=value.score,
        stripes=dict(value.parts),
        model=ModelUsed(name=value.model, checkpoint=value.checkpoint),
    )


def tags(value: Answer) -> TagsAnswer:
    """Present the labels of pictures."""
    return TagsAnswer(
        pictures=[
            LabelledPicture(width=one.width, height=one.height, tags=[_tag(said) for said in one.tags])
            for one in value.pictures
        ],
        model=ModelUsed(name=value.model, checkpoint=value.checkpoint),
    )


def vocabulary(value: Vocabulary) -> LabelsAnswer:
    """Present the labels that weights know."""
    return LabelsAnswer(
        labels=[
            LabelAnswer(label=label, threshold=threshold)
            for label, threshold in zip(value.labels, value.thresholds, strict=True)
        ],
        precisions=list(value.precisions),
        calibrated=value.calibrated,
        model=ModelUsed(name=value.model, checkpoint=value.checkpoint),
    )


def neighbours(value: Neighbours) -> NeighboursAnswer:
    """Present the labels nearest to one."""
    return NeighboursAnswer(
        label=value.label,
        neighbours=[NeighbourAnswer(label=label, cosine=cosine) for label, cosine in value.nearest],
        model=ModelUsed(name=value.model, checkpoint=value.checkpoint),
    )


def item(value: Item) -> ItemAnswer:
    """Present an item."""
    return ItemAnswer(
        key=value.key,
        title=value.title,
        metadata=dict(value.metadata),
        image_url=_picture(value),
        thumbnail_url=_thumbnail(value),
        version=value.version,
        updated_at=value.updated_at,
    )


def batch(keys: Sequence[str], outcomes: Sequence[Item | RetrievalError]) -> BatchAnswer:
    """Present what became of the items of a batch."""
    return BatchAnswer(results=[_result(key, outcome) for key, outcome in zip(keys, outcomes, strict=True)])


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
        threshold=value.threshold,
        personal=value.personal,
        keep_days=value.keep_days,
    )


def model(spec: ModelSpec, checkpoints: tuple[Checkpoint, ...]) -> ModelAnswer:
    """Present a model and its weights."""
    return ModelAnswer(
        name=spec.name,
        kind=spec.kind,
        title=spec.title,
        paper=spec.paper,
        dim=spec.dim if isinstance(spec, EmbeddingSpec) else None,
        networks=list(spec.networks),
        checkpoints=[CheckpointAnswer(network=found.network, digest=found.digest) for found in checkpoints],
    )


def _result(key: str, outcome: Item | RetrievalError) -> BatchResult:
    if isinstance(outcome, Item):
        return BatchResult(key=key, status=HTTPStatus.OK, item=item(outcome))
    problem = ItemProblem(**named(outcome))
    return BatchResult(key=key, status=problem.status, problem=problem)


def _tag(value: Said) -> TagAnswer:
    return TagAnswer(
        label=value.label,
        probability=value.probability,
        region=None if value.region is None else Region(**asdict(value.region)),
        evidence=None if value.evidence is None else Evidence(**asdict(value.evidence)),
        merged=list(value.merged),
        explanation=None if value.attention is None else Attention(picture=value.attention),
    )


def _picture(value: Item) -> str | None:
    return None if value.picture is None else f"/v1/pictures/{value.picture}"


def _thumbnail(value: Item) -> str | None:
    return None if value.picture is None else f"/v1/pictures/{value.picture}/thumbnail"
