"""Admission: no more inside than there are places, and every place is given back, however its holder leaves."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import Gauge
from starlette.testclient import TestClient

from app.admission import Admission, ServerBusy
from tests.app.serving import application, client_of, create, png, put, search


def gauge() -> Gauge:
    """Make a gauge that is in no registry."""
    return Gauge("taken", "Places taken.", registry=None)


def value_of(taken: Gauge) -> float:
    """Read a gauge."""
    return float(next(iter(taken.collect())).samples[0].value)


class Gone(Exception):
    """A holder who leaves by an error."""


@given(places=st.integers(1, 5), steps=st.lists(st.sampled_from(["come", "leave", "fail"]), max_size=40))
def test_as_many_are_inside_as_came_and_did_not_leave(places: int, steps: list[str]) -> None:
    """Against a counter: whoever comes gets in exactly while there is room, and the gauge tells how many are in."""
    taken = gauge()
    admission = Admission(places, taken)
    inside: list[AbstractContextManager[None]] = []
    for step in steps:
        if step == "come":
            place: AbstractContextManager[None] = admission.place()
            if len(inside) < places:
                place.__enter__()
                inside.append(place)
            else:
                with pytest.raises(ServerBusy, match=f"{places} requests"):
                    place.__enter__()
        elif inside:
            place = inside.pop(0)
            failure = Gone() if step == "fail" else None
            assert not place.__exit__(Gone if failure else None, failure, None)
        assert value_of(taken) == len(inside)


@pytest.fixture
def full(tmp_path: Path) -> Iterator[tuple[TestClient, ExitStack]]:
    """Serve with one place, which is taken until the stack is closed; one item is stored."""
    app = application(tmp_path, queue_size=1)
    with client_of(app) as client, ExitStack() as taken:
        create(client)
        put(client, "a", 1)
        taken.enter_context(app.state.services.admission.place())
        yield client, taken


def ask(client: TestClient, what: str) -> Any:
    """Send one request that computes."""
    image = {"image": ("q.png", png(1), "image/png")}
    if what == "search":
        return search(client, png(1))
    if what == "put":
        return client.put("/v1/collections/shoes/items/b", files=image)
    if what == "embed":
        return client.post("/v1/embed/fake", files=image)
    if what == "view":
        return client.post("/v1/view/fake", files=image)
    return client.get("/v1/view/shoes/a")


@pytest.mark.parametrize("what", ["search", "put", "embed", "view", "view of an item"])
def test_whatever_computes_needs_a_place(full: tuple[TestClient, ExitStack], what: str) -> None:
    """Without a free one the answer is 503 with Retry-After and a sentence; with one it is given."""
    client, taken = full
    refused = ask(client, what)
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:likeness:problem:server-busy")
    assert int(refused.headers["Retry-After"]) >= 1
    assert "try again" in refused.json()["detail"]
    taken.close()
    assert ask(client, what).status_code == 200


@pytest.mark.parametrize(
    "path", ["/health/live", "/health/ready", "/metrics", "/v1/collections", "/v1/collections/shoes/items/a", "/"]
)
def test_what_only_looks_needs_none(full: tuple[TestClient, ExitStack], path: str) -> None:
    """A busy server still tells how it is, and shows what is stored."""
    client, _ = full
    assert client.get(path).status_code == 200


def test_bad_requests_give_their_place_back(tmp_path: Path) -> None:
    """However many drawings cannot be read, the next good one gets in."""
    with client_of(application(tmp_path, queue_size=1)) as client:
        create(client)
        for _ in range(3):
            assert search(client, b"no picture").status_code == 422
            assert search(client, png(1), model="nothing").status_code == 404
        assert search(client, png(1)).status_code == 200


def test_a_refusal_does_not_wait_for_the_body(tmp_path: Path) -> None:
    """Who is refused hears it before sending a picture that would take the server's memory."""
    from tests.app.test_hanging_up import on_a_socket

    app = application(tmp_path, queue_size=1)
    with on_a_socket(app) as (server, _):
        entered, leave = threading.Event(), threading.Event()

        async def hold() -> None:
            with app.state.services.admission.place():
                entered.set()
                await server.loop.run_in_executor(None, leave.wait)

        server.loop.call_soon_threadsafe(lambda: server.loop.create_task(hold()))
        assert entered.wait(60)
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as caller:
            caller.sendall(
                b"POST /v1/search/fake HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n"
            )
            assert caller.recv(12) == b"HTTP/1.1 503"
        leave.set()
