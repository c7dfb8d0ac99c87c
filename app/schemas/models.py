"""Models, their weights, and what they make of one picture."""

from __future__ import annotations

from pydantic import BaseModel, Field

from app.schemas.examples import example


class ModelUsed(BaseModel):
    """What the query was embedded with."""

    model_config = example(name="sketch", checkpoint="9c" * 32)

    name: str
    checkpoint: str = Field(description="Digest of the weights.")


class CheckpointAnswer(BaseModel):
    """Trained weights."""

    network: str
    digest: str


class ModelAnswer(BaseModel):
    """One model."""

    model_config = example(
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


class EmbeddingAnswer(BaseModel):
    """The embedding of a picture; one of `embedding` and `embedding_base64` is set, as `format` asked."""

    model_config = example(
        model="sketch", checkpoint="9c" * 32, dim=2, embedding=[0.6000000238418579, -0.800000011920929]
    )

    model: str
    checkpoint: str = Field(description="Digest of the weights; embeddings of other weights do not compare.")
    dim: int = Field(description="How many numbers it has.")
    embedding: list[float] | None = Field(default=None, description="The numbers, each exactly a float32.")
    embedding_base64: str | None = Field(
        default=None, description="Base64 of the numbers as little-endian float32, 4 bytes each."
    )
