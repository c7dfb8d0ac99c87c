"""Search for a person, and compare two pictures of people."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from app import present
from app.dependencies import Across, Pair, Parts, Pictures, caller
from app.documentation import CROPS_BODY, PAIR_BODY, errors
from app.hanging_up import while_connected
from app.routes.search import Count, Name
from app.schemas.people import ComparisonAnswer
from app.schemas.searches import SearchAnswer
from app.search import Scope

MODEL = "reid"

Rate = Annotated[
    float,
    Query(
        description=(
            "Share of false matches: of searches for people who are not there, or of pairs of different people. "
            "0.01 and 0.001 are calibrated; others are refused."
        ),
        examples=[0.01],
    ),
]

router = APIRouter(prefix="/v1", tags=["people"])


@router.post(
    "/search/person",
    operation_id="search_person",
    responses=errors(404, 409, 413, 415, 422, 503, 507),
    openapi_extra=CROPS_BODY,
)
async def search_person(
    request: Request,
    parts: Parts,
    crops: Pictures,
    where: Across,
    collection: Name = "people",
    k: Count = 24,
    fmr: Rate = 0.01,
) -> SearchAnswer:
    """Find the other pictures of a person, by one crop or several, and say whether it is the same person.

    Several crops, such as those of a track, are one query: the mean of their vectors, brought back to unit length.
    Where items have `camera` and `time` in their metadata, `filter` keeps some cameras and a window of time.
    """
    parts.embedding_model(MODEL)
    who = await caller(request)
    search = parts.search.by_pictures(MODEL, crops, Scope(collection, k, where, rate=fmr, caller=who.name))
    return present.found(await while_connected(request, search))


@router.post(
    "/compare/person",
    operation_id="compare_person",
    responses=errors(404, 409, 413, 415, 422, 503, 507),
    openapi_extra=PAIR_BODY,
)
async def compare_person(request: Request, parts: Parts, pair: Pair, fmr: Rate = 0.01) -> ComparisonAnswer:
    """Say whether two crops show the same person, and which stripes of them agree."""
    parts.embedding_model(MODEL)
    one, other = pair
    return present.comparison(await while_connected(request, parts.comparing.compare(MODEL, one, other, fmr)))
