"""Work ends with the caller who wanted it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from app.hanging_up import while_connected
from tests.app.serving import application, png
from tests.models.fakes import FakePredictor


def request_with(messages: asyncio.Queue[Message]) -> Request:
    """Make a request whose further messages come from a queue."""
    return Request({"type": "http", "method": "POST", "path": "/", "headers": []}, messages.get)


def test_a_result_comes_through() -> None:
    """Whoever stays gets what was computed, or its error."""

    async def fail() -> None:
        message = "no"
        raise ValueError(message)

    async def scenario() -> None:
        request = request_with(asyncio.Queue())
        assert await while_connected(request, asyncio.sleep(0, "done")) == "done"
        with pytest.raises(ValueError, match="no"):
            await while_connected(request, fail())

    asyncio.run(scenario())


def test_work_is_cancelled_when_the_caller_leaves() -> None:
    """More of the body is no leaving; a disconnect is, and the work does not outlive it."""

    async def scenario() -> None:
        messages: asyncio.Queue[Message] = asyncio.Queue()
        started, ended = asyncio.Event(), asyncio.Event()

        async def work() -> None:
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        waiting = asyncio.create_task(while_connected(request_with(messages), work()))
        await started.wait()
        await messages.put({"type": "http.request", "body": b""})
        await messages.put({"type": "http.disconnect"})
        with pytest.raises(ClientDisconnect):
            await waiting
        assert ended.is_set()

    asyncio.run(scenario())


def test_work_is_cancelled_with_the_handler() -> None:
    """A server that stops takes the work along."""

    async def scenario() -> None:
        started, ended = asyncio.Event(), asyncio.Event()

        async def work() -> None:
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        waiting = asyncio.create_task(while_connected(request_with(asyncio.Queue()), work()))
        await started.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert ended.is_set()

    asyncio.run(scenario())


class Gated(FakePredictor):
    """A model that computes only when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = threading.Semaphore(0)
        self.release = threading.Event()

    def predict_queries(self, batch: Any) -> Any:
        """Wait, then embed."""
        self.entered.release()
        assert self.release.wait(60)
        return super().predict_queries(batch)


class Announcing(uvicorn.Server):
    """A server that tells when it answers."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(uvicorn.Config(app, port=0, log_config=None, access_log=False))
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell."""
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self.ready.set()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.servers[0].sockets[0].getsockname()[1])


@contextmanager
def on_a_socket(app: FastAPI) -> Iterator[tuple[Announcing, threading.Thread]]:
    """Run an application behind a real socket."""
    server = Announcing(app)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.ready.wait(60)
        yield server, thread
    finally:
        server.should_exit = True
        thread.join(60)
        assert not thread.is_alive()


def multipart(content: bytes) -> bytes:
    """Write a search as it goes over the wire."""
    part = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n' + content + b"\r\n--b--\r\n"
    head = (
        "POST /v1/search/fake HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(part)}\r\n\r\n"
    )
    return head.encode() + part


@contextmanager
def filled(server: Announcing) -> Iterator[httpx.Client]:
    """Make a collection with one item."""
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=60) as client:
        client.post("/v1/collections", json={"name": "shoes", "model": "fake"}).raise_for_status()
        client.put("/v1/collections/shoes/items/a", files={"image": png(1)}).raise_for_status()
        yield client


def test_an_aborted_search_never_reaches_the_device(tmp_path: Path) -> None:
    """Of two searches that wait, the one whose caller hung up is not computed."""
    model = Gated()
    app = application(tmp_path, lambda *_: model)
    with on_a_socket(app) as (server, _), filled(server) as client:
        first, second = (socket.create_connection(("127.0.0.1", server.port)) for _ in range(2))
        first.sendall(multipart(png(1)))
        assert model.entered.acquire(timeout=60)
        second.sendall(multipart(png(2)))
        serving = app.state.services.weights.serving("shoes")
        queue = asyncio.run_coroutine_threadsafe(serving, server.loop).result(60).queries
        while len(queue) != 1:
            client.get("/health/live")
        second.close()
        while len(queue) != 0:
            client.get("/health/live")
        before = sum(model.batches)
        model.release.set()
        assert first.recv(12) == b"HTTP/1.1 200"
        first.close()
        assert sum(model.batches) - before == 1
        client.get("/health/live")


def test_a_stopping_server_answers_what_it_has_taken(tmp_path: Path) -> None:
    """A search that is on the device when the server is told to stop gets its hits."""
    model = Gated()
    with on_a_socket(application(tmp_path, lambda *_: model)) as (server, thread):
        with filled(server):
            pass
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as caller:
            caller.sendall(multipart(png(1)))
            assert model.entered.acquire(timeout=60)
            server.should_exit = True
            model.release.set()
            assert caller.recv(12) == b"HTTP/1.1 200"
        thread.join(60)
        assert not thread.is_alive()


def test_a_giant_upload_gets_its_answer(tmp_path: Path) -> None:
    """A client that sends far too much reads a 413, not a broken connection, and the next request works."""
    with on_a_socket(application(tmp_path, max_body_bytes=4096)) as (server, _), filled(server) as client:
        answer = client.post("/v1/search/fake", files={"image": b"x" * 5_000_000})
        assert (answer.status_code, answer.json()["status"]) == (413, 413)
        assert client.post("/v1/search/fake", files={"image": png(1)}).status_code == 200
