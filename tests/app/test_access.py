"""No web page but the server's own may use a server on loopback."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app.access import LoopbackOnly, is_loopback


async def hello(_: Request) -> PlainTextResponse:
    """Answer."""
    return PlainTextResponse("hello")


def status(headers: dict[str, str], allowed: tuple[str, ...] = ()) -> int:
    """Send one request and return the status of its answer."""
    app = LoopbackOnly(Starlette(routes=[Route("/", hello)]), allowed)
    with TestClient(app) as client:
        return client.get("/", headers=headers).status_code


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_this_machines_names_are_answered(host: str) -> None:
    """Any way of writing loopback, with any port, is fine."""
    assert status({"Host": host}) == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[::1", "a b"])
def test_a_foreign_name_is_refused(host: str) -> None:
    """A name that was pointed at 127.0.0.1 from outside gets nothing."""
    assert status({"Host": host}) == 403


def test_a_named_proxy_is_answered() -> None:
    """LIKENESS_ALLOWED_HOSTS lets a name through, whatever its case."""
    assert status({"Host": "Shop.Example"}, ("shop.example",)) == 200


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://127.0.0.1:8000", 200),
        ("http://127.0.0.1:3000", 403),
        ("http://localhost:8000", 403),
        ("https://evil.example", 403),
        ("null", 403),
    ],
)
def test_only_the_servers_own_page_may_send(origin: str, expected: int) -> None:
    """A request that a browser sends for another page is refused, other ports of this machine included."""
    assert status({"Host": "127.0.0.1:8000", "Origin": origin}) == expected


def test_a_refusal_is_a_problem_that_says_what_to_set() -> None:
    """It is problem+json with a sentence."""
    with TestClient(LoopbackOnly(Starlette())) as client:
        answer = client.get("/", headers={"Host": "evil.example"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert "LIKENESS_ALLOWED_HOSTS" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.0.0.53", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - only a value here
        ("192.168.1.5", False),
        ("shop.example", False),
    ],
)
def test_loopback_is_told_from_the_network(host: str, expected: bool) -> None:
    """Only addresses that nobody else can reach count as loopback."""
    assert is_loopback(host) is expected
