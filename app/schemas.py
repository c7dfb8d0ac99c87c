"""Bodies of requests and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Finite = Annotated[float, Field(allow_inf_nan=False)]
Point = tuple[Finite, Finite]

MOST_MARKS = 100
"""Keys that may be liked, and that may be disliked."""

_METADATA = {"kind": "boot", "colour": "red", "price": 49.5}
_PICTURE = "/v1/pictures/" + "5f" * 32
_ITEM = {
    "key": "boots/0017",
    "title": "Red ankle boot",
    "metadata": _METADATA,
    "image_url": _PICTURE,
    "thumbnail_url": f"{_PICTURE}/thumbnail",
}
_COLLECTION: dict[str, Any] = {"name": "shoes", "title": "Shoes", "model": "sketch"}


def _example(**values: Any) -> ConfigDict:  # noqa: ANN401 - an example holds whatever the body holds
    return ConfigDict(json_schema_extra={"examples": [values]}, protected_namespaces=())


def _strict(**values: Any) -> ConfigDict:  # noqa: ANN401 - an example holds whatever the body holds
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]}, protected_namespaces=())


class SketchBody(BaseModel):
    """A drawing as vector strokes: lines of (x, y) points, x to the right and y down, at any scale."""

    model_config = _example(strokes=[[[10, 40], [60, 38], [90, 52]], [[12, 42], [14, 70], [92, 70]]])

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

    model_config = _strict(item="boots/0017", liked=["boots/0020"], disliked=["pumps/0003"])

    strokes: list[list[Point]] | None = None
    item: str | None = None

    @model_validator(mode="after")
    def _ask_one_thing(self) -> Self:
        if (self.strokes is None) == (self.item is None):
            message = "either strokes or item must be given"
            raise ValueError(message)
        return self


Threshold = Annotated[
    Finite | None,
    Field(description="Cosine that the best hit must reach to be a match, -1 to 1; null for what the weights say."),
]


Personal = Annotated[bool, Field(description="Whether its pictures are of people.")]
KeepDays = Annotated[
    int | None,
    Field(description="Days after which `likeness items expire` erases what was not written since; null for never."),
]


class NewCollection(BaseModel):
    """A collection to be made."""

    model_config = _strict(**_COLLECTION)

    name: str = Field(description="1 to 64 lower-case letters, digits, - and _, the first a letter or digit.")
    model: str = Field(default="sketch", description="The model that embeds its items; see /v1/models.")
    title: str = Field(default="", description="What people read.")
    threshold: Threshold = None
    personal: Personal = False
    keep_days: KeepDays = None


class CollectionChanges(BaseModel):
    """What to change of a collection; what is not named stays as it is."""

    model_config = _strict(threshold=0.45)

    title: str = Field(default="", description="What people read.")
    threshold: Threshold = None
    personal: Personal = False
    keep_days: KeepDays = None


class ItemChanges(BaseModel):
    """What to change of an item; what is not named stays as it is."""

    model_config = _strict(title="Red boot", metadata={"price": 45, "old": None})

    title: str | None = Field(default=None, description="A new title.")
    metadata: dict[str, Any] | None = Field(
        default=None, description="Merged into the metadata (RFC 7396); null removes a name."
    )


_EXPLANATION = {
    "picture": "data:image/png;base64,iVBORw0KGgo=",
    "shares": [[0.02, 0.05, 0.03], [0.1, 0.25, 0.15], [0.2, 0.15, 0.05]],
}


class Explanation(BaseModel):
    """Why an item was found."""

    model_config = _example(**_EXPLANATION)

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

    model_config = _example(**_ITEM, score=0.8731, probability=0.62, explanation=None, verdict=None)

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


class ModelUsed(BaseModel):
    """What the query was embedded with."""

    model_config = _example(name="sketch", checkpoint="9c" * 32)

    name: str
    checkpoint: str = Field(description="Digest of the weights.")


class SearchAnswer(BaseModel):
    """What a search found, best first."""

    model_config = _example(
        hits=[{**_ITEM, "score": 0.8731, "probability": 0.62}],
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


class EmbeddingAnswer(BaseModel):
    """The embedding of a picture; one of `embedding` and `embedding_base64` is set, as `format` asked."""

    model_config = _example(
        model="sketch", checkpoint="9c" * 32, dim=2, embedding=[0.6000000238418579, -0.800000011920929]
    )

    model: str
    checkpoint: str = Field(description="Digest of the weights; embeddings of other weights do not compare.")
    dim: int = Field(description="How many numbers it has.")
    embedding: list[float] | None = Field(default=None, description="The numbers, each exactly a float32.")
    embedding_base64: str | None = Field(
        default=None, description="Base64 of the numbers as little-endian float32, 4 bytes each."
    )


class ComparisonAnswer(BaseModel):
    """Whether two pictures show the same person."""

    model_config = _example(
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


class CollectionAnswer(BaseModel):
    """One collection."""

    model_config = _example(
        **_COLLECTION,
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


class ItemAnswer(BaseModel):
    """One item."""

    model_config = _example(**_ITEM, version="17-612", updated_at="2025-01-31T12:00:00Z")

    key: str
    title: str
    metadata: dict[str, Any]
    image_url: str | None
    thumbnail_url: str | None
    version: str = Field(description="Another one after every change; in quotes it is the item's ETag.")
    updated_at: datetime


class BatchEntry(BaseModel):
    """One item of a batch; `image` names the part of the form that holds its picture."""

    model_config = _strict(key="boots/0017", title="Red boot", metadata=_METADATA, image="first")

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

    model_config = _example(
        key="boots/0017",
        status=200,
        item={**_ITEM, "version": "17-612", "updated_at": "2025-01-31T12:00:00Z"},
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


class CheckpointAnswer(BaseModel):
    """Trained weights."""

    network: str
    digest: str


class ModelAnswer(BaseModel):
    """One model."""

    model_config = _example(
        name="sketch",
        kind="embed",
        title="Draw it, find it",
        paper="Sketch Me That Shoe, CVPR 2016",
        dim=256,
        networks=["lite0", "sketchanet"],
        checkpoints=[{"network": "lite0", "digest": "9c" * 32}],
    )

    name: str
    kind: str = Field(description="What it does with pictures; endpoints go by kind.")
    title: str
    paper: str
    dim: int | None = Field(description="Length of its vectors; null where it makes none.")
    networks: list[str] = Field(description="The first is the default.")
    checkpoints: list[CheckpointAnswer] = Field(description="Weights that are here, shipped ones first.")


class ModelList(BaseModel):
    """Every model, by name."""

    models: list[ModelAnswer]


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """Models are warm, and every published index is loaded and sound."""

    status: Literal["ready"] = "ready"


class FieldError(BaseModel):
    """What is wrong with one part of a request."""

    location: str
    detail: str


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    model_config = _example(
        type="urn:likeness:problem:unknown-collection",
        title="No such collection",
        status=404,
        detail="There is no collection hats; create it first.",
        instance="/v1/search/sketch",
        request_id="4d3c9a51f4e04c0d9a3b5a4f0f6f1f64",
    )

    type: str
    title: str
    status: int
    detail: str = Field(description="One sentence for people.")
    instance: str = Field(description="Path of the request.")
    request_id: str | None = Field(description="What to look for in the server's log.")
    errors: list[FieldError] | None = Field(default=None, description="For malformed requests: what is wrong where.")
    reasons: list[str] | None = Field(default=None, description="For a server that is not ready: why.")
