"""Heads of requests over real sockets: as large and as slow as strangers like, within bounds."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.connections import HEAD_BYTES, REFUSED_HEADS, BoundedHeads

PATIENCE = 60
ASKED = threading.Event()
GO_ON = threading.Event()
REFUSED: list[tuple[int, float]] = []
"""What the server has told of refused heads: status and seconds."""


async def length(request: Request) -> PlainTextResponse:
    """Tell how long the body is."""
    return PlainTextResponse(str(len(await request.body())))


async def late(_: Request) -> PlainTextResponse:
    """Answer when told to."""
    ASKED.set()
    await asyncio.to_thread(GO_ON.wait, PATIENCE)
    return PlainTextResponse("late")


@asynccontextmanager
async def listening(_: Starlette) -> AsyncIterator[dict[str, Any]]:
    """Hear of refused heads."""
    yield {REFUSED_HEADS: lambda status, seconds: REFUSED.append((status, seconds))}


@pytest.fixture
def port() -> Iterator[int]:
    """Serve on a port of this machine."""
    routes = [Route("/", length, methods=["GET", "POST"]), Route("/late", late)]
    application = Starlette(routes=routes, lifespan=listening)
    server = uvicorn.Server(
        uvicorn.Config(application, http=BoundedHeads, log_config=None, lifespan="on", timeout_keep_alive=PATIENCE)
    )
    with socket.create_server(("127.0.0.1", 0)) as taken:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        try:
            yield taken.getsockname()[1]
        finally:
            GO_ON.set()
            server.should_exit = True
            thread.join()
    ASKED.clear()
    GO_ON.clear()
    REFUSED.clear()


def connect(port: int) -> socket.socket:
    """Connect, with all the patience there is."""
    return socket.create_connection(("127.0.0.1", port), PATIENCE)


def rest(connection: socket.socket) -> bytes:
    """Read until the server closes the connection."""
    parts = []
    # Whoever goes on sending into a closed connection may be told so before the answer was read.
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def refusal(answer: bytes) -> tuple[int, str]:
    """Status and kind of a refusal, which has to be a problem as every other, and close the connection."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    problem = json.loads(body)
    assert int(head.split()[1]) == problem["status"]
    return problem["status"], problem["type"].rpartition(":")[2]


def flood(connection: socket.socket, piece: bytes) -> int:
    """Send a piece again and again until the server has enough; returns how many bytes went."""
    sent = 0
    with suppress(ConnectionError):
        while sent < 100 * HEAD_BYTES:
            connection.sendall(piece)
            sent += len(piece)
    return sent


def expect(connection: socket.socket, end: bytes) -> bytes:
    """Read until what has come ends so."""
    taken = b""
    while not taken.endswith(end):
        part = connection.recv(65536)
        assert part, taken
        taken += part
    return taken


def ask(connection: socket.socket) -> None:
    """Ask for nothing, and be answered."""
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert expect(connection, b"\r\n\r\n0").startswith(b"HTTP/1.1 200")


def test_requests_follow_each_other_on_one_connection(port: int) -> None:
    """Large bodies count as no head, however they are cut, nor does what came before them."""
    with connect(port) as connection:
        for size in (0, 3 * HEAD_BYTES, 7):
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Le")
            connection.sendall(b"ngth: %d\r\n\r\n" % size)
            for start in range(0, size, 10_000):
                connection.sendall(b"y" * min(10_000, size - start))
            expect(connection, b"\r\n\r\n%d" % size)


def test_requests_may_come_all_at_once(port: int) -> None:
    """More of them in one go than a head may be large are all answered, the last one cut anywhere."""
    request = b"GET / HTTP/1.1\r\nHost: x\r\nCookie: %s\r\n\r\n" % (b"x" * 2000)
    number = 3 * HEAD_BYTES // len(request)
    with connect(port) as connection:
        sender = threading.Thread(target=connection.sendall, args=(request * number + request[:1000],))
        sender.start()
        answers = b""
        while answers.count(b"HTTP/1.1 200") < number:
            answers += connection.recv(65536)
        sender.join()
        connection.sendall(request[1000:])
        while answers.count(b"HTTP/1.1 200") < number + 1:
            answers += connection.recv(65536)


def test_a_head_may_be_as_large_as_the_bound(port: int) -> None:
    """To the byte."""
    start, end = b"GET / HTTP/1.1\r\nHost: x\r\nCookie: ", b"\r\n\r\n"
    with connect(port) as connection:
        connection.sendall(start + b"x" * (HEAD_BYTES - len(start) - len(end)) + end)
        assert expect(connection, b"\r\n\r\n0").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("begin", [b"GET /", b"GET / HTTP/1.1\r\nHost: x\r\nA: ", b"GET / HTTP/1.1\r\n"])
def test_a_head_without_end_is_cut_off(port: int, begin: bytes) -> None:
    """An endless address, an endless header or headers without end: 431, and the next caller is served."""
    piece = b"A: b\r\n" * 1000 if begin.endswith(b"\n") else b"x" * 5000
    with connect(port) as connection:
        connection.sendall(begin)
        assert flood(connection, piece) < 100 * HEAD_BYTES
        answer = rest(connection)
        assert not answer or refusal(answer) == (431, "request-header-fields-too-large")
    test_a_head_may_be_as_large_as_the_bound(port)


def test_a_head_that_is_too_large_is_told_so(port: int) -> None:
    """Whoever stops to listen reads why."""
    with connect(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * HEAD_BYTES)
        assert refusal(rest(connection)) == (431, "request-header-fields-too-large")
    assert [status for status, _ in REFUSED] == [431]


@pytest.mark.parametrize(
    ("sent", "refused"),
    [(b"GET / HTTP/1.1\r\nHo", True), (b"\r\n", True), (b"", False)],
)
def test_a_new_connection_has_to_say_what_it_wants(
    port: int, monkeypatch: pytest.MonkeyPatch, sent: bytes, refused: bool
) -> None:
    """Half a head gets 408, and whoever says nothing is left without a word, nor counted."""
    monkeypatch.setattr("app.connections.HEAD_S", 1.0)
    with connect(port) as connection:
        connection.sendall(sent)
        answer = rest(connection)
    assert refusal(answer) == (408, "request-timeout") if refused else answer == b""
    assert [status for status, _ in REFUSED] == [408] * refused


@pytest.mark.parametrize("sent", [b"G", b"\r\n"])
def test_a_connection_that_was_used_is_not_kept_for_half_a_request(
    port: int, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    """Half a head gets 408, empty lines nothing; neither keeps the connection open."""
    with connect(port) as connection:
        ask(connection)
        monkeypatch.setattr("app.connections.HEAD_S", 0.05)
        connection.sendall(sent)
        answer = rest(connection)
    assert refusal(answer) == (408, "request-timeout") if sent.strip() else answer == b""


def test_a_refused_head_took_the_time_since_its_first_byte(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the connection was used for before does not count: it is no longer than from sending to being answered."""
    with connect(port) as connection:
        ask(connection)
        monkeypatch.setattr("app.connections.HEAD_S", 0.05)
        sent = time.monotonic()
        connection.sendall(b"GET / HTTP/1.1\r\nHo")
        assert refusal(rest(connection))[0] == 408
    ((_, seconds),) = REFUSED
    assert 0 < seconds <= time.monotonic() - sent


def test_what_the_application_counts_is_told_by_nobody_else(port: int) -> None:
    """Requests that are answered, and one whose body turns out to be nonsense, are no refused heads."""
    with connect(port) as connection:
        ask(connection)
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n")
        assert refusal(rest(connection)) == (400, "bad-request")
    assert REFUSED == []


def test_a_body_that_nobody_reads_keeps_no_connection(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was answered before sending it may not drip it for ever."""
    with connect(port) as connection:
        connection.sendall(b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n")
        expect(connection, b"Not Found")
        monkeypatch.setattr("app.connections.HEAD_S", 0.05)
        connection.sendall(b"x")
        assert rest(connection) == b""


def test_an_answer_is_waited_for_however_long_it_takes(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a head behind a request that is being answered does not take the answer away."""
    with connect(port) as connection:
        connection.sendall(b"GET /late HTTP/1.1\r\nHost: x\r\n\r\n")
        assert ASKED.wait(PATIENCE)
        monkeypatch.setattr("app.connections.HEAD_S", 0.05)
        connection.sendall(b"GET / HT")
        threading.Timer(0.3, GO_ON.set).start()
        answer = rest(connection)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"\r\n\r\nlate" in answer


def test_what_is_no_http_is_refused(port: int) -> None:
    """Nonsense gets 400, and the next caller is served."""
    with connect(port) as connection:
        connection.sendall(b"\x16\x03\x01nonsense\r\n\r\n")
        assert refusal(rest(connection)) == (400, "bad-request")
    assert [status for status, _ in REFUSED] == [400]
    test_a_head_may_be_as_large_as_the_bound(port)
