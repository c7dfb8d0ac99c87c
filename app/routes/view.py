"""What a network sees."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.dependencies import Drawing, Parts
from app.documentation import DRAWING_BODY, errors, picture_answer
from app.routes.search import Model

PNG = "image/png"

router = APIRouter(prefix="/v1/view", tags=["view"], default_response_class=Response)


@router.post(
    "/{model}",
    operation_id="view_drawing",
    responses=picture_answer("The drawing as the network sees it, grey.", PNG)
    | errors(404, 409, 413, 415, 422, 503, 507),
    openapi_extra=DRAWING_BODY,
)
async def view_drawing(
    model: Model,
    parts: Parts,
    query: Drawing,
    collection: Annotated[str | None, Query(description="The collection that would be searched.")] = None,
) -> Response:
    """Show a drawing as the network sees it: trimmed, centred, its strokes evened out."""
    parts.embedding_model(model)
    return Response(await parts.view.query(model, query, collection), media_type=PNG)


@router.get(
    "/{collection}/{key:path}",
    operation_id="view_item",
    responses=picture_answer("The item as the network sees it, grey.", PNG) | errors(404, 503),
)
async def view_item(collection: str, key: str, parts: Parts) -> Response:
    """Show an item's picture as the network sees it: its edges."""
    return Response(await parts.view.item(collection, key), media_type=PNG)
