"""Items of a collection."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from app import present
from app.dependencies import Batch, Expected, IfNoneMatch, Parts, Upload, Where
from app.documentation import BATCH_BODY, ITEM_BODY, UNCHANGED, errors
from app.items import NewItem, Outcome
from app.preconditions import is_known, tag_of
from app.schemas.items import BatchAnswer, ItemAnswer, ItemChanges, ItemPage
from indexer.catalogue import Item

router = APIRouter(prefix="/v1/collections/{name}/items", tags=["items"])

Key = Annotated[str, Path(description="Up to 200 bytes; slashes may stand in it.", examples=["boots/0017"])]

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern="^[ -~]+$",
        description="A new one for every batch; a batch that is sent again within a day is not written again.",
        examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
    ),
]


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


@router.post(
    "",
    operation_id="put_items",
    response_model=BatchAnswer,
    responses=errors(404, 413, 415, 422, 503, 507),
    openapi_extra=BATCH_BODY,
)
async def put_items(name: str, parts: Parts, form: Batch, idempotency_key: IdempotencyKey = None) -> Response:
    """Store several items with their pictures; one that cannot be stored is told by itself and stops no other."""
    batch = [NewItem(one.key, form.pictures[one.image], one.title, one.metadata) for one in form.entries]

    def answer(outcomes: Sequence[Outcome]) -> str:
        return present.batch([new.key for new in batch], outcomes).model_dump_json()

    content = await parts.items.put_all(name, batch, answer, idempotency_key)
    return Response(content, media_type="application/json")


@router.get(
    "/{key:path}", operation_id="get_item", response_model=ItemAnswer, responses=UNCHANGED | errors(404, 422, 503)
)
async def get_item(
    name: str, key: Key, parts: Parts, response: Response, if_none_match: IfNoneMatch = None
) -> ItemAnswer | Response:
    """Return one item; its ETag is what If-Match asks for when it is written."""
    item = await parts.workers.store(parts.catalogue.item, name, key)
    if is_known(if_none_match or (), item.version):
        return Response(status_code=304, headers={"ETag": tag_of(item.version)})
    return _tagged(item, response)


@router.put(
    "/{key:path}",
    operation_id="put_item",
    responses=errors(404, 412, 413, 415, 422, 503, 507),
    openapi_extra=ITEM_BODY,
)
async def put_item(
    name: str, key: Key, parts: Parts, form: Upload, response: Response, expected: Expected
) -> ItemAnswer:
    """Store an item with its picture, in place of what the key held before; the next search finds it."""
    new = NewItem(key, form.picture(), form.fields.get("title", ""), form.json_of(dict, "metadata"), expected)
    return _tagged(await parts.items.put(name, new), response)


@router.patch("/{key:path}", operation_id="patch_item", responses=errors(404, 412, 422, 503, 507))
async def patch_item(
    name: str, key: Key, changes: ItemChanges, parts: Parts, response: Response, expected: Expected
) -> ItemAnswer:
    """Change an item's title, or merge changes into its metadata; the picture stays."""
    return _tagged(await parts.items.patch(name, key, changes.title, changes.metadata, expected), response)


@router.delete("/{key:path}", operation_id="delete_item", status_code=204, responses=errors(404, 412, 422, 503, 507))
async def delete_item(name: str, key: Key, parts: Parts, expected: Expected) -> Response:
    """Delete an item; the next search does not find it."""
    await parts.items.delete(name, key, expected)
    return Response(status_code=204)


def _tagged(item: Item, response: Response) -> ItemAnswer:
    """Present an item, its version in the ETag too."""
    response.headers["ETag"] = tag_of(item.version)
    return present.item(item)
