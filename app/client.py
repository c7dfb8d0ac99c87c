"""The Python client of a running Likeness server."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self, TypeVar

import httpx

from app.answers import (
    BatchResult,
    Collection,
    Comparison,
    Embedding,
    Item,
    ItemPage,
    Json,
    Model,
    SearchAnswer,
)
from app.bearer import Bearer
from app.failures import LikenessError, failure_of
from app.requests import (
    Call,
    Lines,
    NewItem,
    batch,
    drawing,
    explaining,
    filtering,
    item_path,
    items_path,
    picture,
    refining,
    segment,
    together,
    writing,
)
from app.retries import REPEATABLE, RetryingTransport, RetryPolicy

__all__ = ["DEFAULT_URL", "LikenessClient", "LikenessError"]

DEFAULT_URL = "http://127.0.0.1:8000"
TIMEOUT_S = 30.0

_Answer = TypeVar("_Answer")


class LikenessClient:
    """Talks to one server; thread safe; close it, or use it in a `with` statement.

    Every call raises `LikenessError`, and nothing else, when it comes to nothing.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        api_key: str | None = None,
        timeout_s: float = TIMEOUT_S,
        retries: RetryPolicy | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Talk to the server at `url`.

        Args:
            url: where the server is, e.g. "http://127.0.0.1:8000".
            api_key: what `likeness keys create` printed; sent to this server only. None sends none.
            timeout_s: longest wait for a connection, and between two parts of an answer, in seconds.
            retries: how often and how patiently a request is sent again.
            transport: what carries the requests, in place of the network.
            sleep: what waits between two attempts.
        """
        self.url = url
        carried = RetryingTransport(transport or httpx.HTTPTransport(), retries or RetryPolicy(), sleep=sleep)
        try:
            bearer = None if api_key is None else Bearer(api_key, httpx.URL(url))
            self._http = httpx.Client(base_url=url, timeout=timeout_s, transport=carried, auth=bearer)
        except httpx.InvalidURL as error:
            message = f"{url!r} is not the address of a server ({error}); write one like {DEFAULT_URL}."
            raise LikenessError(message) from error

    def __enter__(self) -> Self:
        """Use the client in a `with` statement."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def search_sketch(
        self, image: bytes, *, collection: str = "shoes", k: int = 24, where: Json | None = None, explain: bool = False
    ) -> SearchAnswer:
        """Find the k items most like a drawing, given as the bytes of a picture file.

        `where` filters by metadata, e.g. `{"colour": "red", "price": {"lt": 50}}`; with `explain` the first ten hits
        tell why they were found.
        """
        parameters = {"collection": collection, "k": str(k), **filtering(where), **explaining(explain)}
        call = Call("POST", "/v1/search/sketch", parameters, picture(image), repeatable=True)
        return self._ask(call, SearchAnswer.from_json)

    def search_strokes(
        self,
        strokes: Lines,
        *,
        collection: str = "shoes",
        k: int = 24,
        where: Json | None = None,
        explain: bool = False,
    ) -> SearchAnswer:
        """Find the k items most like a drawing, given as lines of (x, y) points, y downwards, at any scale."""
        parameters = {"collection": collection, "k": str(k), **filtering(where), **explaining(explain)}
        call = Call("POST", "/v1/search/sketch", parameters, drawing(strokes), repeatable=True)
        return self._ask(call, SearchAnswer.from_json)

    def search_similar(self, collection: str, key: str, *, k: int = 24, where: Json | None = None) -> SearchAnswer:
        """Find the k items most like an item, the item itself left out."""
        path = f"/v1/search/similar/{segment(collection)}/{segment(key)}"
        call = Call("POST", path, {"k": str(k), **filtering(where)}, repeatable=True)
        return self._ask(call, SearchAnswer.from_json)

    def search_person(
        self,
        *crops: bytes,
        collection: str = "people",
        k: int = 24,
        where: Json | None = None,
        leave_out_cameras: Sequence[str] = (),
        fmr: float = 0.01,
    ) -> SearchAnswer:
        """Find the other pictures of a person, given as the bytes of one picture file or of several.

        `leave_out_cameras` are not hits; of searches for people who are not there the share `fmr` says "match".
        """
        parameters = {"collection": collection, "k": str(k), **filtering(where), "fmr": str(fmr)}
        asked = {**parameters, "leave_out_camera": list(leave_out_cameras)}
        call = Call("POST", "/v1/search/person", asked, together(crops), repeatable=True)
        return self._ask(call, SearchAnswer.from_json)

    def compare_person(self, one: bytes, other: bytes, *, fmr: float = 0.01) -> Comparison:
        """Tell whether two picture files show the same person; of different people the share `fmr` seems to match."""
        call = Call("POST", "/v1/compare/person", {"fmr": str(fmr)}, together((one, other)), repeatable=True)
        return self._ask(call, Comparison.from_json)

    def refine(
        self,
        query: bytes | Lines | str,
        *,
        liked: Sequence[str] = (),
        disliked: Sequence[str] = (),
        collection: str = "shoes",
        k: int = 24,
        where: Json | None = None,
        explain: bool = False,
    ) -> SearchAnswer:
        """Search again, nearer to the items with `liked` keys, away from the `disliked`, which are left out.

        The query is the bytes of a picture file, lines of points, or the key of an item.
        """
        parameters = {"collection": collection, "k": str(k), **filtering(where), **explaining(explain)}
        call = Call("POST", "/v1/search/refine", parameters, refining(query, liked, disliked), repeatable=True)
        return self._ask(call, SearchAnswer.from_json)

    def view_sketch(self, image: bytes) -> bytes:
        """Return a drawing as the network sees it, a PNG."""
        return self._send(Call("POST", "/v1/view/sketch", body=picture(image), repeatable=True)).content

    def view_item(self, collection: str, key: str) -> bytes:
        """Return an item's picture as the network sees it, a PNG."""
        return self._send(Call("GET", f"/v1/view/{segment(collection)}/{segment(key)}")).content

    def embed(
        self, model: str, picture: bytes | Lines, *, side: str = "item", collection: str | None = None
    ) -> Embedding:
        """Return the embedding of the bytes of a picture file, or of lines of points.

        The `side` "item" embeds it as what is stored, "query", which lines must be, as what is searched with; if a
        `collection` is named, with its weights.
        """
        parameters = {"side": side, **({} if collection is None else {"collection": collection})}
        call = Call("POST", f"/v1/embed/{segment(model)}", parameters, drawing(picture), repeatable=True)
        return self._ask(call, Embedding.from_json)

    def picture(self, url: str) -> bytes:
        """Return the picture at an `image_url` or a `thumbnail_url` of an answer."""
        return self._send(Call("GET", url)).content

    def collections(self) -> tuple[Collection, ...]:
        """Return every collection."""
        call = Call("GET", "/v1/collections")
        return self._ask(call, lambda answer: tuple(map(Collection.from_json, answer["collections"])))

    def collection(self, name: str) -> Collection:
        """Return one collection."""
        return self._ask(Call("GET", f"/v1/collections/{segment(name)}"), Collection.from_json)

    def create_collection(
        self,
        name: str,
        model: str = "sketch",
        title: str = "",
        *,
        threshold: float | None = None,
        personal: bool = False,
        keep_days: int | None = None,
    ) -> Collection:
        """Make an empty collection, whose items `model` will embed.

        `threshold` is the cosine that the best hit of a search must reach to be a match; None for what the weights say.
        `personal` marks pictures of people, and `keep_days` says after how many days items are to be erased.
        """
        stated: dict[str, float] = {} if threshold is None else {"threshold": threshold}
        stated |= {"personal": True} if personal else {}
        stated |= {} if keep_days is None else {"keep_days": keep_days}
        body = {"json": {"name": name, "model": model, "title": title, **stated}}
        return self._ask(Call("POST", "/v1/collections", body=body), Collection.from_json)

    def change_collection(self, name: str, changes: Json) -> Collection:
        """Change a collection's "title", "threshold", "personal" or "keep_days".

        As a threshold None stands for what the weights say, as days for keeping items for ever.
        """
        call = Call("PATCH", f"/v1/collections/{segment(name)}", body={"json": dict(changes)})
        return self._ask(call, Collection.from_json)

    def delete_collection(self, name: str) -> None:
        """Delete a collection with everything in it."""
        self._send(Call("DELETE", f"/v1/collections/{segment(name)}"))

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

    def models(self) -> tuple[Model, ...]:
        """Return every model the server knows."""
        call = Call("GET", "/v1/models")
        return self._ask(call, lambda answer: tuple(map(Model.from_json, answer["models"])))

    def model(self, name: str) -> Model:
        """Return one model."""
        return self._ask(Call("GET", f"/v1/models/{segment(name)}"), Model.from_json)

    def _ask(self, call: Call, read: Callable[[Json], _Answer]) -> _Answer:
        response = self._send(call)
        try:
            return read(response.json())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"{self.url} did not answer as a Likeness server of this version does; is it one?"
            raise LikenessError(message, response.status_code) from error

    def _send(self, call: Call) -> httpx.Response:
        extensions = {} if call.repeatable is None else {REPEATABLE: call.repeatable}
        try:
            response = self._http.request(
                call.method,
                call.path,
                params=call.parameters,
                headers=dict(call.headers),
                extensions=extensions,
                **call.body,
            )
        except httpx.ConnectError as error:
            message = f"No server answers at {self.url} ({error}); start one with `likeness serve`."
            raise LikenessError(message) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            message = f"The server at {self.url} gave no answer: {str(error) or type(error).__name__}."
            raise LikenessError(message) from error
        if response.is_success:
            return response
        raise failure_of(response)
