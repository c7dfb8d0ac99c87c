"""Embeddings of pictures that are stored nowhere."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from app import present
from app.dependencies import Drawing, Parts
from app.documentation import DRAWING_BODY, errors
from app.hanging_up import while_connected
from app.routes.search import Model
from app.schemas.models import EmbeddingAnswer
from models.contracts import Side

router = APIRouter(prefix="/v1/embed", tags=["embed"])


@router.post(
    "/{model}",
    operation_id="embed_picture",
    responses=errors(404, 409, 413, 415, 422, 503, 507),
    openapi_extra=DRAWING_BODY,
)
async def embed_picture(
    model: Model,
    request: Request,
    parts: Parts,
    picture: Drawing,
    side: Annotated[
        Side,
        Query(description="Whether it is embedded as what is stored or as what is searched with; strokes are a query."),
    ] = "item",
    format_: Annotated[
        Literal["list", "base64"],
        Query(alias="format", description="Numbers in `embedding`, or their bytes in `embedding_base64`."),
    ] = "list",
    collection: Annotated[
        str | None, Query(description="The collection whose weights are used; the default weights unless named.")
    ] = None,
) -> EmbeddingAnswer:
    """Embed a picture: its vector, of unit length, as searches and items of the same weights have it.

    The cosine of two is the sum of their products. Where a model has a search look at a drawing's mirror image too, it
    is the drawing itself that is embedded here.
    """
    parts.embedding_model(model)
    work = parts.embed.query if side == "query" else parts.embed.item
    found = await while_connected(request, work(model, picture, collection))
    return present.embedded(found, as_bytes=format_ == "base64")
