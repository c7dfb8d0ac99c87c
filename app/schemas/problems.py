"""Errors."""

from __future__ import annotations

from pydantic import BaseModel, Field

from app.schemas.examples import example


class FieldError(BaseModel):
    """What is wrong with one part of a request."""

    location: str
    detail: str


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    model_config = example(
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
