"""What a handler is given: the server's parts, the body, the filter."""

from __future__ import annotations

import math
from typing import Annotated, cast

from fastapi import Depends, Header, Query, Request

from app.bodies import (
    BatchForm,
    Form,
    Refinement,
    read_batch,
    read_form,
    read_pair,
    read_pictures,
    read_query,
    read_refinement,
)
from app.credentials import CALLER, Caller
from app.preconditions import expectation
from app.services import Services
from indexer.catalogue import Expectation, Filter, read_filter
from indexer.catalogue.filters import Both, Scalar
from indexer.catalogue.parsing import parse_filter
from models.contracts import Strokes

MOST_CAMERAS = 100
"""Cameras whose pictures may be left out."""


async def services(request: Request) -> Services:
    """Give a handler the server's parts."""
    return cast("Services", request.app.state.services)


async def caller(request: Request) -> Caller:
    """Give a handler who sent the request."""
    return cast("Caller", request.scope[CALLER])


async def read_where(
    filter_: Annotated[
        str | None,
        Query(
            alias="filter",
            description=(
                "What the items' metadata must be, as JSON: equality, `in`, `gt`, `gte`, `lt`, `lte`, and `and`, `or`, "
                "`not`; dotted names reach into objects."
            ),
            examples=['{"colour": "red", "price": {"lt": 50}}'],
        ),
    ] = None,
) -> Filter | None:
    """Read the filter in the query string.

    Raises:
        InvalidFilter: it is not in the language of filters.
    """
    return read_filter(filter_) if filter_ else None


async def read_across(
    where: Annotated[Filter | None, Depends(read_where)],
    leave_out_camera: Annotated[
        list[str] | None,
        Query(
            max_length=MOST_CAMERAS,
            description="Items whose metadata has this `camera`, text or number, are not hits; may be repeated.",
            examples=[["entrance"]],
        ),
    ] = None,
) -> Filter | None:
    """Read the filter in the query string, and the cameras whose pictures are not wanted.

    Raises:
        InvalidFilter: it is not in the language of filters, or a camera's name holds what no metadata may.
    """
    if not leave_out_camera:
        return where
    left_out = parse_filter({"not": {"camera": {"in": [value for name in leave_out_camera for value in _meant(name)]}}})
    return left_out if where is None else Both((where, left_out))


def _meant(name: str) -> tuple[Scalar, ...]:
    """What a camera called so may be in metadata: text, and the number that it reads as."""
    try:
        number = float(name)
    except ValueError:
        return (name,)
    return (name, number) if math.isfinite(number) else (name,)


IfMatch = Annotated[
    list[str] | None, Header(description="Write only if the item is in this version: the ETag of an answer, or *.")
]
IfNoneMatch = Annotated[
    list[str] | None, Header(description="Write only if the item is not in this version; with * only if it is new.")
]


async def read_expectation(if_match: IfMatch = None, if_none_match: IfNoneMatch = None) -> Expectation | None:
    """Read what the writer takes the item for.

    Raises:
        InvalidTags: a header holds something else than entity tags.
    """
    return expectation(if_match or (), if_none_match or ())


Parts = Annotated[Services, Depends(services)]
Requester = Annotated[Caller, Depends(caller)]
Across = Annotated[Filter | None, Depends(read_across)]
Where = Annotated[Filter | None, Depends(read_where)]
Pictures = Annotated[tuple[bytes, ...], Depends(read_pictures)]
Pair = Annotated[tuple[bytes, bytes], Depends(read_pair)]
Drawing = Annotated[bytes | Strokes, Depends(read_query)]
Expected = Annotated[Expectation | None, Depends(read_expectation)]
Refined = Annotated[Refinement, Depends(read_refinement)]
Batch = Annotated[BatchForm, Depends(read_batch)]
Upload = Annotated[Form, Depends(read_form)]
