"""Search by a drawing, and by an item."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from app import present
from app.dependencies import Drawing, Parts, Refined, Requester, Where, caller
from app.documentation import DRAWING_BODY, REFINE_BODY, errors
from app.hanging_up import while_connected
from app.schemas.searches import SearchAnswer
from app.search import Scope

router = APIRouter(prefix="/v1/search", tags=["search"])

Count = Annotated[int, Query(ge=1, le=200, description="How many hits.", examples=[24])]
Explain = Annotated[bool, Query(description="Tell of the first 10 hits why they were found; takes a moment longer.")]
Name = Annotated[str, Query(description="Where to search.", examples=["shoes"])]
Model = Annotated[str, Path(description="A model that embeds pictures; see /v1/models.", examples=["sketch"])]


# Before the models, for it stands where their names do.
@router.post(
    "/refine",
    operation_id="search_refined",
    responses=errors(404, 409, 413, 415, 422, 503, 507),
    openapi_extra=REFINE_BODY,
)
async def search_refined(
    request: Request,
    parts: Parts,
    asked: Refined,
    where: Where,
    collection: Name = "shoes",
    k: Count = 24,
    *,
    explain: Explain = False,
) -> SearchAnswer:
    """Search again by a drawing or an item, nearer to what is liked of what was found, and without what is not.

    `score` is the cosine to the query as it was moved.
    """
    who = await caller(request)
    scope = Scope(collection, k, where, asked.liked, asked.disliked, explain, caller=who.name)
    if isinstance(asked.query, str):
        return present.found(await while_connected(request, parts.search.by_item(asked.query, scope)))
    search = parts.search.by_drawing(None, asked.query, scope)
    return present.found(await while_connected(request, search))


@router.post(
    "/{model}",
    operation_id="search_by_drawing",
    responses=errors(404, 409, 413, 415, 422, 503, 507),
    openapi_extra=DRAWING_BODY,
)
async def search_by_drawing(
    model: Model,
    request: Request,
    parts: Parts,
    query: Drawing,
    where: Where,
    collection: Name = "shoes",
    k: Count = 24,
    *,
    explain: Explain = False,
) -> SearchAnswer:
    """Find the items most like a drawing, sent as a picture file or as strokes."""
    parts.embedding_model(model)
    who = await caller(request)
    scope = Scope(collection, k, where, explain=explain, caller=who.name)
    search = parts.search.by_drawing(model, query, scope)
    return present.found(await while_connected(request, search))


@router.post("/similar/{collection}/{key:path}", operation_id="search_similar", responses=errors(404, 422, 503, 507))
async def search_similar(
    collection: str, key: str, who: Requester, parts: Parts, where: Where, k: Count = 24
) -> SearchAnswer:
    """Find the items most like an item, the item itself left out; `refine` by its key also tells why."""
    return present.found(await parts.search.by_item(key, Scope(collection, k, where, caller=who.name)))
