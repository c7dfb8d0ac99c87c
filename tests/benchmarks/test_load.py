"""The load generator asks what it says, and stops at the first wrong answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.load import Load, saturate


@contextmanager
def answering(status: int, body: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Run a server that gives every search the same answer, and keeps what it was sent."""
    received: list[bytes] = []

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/search", received
        finally:
            server.shutdown()
            thread.join()


def test_every_search_is_sent_once() -> None:
    """The drawings go out in turn, as many as asked for, and each is timed."""
    with answering(200, b'{"hits": [1]}') as (url, received):
        load = saturate(url, [b"first drawing", b"second drawing"], 9, 3)
    assert load.requests == len(load.latencies_s) == len(received) == 9
    assert sum(b"first drawing" in body for body in received) == 5


def test_a_search_may_have_several_pictures() -> None:
    """Each is sent with as many as asked for, in turn, as parts of one name."""
    with answering(200, b'{"hits": [1]}') as (url, received):
        saturate(url, [b"first picture", b"second picture", b"third picture"], 3, 1, number=2)
    assert [body.count(b'name="image"') for body in received] == [2] * 3
    assert [b"second" in body for body in received] == [True, False, True]


def test_what_must_be_answered_can_be_named() -> None:
    """Not every answer has hits."""
    with answering(200, b'{"pictures": [1]}') as (url, _):
        assert saturate(url, [b"picture"], 1, 1, answered="pictures").requests == 1


@pytest.mark.parametrize(("status", "body"), [(503, b"{}"), (200, b'{"hits": []}')])
def test_a_wrong_answer_ends_the_benchmark(status: int, body: bytes) -> None:
    """A refusal, or an answer without hits, is not counted as throughput."""
    with answering(status, body) as (url, _), pytest.raises(ExceptionGroup):
        saturate(url, [b"drawing"], 2, 1)


def test_latencies_are_read_by_share() -> None:
    """The share of searches that were answered within a latency is at least the one asked for."""
    load = Load(100, 1.0, tuple(number / 100 for number in range(100)))
    assert load.latency_s(0.5) == 0.5
    assert load.latency_s(0.99) == 0.99
    assert load.latency_s(1.0) == 0.99
