"""The Python client of a running Likeness server."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx

from app.answers import Collection, Item, ItemPage, Json, Model, SearchAnswer
from app.retries import REPEATABLE, RetryingTransport, RetryPolicy

DEFAULT_URL = "http://127.0.0.1:8000"
TIMEOUT_S = 30.0

_Answer = TypeVar("_Answer")


class LikenessError(Exception):
    """A request that came to nothing; the message is one sentence for people.

    Attributes:
        status: HTTP status of the answer, None where there was no answer.
        type: URI of the kind of problem, "about:blank" where the server named none.
        title: name of the kind of problem.
        request_id: what to look for in the server's log.
        errors: what was wrong with which field, where the server said so.
    """

    def __init__(self, message: str, status: int | None = None, problem: Json | None = None) -> None:
        """Carry the facts of an answer, `problem` being its problem+json body."""
        super().__init__(message)
        facts = problem or {}
        self.status = status
        self.type = str(facts.get("type") or "about:blank")
        self.title = str(facts.get("title") or "")
        self.request_id: str | None = facts.get("request_id")
        self.errors: tuple[Any, ...] = tuple(facts.get("errors") or ())


@dataclass(frozen=True)
class _Call:
    """What one call sends; `body` holds httpx's arguments of that name."""

    method: str
    path: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    repeatable: bool | None = None


class _Bearer(httpx.Auth):
    """Shows a key to one server, and to no other that an answer might name."""

    def __init__(self, key: str, server: httpx.URL) -> None:
        bare = key.strip()
        if not (bare.isascii() and bare.isprintable()) or " " in bare:
            message = "The key holds characters that no key has; copy it as `likeness keys create` printed it."
            raise LikenessError(message)
        self._header = f"Bearer {bare}"
        self._server = _origin(server)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the key on a request."""
        if _origin(request.url) == self._server:
            request.headers["Authorization"] = self._header
        yield request


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
            bearer = None if api_key is None else _Bearer(api_key, httpx.URL(url))
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
        self, image: bytes, *, collection: str = "shoes", k: int = 24, where: Json | None = None
    ) -> SearchAnswer:
        """Find the k items most like a drawing, given as the bytes of a picture file.

        `where` filters by metadata, e.g. `{"colour": "red", "price": {"lt": 50}}`.
        """
        parameters = {"collection": collection, "k": str(k), **_filter(where)}
        call = _Call("POST", "/v1/search/sketch", parameters, _picture(image), repeatable=True)
        return self._ask(call, SearchAnswer.from_json)

    def search_strokes(
        self,
        strokes: Sequence[Sequence[Sequence[float]]],
        *,
        collection: str = "shoes",
        k: int = 24,
        where: Json | None = None,
    ) -> SearchAnswer:
        """Find the k items most like a drawing, given as lines of (x, y) points, y downwards, at any scale."""
        parameters = {"collection": collection, "k": str(k), **_filter(where)}
        body = {"json": {"strokes": [[list(point) for point in line] for line in strokes]}}
        call = _Call("POST", "/v1/search/sketch", parameters, body, repeatable=True)
        return self._ask(call, SearchAnswer.from_json)

    def search_similar(self, collection: str, key: str, *, k: int = 24, where: Json | None = None) -> SearchAnswer:
        """Find the k items most like an item, the item itself left out."""
        path = f"/v1/search/similar/{_segment(collection)}/{_segment(key)}"
        call = _Call("POST", path, {"k": str(k), **_filter(where)}, repeatable=True)
        return self._ask(call, SearchAnswer.from_json)

    def view_sketch(self, image: bytes) -> bytes:
        """Return a drawing as the network sees it, a PNG."""
        return self._send(_Call("POST", "/v1/view/sketch", body=_picture(image), repeatable=True)).content

    def view_item(self, collection: str, key: str) -> bytes:
        """Return an item's picture as the network sees it, a PNG."""
        return self._send(_Call("GET", f"/v1/view/{_segment(collection)}/{_segment(key)}")).content

    def picture(self, url: str) -> bytes:
        """Return the picture at an `image_url` or a `thumbnail_url` of an answer."""
        return self._send(_Call("GET", url)).content

    def collections(self) -> tuple[Collection, ...]:
        """Return every collection."""
        call = _Call("GET", "/v1/collections")
        return self._ask(call, lambda answer: tuple(map(Collection.from_json, answer["collections"])))

    def collection(self, name: str) -> Collection:
        """Return one collection."""
        return self._ask(_Call("GET", f"/v1/collections/{_segment(name)}"), Collection.from_json)

    def create_collection(self, name: str, model: str = "sketch", title: str = "") -> Collection:
        """Make an empty collection, whose items `model` will embed."""
        body = {"json": {"name": name, "model": model, "title": title}}
        return self._ask(_Call("POST", "/v1/collections", body=body), Collection.from_json)

    def delete_collection(self, name: str) -> None:
        """Delete a collection with everything in it."""
        self._send(_Call("DELETE", f"/v1/collections/{_segment(name)}"))

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
        parameters = {"limit": str(limit), **_filter(where), **({} if cursor is None else {"cursor": cursor})}
        call = _Call("GET", f"/v1/collections/{_segment(collection)}/items", parameters)
        return self._ask(call, ItemPage.from_json)

    def item(self, collection: str, key: str) -> Item:
        """Return one item."""
        return self._ask(_Call("GET", _item_path(collection, key)), Item.from_json)

    def put_item(
        self, collection: str, key: str, image: bytes, *, title: str = "", metadata: Json | None = None
    ) -> Item:
        """Store an item with its picture, in place of what the key held before; searches find it at once."""
        body = {**_picture(image), "data": {"title": title, "metadata": json.dumps(metadata or {})}}
        return self._ask(_Call("PUT", _item_path(collection, key), body=body), Item.from_json)

    def patch_item(self, collection: str, key: str, *, title: str | None = None, metadata: Json | None = None) -> Item:
        """Change an item's title, or merge changes into its metadata, where None removes a name; the picture stays."""
        changes = {"title": title, "metadata": metadata}
        body = {"json": {name: value for name, value in changes.items() if value is not None}}
        return self._ask(_Call("PATCH", _item_path(collection, key), body=body), Item.from_json)

    def delete_item(self, collection: str, key: str) -> None:
        """Delete an item; no search finds it any more."""
        self._send(_Call("DELETE", _item_path(collection, key)))

    def models(self) -> tuple[Model, ...]:
        """Return every model the server knows."""
        call = _Call("GET", "/v1/models")
        return self._ask(call, lambda answer: tuple(map(Model.from_json, answer["models"])))

    def model(self, name: str) -> Model:
        """Return one model."""
        return self._ask(_Call("GET", f"/v1/models/{_segment(name)}"), Model.from_json)

    def _ask(self, call: _Call, read: Callable[[Json], _Answer]) -> _Answer:
        response = self._send(call)
        try:
            return read(response.json())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"{self.url} did not answer as a Likeness server of this version does; is it one?"
            raise LikenessError(message, response.status_code) from error

    def _send(self, call: _Call) -> httpx.Response:
        extensions = {} if call.repeatable is None else {REPEATABLE: call.repeatable}
        try:
            response = self._http.request(
                call.method, call.path, params=call.parameters, extensions=extensions, **call.body
            )
        except httpx.ConnectError as error:
            message = f"No server answers at {self.url} ({error}); start one with `likeness serve`."
            raise LikenessError(message) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            message = f"The server at {self.url} gave no answer: {str(error) or type(error).__name__}."
            raise LikenessError(message) from error
        if response.is_success:
            return response
        raise _error(response)


def _error(response: httpx.Response) -> LikenessError:
    """Turn an answer that is no success into an error, whether Likeness or something before it gave the answer."""
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, Mapping):
        phrase = f"{response.status_code} {response.reason_phrase}".strip()
        return LikenessError(f"The server answered {phrase}, without a reason.", response.status_code)
    message = str(problem.get("detail") or problem.get("title") or f"The server answered {response.status_code}.")
    return LikenessError(message, response.status_code, problem)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _segment(text: str) -> str:
    """Quote a name for a path so that nothing between here and the server takes it for more than one name."""
    return text.replace(".", "%2E") if text in {".", ".."} else quote(text, safe="")


def _item_path(collection: str, key: str) -> str:
    return f"/v1/collections/{_segment(collection)}/items/{_segment(key)}"


def _picture(image: bytes) -> dict[str, Any]:
    return {"files": {"image": ("image", image)}}


def _filter(where: Json | None) -> dict[str, str]:
    return {} if where is None else {"filter": json.dumps(where)}
