"""What a handler is given: the server's parts, the body, the filter."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Header, Query, Request

from app.bodies import BatchForm, Form, Refinement, read_batch, read_form, read_query, read_refinement
from app.credentials import CALLER, Caller
from app.preconditions import expectation
from app.services import Services
from indexer.catalogue import Expectation, Filter, read_filter
from models.contracts import Strokes


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
Where = Annotated[Filter | None, Depends(read_where)]
Drawing = Annotated[bytes | Strokes, Depends(read_query)]
Expected = Annotated[Expectation | None, Depends(read_expectation)]
Refined = Annotated[Refinement, Depends(read_refinement)]
Batch = Annotated[BatchForm, Depends(read_batch)]
Upload = Annotated[Form, Depends(read_form)]
