"""Labels of pictures, and the labels that there are."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.exceptions import RequestValidationError

from app import present
from app.dependencies import Parts, Pictures
from app.documentation import PICTURES_BODY, errors
from app.hanging_up import while_connected
from app.schemas.tags import LabelsAnswer, NeighboursAnswer, TagsAnswer
from app.tagging import Options, Order

MOST_BEAM = 32
MOST_LABELS = 1000

Model = Annotated[
    str | None, Query(description="A model that says labels, see /v1/models; the first one unless named.")
]
Checkpoint = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=64,
        description="Its weights: a digest, at least 8 digits of one, or a network's name; else those promoted last.",
    ),
]

router = APIRouter(prefix="/v1", tags=["tags"])


async def read_telling(
    order: Annotated[Order, Query(description="As the most probable path says them, or by probability.")] = "path",
    merge: Annotated[  # noqa: FBT002 - FastAPI reads it by name
        bool, Query(description="Put labels together that mean nearly the same.")
    ] = False,
    merge_cosine: Annotated[
        float, Query(ge=-1, le=1, description="With `merge`: cosine of two labels from which on they mean the same.")
    ] = 0.8,
    explain: Annotated[  # noqa: FBT002 - FastAPI reads it by name
        bool,
        Query(description="Show of a picture's 10 most probable labels where each was seen; takes a moment longer."),
    ] = False,
) -> Options:
    """Read how labels are told."""
    return Options(order=order, merge=merge_cosine if merge else None, explain=explain)


async def read_options(
    telling: Annotated[Options, Depends(read_telling)],
    k: Annotated[
        int | None,
        Query(ge=1, le=200, description="So many labels at most, the most probable, whatever their thresholds."),
    ] = None,
    min_probability: Annotated[
        float | None,
        Query(ge=0, le=1, description="Labels that are at least so probable, whatever their thresholds."),
    ] = None,
    precision: Annotated[
        float | None,
        Query(
            gt=0,
            le=1,
            description=(
                "Thresholds fitted for this precision, not beside `k` or `min_probability`; "
                "/v1/labels lists those there are."
            ),
        ),
    ] = None,
    labels: Annotated[
        list[str] | None,
        Query(max_length=MOST_LABELS, description="Labels that may be said; may be repeated; all unless named."),
    ] = None,
    beam: Annotated[
        int,
        Query(ge=1, le=MOST_BEAM, description="Paths that are followed at once; calibrated is the default."),
    ] = Options().beam,
) -> Options:
    """Read which labels are wanted.

    Raises:
        RequestValidationError: thresholds are chosen, and also what heeds none.
    """
    if precision is not None and (k is not None or min_probability is not None):
        told = "It chooses thresholds, of which k and min_probability heed none; give one or the other"
        raise RequestValidationError([{"loc": ("query", "precision"), "msg": told}])
    return replace(
        telling,
        k=k,
        min_probability=min_probability,
        precision=precision,
        labels=tuple(labels or ()),
        beam=beam,
    )


@router.post(
    "/tags",
    operation_id="tag_pictures",
    responses=errors(400, 404, 409, 413, 415, 422, 503, 507),
    openapi_extra=PICTURES_BODY,
)
async def tag_pictures(
    request: Request,
    parts: Parts,
    pictures: Pictures,
    options: Annotated[Options, Depends(read_options)],
    model: Model = None,
    checkpoint: Checkpoint = None,
) -> TagsAnswer:
    """Say labels of pictures: how sure each is, where it was seen, and which one before made it more probable.

    Unless `k` or `min_probability` is given, a label is said from its own threshold on.
    """
    name = parts.tagging_model(model).name
    work = parts.tagging.tag(name, checkpoint, pictures, options)
    return present.tags(await while_connected(request, work))


@router.get("/labels", operation_id="list_labels", responses=errors(404, 409, 422, 503))
async def list_labels(parts: Parts, model: Model = None, checkpoint: Checkpoint = None) -> LabelsAnswer:
    """List the labels that the weights know, with the threshold of each."""
    name = parts.tagging_model(model).name
    return present.vocabulary(await parts.vocabularies.vocabulary(name, checkpoint))


@router.get("/labels/{label:path}/neighbours", operation_id="label_neighbours", responses=errors(404, 409, 422, 503))
async def label_neighbours(
    label: Annotated[str, Path(description="One of /v1/labels.", examples=["sea"])],
    parts: Parts,
    k: Annotated[int, Query(ge=1, le=200, description="How many neighbours.")] = 10,
    model: Model = None,
    checkpoint: Checkpoint = None,
) -> NeighboursAnswer:
    """List the labels that stand nearest to one: those that are said of the same pictures, or mean the same."""
    name = parts.tagging_model(model).name
    return present.neighbours(await parts.vocabularies.neighbours(name, checkpoint, label, k))
