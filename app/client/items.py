"""Items and their pictures."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence

from app.answers import BatchResult, Item, ItemPage, Json
from app.client.connection import Connection
from app.requests import Call, NewItem, batch, filtering, item_path, items_path, picture, writing


class Items(Connection):
    """Lists, reads, writes and deletes items."""

    def picture(self, url: str) -> bytes:
        """Return the picture at an `image_url` or a `thumbnail_url` of an answer."""
        return self._send(Call("GET", url)).content

    def items(self, collection: str, *, where: Json | None = None, page_size: int = 100) -> Iterator[Item]:
        """Go through all items of a collection, a page at a time."""
        page = self.page(collection, limit=page_size, where=where)
        yield from page.items
        while page.next_cursor is not None:
            page = self.page(collection, cursor=page.next_cursor, limit=page_size, where=where)
            yield from page.items

    def page(
        self, collection: str, *, cursor: str | None = None, limit: int = 50, where: Json | None = None
    ) -> ItemPage:
        """Return up to `limit` items, beginning where `cursor`, taken from the page before, says."""
        parameters = {"limit": str(limit), **filtering(where), **({} if cursor is None else {"cursor": cursor})}
        call = Call("GET", items_path(collection), parameters)
        return self._ask(call, ItemPage.from_json)

    def item(self, collection: str, key: str) -> Item:
        """Return one item."""
        return self._ask(Call("GET", item_path(collection, key)), Item.from_json)

    def put_item(
        self,
        collection: str,
        key: str,
        image: bytes,
        *,
        title: str = "",
        metadata: Json | None = None,
        version: str | None = None,
        only_new: bool = False,
    ) -> Item:
        """Store an item with its picture, in place of what the key held before; searches find it at once.

        With `version` only if the item is in that version, with `only_new` only if the key holds none; else the status
        of the error is 412, and nothing is written.
        """
        body = {**picture(image), "data": {"title": title, "metadata": json.dumps(metadata or {})}}
        call = writing("PUT", item_path(collection, key), body, version, only_new=only_new)
        return self._ask(call, Item.from_json)

    def put_items(
        self, collection: str, items: Sequence[NewItem], *, idempotency_key: str | None = None
    ) -> tuple[BatchResult, ...]:
        """Store up to 100 items in one request, and return what became of each, in their order.

        However often the request must be sent, it is carried out once. An `idempotency_key` of the caller's own makes
        that true of several calls with the same items within a day; the same key with other items is refused.
        """
        call = batch(collection, items, idempotency_key or uuid.uuid4().hex)
        return self._ask(call, lambda answer: tuple(map(BatchResult.from_json, answer["results"])))

    def patch_item(
        self,
        collection: str,
        key: str,
        *,
        title: str | None = None,
        metadata: Json | None = None,
        version: str | None = None,
    ) -> Item:
        """Change an item's title, or merge changes into its metadata, where None removes a name; the picture stays.

        With `version` only if the item is in that version; else the status of the error is 412.
        """
        changes = {"title": title, "metadata": metadata}
        body = {"json": {name: value for name, value in changes.items() if value is not None}}
        return self._ask(writing("PATCH", item_path(collection, key), body, version), Item.from_json)

    def delete_item(self, collection: str, key: str, *, version: str | None = None) -> None:
        """Delete an item; no search finds it any more. With `version` only if the item is in that version."""
        self._send(writing("DELETE", item_path(collection, key), {}, version))
