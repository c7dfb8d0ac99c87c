"""Items of a collection."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from app import present
from app.dependencies import COMPUTES, Parts, Upload, Where
from app.documentation import ITEM_BODY, errors
from app.schemas import ItemAnswer, ItemChanges, ItemPage

router = APIRouter(prefix="/v1/collections/{name}/items", tags=["items"])

Key = Annotated[str, Path(description="Up to 200 bytes; slashes may stand in it.", examples=["boots/0017"])]


@router.get("", operation_id="list_items", responses=errors(404, 422, 503))
async def list_items(
    name: str,
    parts: Parts,
    where: Where,
    cursor: Annotated[str | None, Query(description="From the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="How many items.")] = 50,
) -> ItemPage:
    """List items, a page at a time; no item that stays is met twice or missed."""
    page = await parts.workers.store(partial(parts.catalogue.page, name, cursor=cursor, limit=limit, where=where))
    return ItemPage(items=[present.item(found) for found in page.items], next_cursor=page.next_cursor)


@router.get("/{key:path}", operation_id="get_item", responses=errors(404, 503))
async def get_item(name: str, key: Key, parts: Parts) -> ItemAnswer:
    """Return one item."""
    return present.item(await parts.workers.store(parts.catalogue.item, name, key))


@router.put(
    "/{key:path}",
    dependencies=COMPUTES,
    operation_id="put_item",
    responses=errors(404, 413, 415, 422, 503, 507),
    openapi_extra=ITEM_BODY,
)
async def put_item(name: str, key: Key, parts: Parts, form: Upload) -> ItemAnswer:
    """Store an item with its picture, in place of what the key held before; the next search finds it."""
    metadata = form.json_object("metadata")
    title = form.fields.get("title", "")
    return present.item(await parts.items.put(name, key, form.picture(), title, metadata))


@router.patch("/{key:path}", operation_id="patch_item", responses=errors(404, 422, 503, 507))
async def patch_item(name: str, key: Key, changes: ItemChanges, parts: Parts) -> ItemAnswer:
    """Change an item's title, or merge changes into its metadata; the picture stays."""
    return present.item(await parts.items.patch(name, key, changes.title, changes.metadata))


@router.delete("/{key:path}", operation_id="delete_item", status_code=204, responses=errors(404, 503, 507))
async def delete_item(name: str, key: Key, parts: Parts) -> Response:
    """Delete an item; the next search does not find it."""
    await parts.items.delete(name, key)
    return Response(status_code=204)
