"""A browser's session: begun with a key, kept in a cookie, good for reading."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.credentials import COOKIE
from indexer.catalogue import KeyScope
from tests.app.serving import application, client_of, create, png, put
from tests.app.test_gate import add_key, bearer, kind, revoke


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A server with an item."""
    with client_of(application(tmp_path)) as opened_client:
        create(opened_client)
        put(opened_client, "a", 1)
        yield opened_client


@pytest.fixture
def secret(client: TestClient, tmp_path: Path) -> str:
    """The key of an administrator."""
    return add_key(tmp_path, "boss", KeyScope.ADMIN)


def test_a_session_reads_pictures_and_searches(client: TestClient, secret: str) -> None:
    """After one request with the key, a browser needs nothing but its cookie, for images too."""
    assert client.get("/v1/collections").status_code == 401
    begun = client.post("/v1/session", headers=bearer(secret))
    assert (begun.status_code, begun.content) == (204, b"")
    found = client.post("/v1/search/fake", files={"image": png(1)}).json()["hits"]
    assert client.get(found[0]["thumbnail_url"]).headers["content-type"] == "image/jpeg"
    assert client.get(found[0]["image_url"]).content == png(1)


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(client: TestClient, secret: str) -> None:
    """HttpOnly, SameSite=Strict, twelve hours; over TLS it never travels in the clear; the key is not in it."""
    for scheme in ("http", "https"):
        header = client.post(f"{scheme}://127.0.0.1:8000/v1/session", headers=bearer(secret)).headers["Set-Cookie"]
        morsel = SimpleCookie(header)[COOKIE]
        assert morsel["httponly"]
        assert morsel["samesite"].lower() == "strict"
        assert morsel["path"] == "/"
        assert morsel["max-age"] == str(12 * 60 * 60)
        assert bool(morsel["secure"]) is (scheme == "https")
        assert not morsel["domain"]
        assert secret.rsplit("_", 1)[1] not in header


def test_a_session_changes_nothing(client: TestClient, secret: str) -> None:
    """Even an administrator's browser cannot be made to write."""
    client.post("/v1/session", headers=bearer(secret))
    assert kind(client.patch("/v1/collections/shoes/items/a", json={"title": "b"})) == (403, "scope-too-narrow")
    assert kind(client.delete("/v1/collections/shoes")) == (403, "scope-too-narrow")
    assert client.get("/v1/collections/shoes/items/a").json()["title"] == "Shoe a"


def test_a_session_does_not_prolong_itself(client: TestClient, secret: str) -> None:
    """Only the key begins one."""
    client.post("/v1/session", headers=bearer(secret))
    assert kind(client.post("/v1/session")) == (401, "key-required")
    assert client.get("/v1/models").status_code == 200


def test_a_session_can_be_ended(client: TestClient, secret: str) -> None:
    """The cookie is taken back, and a copy of it opens nothing."""
    client.post("/v1/session", headers=bearer(secret))
    copied = client.cookies[COOKIE]
    assert client.delete("/v1/session").status_code == 204
    assert COOKIE not in client.cookies
    assert client.get("/v1/models", headers={"Cookie": f"{COOKIE}={copied}"}).status_code == 401


def test_revoking_a_key_ends_its_sessions(client: TestClient, secret: str, tmp_path: Path) -> None:
    """Who lost the key lost everything that began with it."""
    client.post("/v1/session", headers=bearer(secret))
    assert client.get("/v1/models").status_code == 200
    revoke(tmp_path, "boss")
    assert client.get("/v1/models").status_code == 401


def test_no_session_begins_without_a_key(client: TestClient, tmp_path: Path) -> None:
    """Neither on a server that asks for none, nor with a key that is none."""
    assert kind(client.post("/v1/session")) == (401, "key-required")
    add_key(tmp_path, "first")
    assert kind(client.post("/v1/session")) == (401, "key-required")
    assert kind(client.post("/v1/session", headers=bearer("likeness_x_y"))) == (401, "key-required")


def test_a_strange_cookie_is_nobody(client: TestClient, secret: str) -> None:
    """Cookies of other servers on the same host do not matter, with or without a key."""
    headers = {"Cookie": f"{COOKIE}=stale; other=1"}
    assert client.get("/v1/models", headers=headers).status_code == 401
    assert client.get("/v1/models", headers={**headers, **bearer(secret)}).status_code == 200
