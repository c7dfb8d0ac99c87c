"""A body that is too large is refused before it takes memory, and one that does not come is not waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from pydantic import BaseModel
from starlette.testclient import TestClient
from starlette.types import Message

from app import problems
from app.body_limit import BodyLimit, BodyTooSlow

LIMIT = 100


class Body(BaseModel):
    """What FastAPI reads by itself."""

    text: str


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Make an application that reads bodies in both ways, at most 100 bytes."""
    app = FastAPI()

    @app.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @app.post("/parsed")
    async def parsed(body: Body) -> str:
        return body.text

    problems.install(app)
    app.add_middleware(BodyLimit, limit=LIMIT)
    with TestClient(app) as client:
        yield client


def pieces(size: int) -> Iterator[bytes]:
    """Cut a body of a size into pieces, so that no length is declared."""
    for start in range(0, size, 30):
        yield b"x" * min(30, size - start)


@pytest.mark.parametrize("size", [0, 1, LIMIT])
def test_what_may_come_comes(size: int, client: TestClient) -> None:
    """The limit itself is allowed, declared or streamed."""
    assert client.post("/raw", content=b"x" * size).json() == size
    assert client.post("/raw", content=pieces(size)).json() == size


@pytest.mark.parametrize("path", ["/raw", "/parsed"])
@pytest.mark.parametrize("streamed", [True, False])
def test_one_byte_more_is_refused_with_a_sentence(path: str, streamed: bool, client: TestClient) -> None:
    """Whether it was declared or streamed, read by a handler or by FastAPI, the answer is the same 413."""
    content: Any = pieces(LIMIT + 1) if streamed else b"x" * (LIMIT + 1)
    answer = client.post(path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "The request's body is larger than 100 bytes."


def scope(*headers: tuple[bytes, bytes]) -> dict[str, Any]:
    """Describe a request."""
    return {"type": "http", "method": "POST", "path": "/", "headers": list(headers)}


def test_a_declared_giant_is_not_read_at_all() -> None:
    """Not one byte is asked for once the header says too much."""

    async def inner(*_: Any) -> None:
        pytest.fail("the application was called")

    async def receive() -> Message:
        pytest.fail("the body was asked for")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(BodyLimit(inner, LIMIT)(scope((b"content-length", b"99999999999")), receive, send))
    assert sent[0]["status"] == 413


def test_a_streamed_giant_is_read_no_further_than_the_limit() -> None:
    """Reading stops with the piece that goes too far, however many would follow."""
    asked = 0

    async def inner(_: Any, receive: Any, __: Any) -> None:
        while True:
            await receive()

    async def receive() -> Message:
        nonlocal asked
        asked += 1
        return {"type": "http.request", "body": b"x" * 30, "more_body": True}

    async def send(_: Message) -> None:
        """Take nothing."""

    with pytest.raises(Exception, match="larger than 100 bytes"):
        asyncio.run(BodyLimit(inner, LIMIT)(scope((b"content-length", b"nonsense")), receive, send))
    assert asked == 4


async def read_all(_: Any, receive: Any, __: Any) -> None:
    """Read a body as applications do."""
    while (await receive())["more_body"]:
        pass


async def take_nothing(_: Message) -> None:
    """Send nowhere."""


def test_a_body_that_does_not_come_is_given_up(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops in the middle is told how far it came, and holds nobody else up."""
    monkeypatch.setattr("app.body_limit.GRACE_S", 0.01)
    pieces = [b"x" * 30, b"x" * 20]

    async def receive() -> Message:
        if not pieces:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": pieces.pop(), "more_body": True}

    with pytest.raises(BodyTooSlow, match="only 50 bytes") as caught:
        asyncio.run(BodyLimit(read_all, LIMIT)(scope(), receive, take_nothing))
    assert (caught.value.status_code, caught.value.headers) == (408, {"Connection": "close"})
    assert client.post("/raw", content=b"x").status_code == 200


def test_a_body_that_comes_steadily_may_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every byte buys time, and the end of the connection is waited for without any."""
    monkeypatch.setattr("app.body_limit.GRACE_S", 0.01)
    monkeypatch.setattr("app.body_limit.LEAST_RATE", 1e-6)
    messages = iter([(b"x", True), (b"y", True), (b"", False), (b"", False)])

    async def receive() -> Message:
        body, more = next(messages)
        if body != b"x":
            await asyncio.sleep(0.02)
        return {"type": "http.request", "body": body, "more_body": more}

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await read_all(scope, receive, send)
        monkeypatch.setattr("app.body_limit.LEAST_RATE", 1e9)
        await receive()

    asyncio.run(BodyLimit(inner, LIMIT)(scope(), receive, take_nothing))
    assert next(messages, None) is None


def test_other_traffic_passes() -> None:
    """What is not HTTP is none of its business."""
    seen: list[str] = []

    async def inner(scope: Any, _: Any, __: Any) -> None:
        seen.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        """Take nothing."""

    asyncio.run(BodyLimit(inner, LIMIT)({"type": "lifespan"}, nothing, nothing))
    assert seen == ["lifespan"]
