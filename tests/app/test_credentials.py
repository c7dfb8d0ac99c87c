"""What a request brings, what it needs, and that every address of the server has chosen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Mount, Route

from app.credentials import COOKIE, Caller, Credentials, KeyRequired, needed_scope, read_credentials
from indexer.catalogue import ApiKey, KeyScope

READ, WRITE, ADMIN = KeyScope
NEEDS = {
    "GET /": None,
    "GET /health/live": None,
    "GET /health/ready": None,
    "GET /metrics": READ,
    "GET /openapi.json": READ,
    "POST /v1/session": READ,
    "DELETE /v1/session": READ,
    "POST /v1/search/refine": READ,
    "POST /v1/search/person": READ,
    "POST /v1/compare/person": READ,
    "POST /v1/search/{model}": READ,
    "POST /v1/search/similar/{collection}/{key:path}": READ,
    "POST /v1/view/{model}": READ,
    "POST /v1/embed/{model}": READ,
    "GET /v1/view/{collection}/{key:path}": READ,
    "POST /v1/tags": READ,
    "GET /v1/labels": READ,
    "GET /v1/labels/{label:path}/neighbours": READ,
    "GET /v1/models": READ,
    "GET /v1/models/{name}": READ,
    "GET /v1/pictures/{digest}": READ,
    "GET /v1/pictures/{digest}/thumbnail": READ,
    "GET /v1/collections": READ,
    "GET /v1/collections/{name}": READ,
    "GET /v1/collections/{name}/items": READ,
    "GET /v1/collections/{name}/items/{key:path}": READ,
    "POST /v1/collections/{name}/items": WRITE,
    "PUT /v1/collections/{name}/items/{key:path}": WRITE,
    "PATCH /v1/collections/{name}/items/{key:path}": WRITE,
    "DELETE /v1/collections/{name}/items/{key:path}": WRITE,
    "POST /v1/collections": ADMIN,
    "PATCH /v1/collections/{name}": ADMIN,
    "DELETE /v1/collections/{name}": ADMIN,
}


def addresses(routes: list[object]) -> set[str]:
    """Every method and path that routes answer."""
    found = set()
    for route in routes:
        if isinstance(route, Route):
            found |= {f"{method} {route.path}" for method in route.methods or () if method != "HEAD"}
    return found


def test_every_address_has_chosen_what_it_needs(server: FastAPI) -> None:
    """A new route stands in this table, with the scope that it needs, before it is served."""
    described = {
        f"{verb.upper()} {path}".replace("{key}", "{key:path}").replace("{label}", "{label:path}")
        for path, verbs in server.openapi()["paths"].items()
        for verb in verbs
    }
    assert described <= set(NEEDS)
    assert addresses(list(server.router.routes)) <= set(NEEDS)
    assert {route.path for route in server.router.routes if isinstance(route, Mount)} == {"/static"}


@pytest.mark.parametrize("address", NEEDS)
@pytest.mark.parametrize("key", ["boot", "a/b/c", "..", " "])
def test_an_address_needs_what_it_has_chosen(address: str, key: str) -> None:
    """Whatever names stand in it."""
    method, path = address.split()
    names = {"name": "shoes", "model": "fake", "collection": "shoes", "digest": "ab"}
    filled = path.replace(":path", "").format(**names, key=key, label=key)
    assert needed_scope(method, filled) is NEEDS[address]


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "get", "X"]),
    path=st.text(st.sampled_from("/.v1abcdeh%é"), max_size=20).map(lambda rest: f"/{rest}"),
)
def test_nothing_but_the_page_and_its_health_is_open(method: str, path: str) -> None:
    """However an address is written, it needs a key unless it is one of those few."""
    assert (needed_scope(method, path) is None) == (path == "/" or path.startswith(("/static/", "/health/")))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Credentials()),
        ({"authorization": "Bearer likeness_a_b"}, Credentials(secret="likeness_a_b")),
        ({"authorization": "bearer  x "}, Credentials(secret="x")),
        ({"cookie": f"{COOKIE}=token"}, Credentials(session="token")),
        ({"cookie": f"theme=dark; {COOKIE}=token; x=y"}, Credentials(session="token")),
        ({"cookie": f"{COOKIE}="}, Credentials()),
        ({"cookie": "other=token"}, Credentials()),
        ({"cookie": "=;;==\x00,"}, Credentials()),
        ({"authorization": "Bearer x", "cookie": f"{COOKIE}=token"}, Credentials(secret="x")),
    ],
)
def test_headers_are_read(headers: dict[str, str], expected: Credentials) -> None:
    """A key comes before a cookie, and a header that says nothing is none."""
    assert read_credentials(headers) == expected


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "likeness_a_b"])
def test_a_header_without_a_key_is_refused(value: str) -> None:
    """Who meant to send a key and did not is told how, instead of being taken for nobody."""
    with pytest.raises(KeyRequired, match="Authorization: Bearer KEY"):
        read_credentials({"authorization": value, "cookie": f"{COOKIE}=token"})


@given(cookie=st.text(max_size=60))
def test_no_cookie_makes_the_reading_fail(cookie: str) -> None:
    """Browsers send whatever other servers of the same name have set."""
    read_credentials({"cookie": cookie})


def caller(scope: KeyScope, session: str | None = None) -> Caller:
    """Make a caller."""
    return Caller(ApiKey("a" * 8, "shop", scope, datetime(2026, 1, 1, tzinfo=UTC)), session)


@pytest.mark.parametrize("needed", KeyScope)
def test_a_session_only_reads(needed: KeyScope) -> None:
    """A browser that is led astray cannot change anything, even with an administrator's key."""
    assert caller(ADMIN).may(needed)
    assert caller(ADMIN, "token").may(needed) is (needed is READ)
    assert caller(READ).may(needed) is (needed is READ)
    assert Caller().may(needed)


def test_no_secret_is_shown_by_accident() -> None:
    """What is logged of a request's credentials holds neither key nor token."""
    assert "x17" not in repr((Credentials("x17", "x17"), caller(READ, "x17")))
