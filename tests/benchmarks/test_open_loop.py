"""The open-loop load: it keeps its own time, and tells useful answers, refusals and wrong answers apart."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Queue

import pytest

from benchmarks.open_loop import Answered, Outcome, send_at

Respond = Callable[[int], Awaitable[bytes]]


def response(status: int, *headers: str, body: bytes = b"{}") -> bytes:
    """Write an answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def serving(respond: Respond) -> Iterator[tuple[str, list[bytes]]]:
    """Serve searches by number, counted from 0; gives the address, and the requests as they came."""
    requests: list[bytes] = []
    ports: Queue[int] = Queue()
    stopping: list[Callable[[], object]] = []
    open_connections: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_connections.add(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                requests.append(head + await reader.readexactly(length))
                answer = await respond(len(requests) - 1)
                writer.write(answer)
                if not answer or b"Connection: close" in answer or b"X-Closes" in answer:
                    break
        writer.close()

    async def run() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        stopping.append(lambda: loop.call_soon_threadsafe(stop.set))
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            ports.put(server.sockets[0].getsockname()[1])
            await stop.wait()
        await asyncio.wait([task for task in open_connections if task is not None])

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        yield f"http://127.0.0.1:{ports.get(timeout=60)}/search?k=3", requests
    finally:
        stopping[0]()
        thread.join()


def test_searches_leave_though_none_is_answered() -> None:
    """The server answers the first only once the last has come: in a closed loop neither would ever happen."""
    came = asyncio.Event()

    async def respond(number: int) -> bytes:
        if number == 19:
            came.set()
        await came.wait()
        return response(200)

    with serving(respond) as (url, requests):
        outcome = send_at(url, [b"first drawing", b"second drawing"], rate=200, seconds=0.1)
    assert outcome.sent == len(requests) == len(outcome.useful) == 20
    assert sum(b"first drawing" in request for request in requests) == 10
    assert all(request.startswith(b"POST /search?k=3 HTTP/1.1\r\n") for request in requests)


def test_what_came_of_each_search_is_told_apart() -> None:
    """Hits, refusals that say when to come again, and everything else, broken connections too."""

    async def respond(number: int) -> bytes:
        return (response(200), response(503, "Retry-After: 1"), response(503), response(500), b"")[number % 5]

    with serving(respond) as (url, _):
        outcome = send_at(url, [b"drawing"], rate=1000, seconds=0.02)
    assert (outcome.sent, len(outcome.useful), outcome.refused, outcome.wrong) == (20, 4, 4, 12)
    assert outcome.lost == 4


@pytest.mark.parametrize("header", ["Connection: close", "X-Other: 1"])
def test_connections_are_kept_unless_they_are_closed(header: str) -> None:
    """Both kinds of server are asked as often."""

    async def respond(number: int) -> bytes:
        return response(200, header)

    with serving(respond) as (url, requests):
        outcome = send_at(url, [b"drawing"], rate=500, seconds=0.02)
    assert len(outcome.useful) == len(requests) == 10


def test_useful_answers_come_in_order_of_their_time() -> None:
    """So that a share of them can be read off."""
    answers = (Answered(200, 3.0, has_retry_after=False), Answered(200, 1.0, has_retry_after=False))
    assert Outcome(2, 1.0, answers, 0).useful == (1.0, 3.0)


def test_a_connection_that_the_server_closed_while_it_was_idle_is_no_fault() -> None:
    """The search takes another one; what breaks under a search still counts."""

    async def respond(number: int) -> bytes:
        return response(200, "X-Closes: silently") if number < 2 else b""

    with serving(respond) as (url, _):
        outcome = send_at(url, [b"drawing"], rate=2, seconds=1.2)
    assert (outcome.sent, len(outcome.useful), outcome.lost) == (3, 2, 1)
