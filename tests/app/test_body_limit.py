"""A body that is too large is refused before it takes memory."""

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
from app.body_limit import BodyLimit

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


def test_other_traffic_passes() -> None:
    """What is not HTTP is none of its business."""
    seen: list[str] = []

    async def inner(scope: Any, _: Any, __: Any) -> None:
        seen.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        """Take nothing."""

    asyncio.run(BodyLimit(inner, LIMIT)({"type": "lifespan"}, nothing, nothing))
    assert seen == ["lifespan"]
