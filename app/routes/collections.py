"""Collections."""

from __future__ import annotations

from functools import partial
from typing import cast

from fastapi import APIRouter
from starlette.responses import Response

from app import present
from app.dependencies import Parts
from app.documentation import errors
from app.schemas.collections import CollectionAnswer, CollectionChanges, CollectionList, NewCollection
from indexer.catalogue import CollectionChanges as Changes

router = APIRouter(prefix="/v1/collections", tags=["collections"])


@router.get("", operation_id="list_collections", responses=errors(503))
async def list_collections(parts: Parts) -> CollectionList:
    """List all collections by name."""
    collections = await parts.workers.store(parts.catalogue.collections)
    return CollectionList(collections=[present.collection(found) for found in collections])


@router.post("", operation_id="create_collection", status_code=201, responses=errors(404, 409, 422, 503, 507))
async def create_collection(new: NewCollection, parts: Parts) -> CollectionAnswer:
    """Make an empty collection."""
    model = parts.embedding_model(new.model).name
    create = partial(
        parts.catalogue.create_collection, threshold=new.threshold, personal=new.personal, keep_days=new.keep_days
    )
    return present.collection(await parts.workers.store(create, new.name, model, new.title))


@router.get("/{name}", operation_id="get_collection", responses=errors(404, 503))
async def get_collection(name: str, parts: Parts) -> CollectionAnswer:
    """Return one collection."""
    return present.collection(await parts.workers.store(parts.catalogue.collection, name))


@router.patch("/{name}", operation_id="change_collection", responses=errors(404, 422, 503, 507))
async def change_collection(name: str, changes: CollectionChanges, parts: Parts) -> CollectionAnswer:
    """Change what a collection states: title, threshold, whether of people, how long; its items stay as they are."""
    named = cast("Changes", changes.model_dump(exclude_unset=True))
    return present.collection(await parts.workers.store(parts.catalogue.change_collection, name, named))


@router.delete("/{name}", operation_id="delete_collection", status_code=204, responses=errors(404, 503, 507))
async def delete_collection(name: str, parts: Parts) -> Response:
    """Delete a collection with everything in it."""

    def delete() -> None:
        number = parts.catalogue.collection(name).id
        parts.catalogue.delete_collection(name)
        parts.generations.forget(number)

    await parts.workers.store(delete)
    return Response(status_code=204)
