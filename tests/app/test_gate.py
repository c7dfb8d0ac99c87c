"""Who is let in: a whole server before callers without keys, with good keys, bad ones and too narrow ones."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from app.commands.stores import opened
from app.gate import Gate
from app.workers import Workers
from indexer.catalogue import KeyScope, issue
from tests.app.serving import ADDRESS, application, client_of, create, png, put, settings_in

ELSEWHERE = "0.0.0.0"  # noqa: S104 - nothing listens
READ, WRITE, ADMIN = KeyScope


def add_key(home: Path, name: str, scope: KeyScope = READ, ends: timedelta | None = None) -> str:
    """Make a key as the command does, beside the running server; returns its secret."""
    issued = issue(name, scope, None if ends is None else datetime.now(UTC) + ends)
    with opened(settings_in(home)) as stores:
        stores.keyring.add(issued)
    return issued.secret


def revoke(home: Path, name: str) -> None:
    """Revoke a key, likewise."""
    with opened(settings_in(home)) as stores:
        stores.keyring.revoke(name)


def bearer(secret: str) -> dict[str, str]:
    """Headers that bring a key."""
    return {"Authorization": f"Bearer {secret}"}


def kind(answer: Any) -> tuple[int, str]:
    """Status and kind of a refusal."""
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A server on loopback, with an item, for which no key was made."""
    with client_of(application(tmp_path, rate_per_key=0)) as opened_client:
        create(opened_client)
        put(opened_client, "a", 1)
        yield opened_client


def test_on_loopback_nobody_needs_a_key_before_the_first_one_is_made(client: TestClient, tmp_path: Path) -> None:
    """From the moment it exists, in a server that runs, requests without it are refused; with it nothing changes."""
    assert client.get("/v1/collections").status_code == 200
    secret = add_key(tmp_path, "first")
    refused = client.get("/v1/collections")
    assert kind(refused) == (401, "key-required")
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert "LIKENESS_API_KEY" in refused.json()["detail"]
    assert client.get("/v1/collections", headers=bearer(secret)).status_code == 200


def test_a_running_server_hears_of_its_first_key_within_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests in between cost no look at the catalogue; the key itself is accepted at once."""
    monkeypatch.setattr("app.gate.OPEN_S", 1.0)
    now, looks = 0.0, 0
    with opened(settings_in(tmp_path)) as stores:
        look = stores.keyring.is_in_use

        def counted() -> bool:
            nonlocal looks
            looks += 1
            return look()

        monkeypatch.setattr(stores.keyring, "is_in_use", counted)
        gate = Gate(stores.keyring, Workers(1), None, always=False, clock=lambda: now)

        def is_let_in(**headers: str) -> bool:
            return anyio.run(gate.is_open_to, Headers(headers))

        assert all(is_let_in() for _ in range(5))
        assert looks == 1
        secret = add_key(tmp_path, "first")
        assert is_let_in(**bearer(secret))
        now = 0.9
        assert is_let_in()
        now = 1.0
        assert not is_let_in()
        revoke(tmp_path, "first")
        now = 99.0
        assert not is_let_in()
        assert looks == 2


def test_beyond_loopback_a_key_is_needed_even_while_there_is_none(tmp_path: Path) -> None:
    """Nobody gets anything from a server on the network that has no keys."""
    with client_of(application(tmp_path, host=ELSEWHERE)) as client:
        assert kind(client.get("/v1/collections", headers={"Host": "shop.example"})) == (401, "key-required")
        secret = add_key(tmp_path, "first")
        headers = {"Host": "shop.example", **bearer(secret)}
        assert client.get("/v1/collections", headers=headers).status_code == 200


def test_the_page_and_the_health_are_open(client: TestClient, tmp_path: Path) -> None:
    """The page has to be there to ask for a key, and a container's health check has none."""
    add_key(tmp_path, "first")
    for path in ("/", "/static/js/main.js", "/health/live", "/health/ready"):
        assert client.get(path).status_code in {200, 503}, path
    for path in ("/metrics", "/openapi.json", "/v1/models", "/nowhere", "/static", "/health"):
        assert client.get(path).status_code == 401, path


def test_a_revoked_key_is_refused_from_then_on(client: TestClient, tmp_path: Path) -> None:
    """In the very next request, also while no other key is left: the server does not open again."""
    secret = add_key(tmp_path, "shop")
    assert client.get("/v1/models", headers=bearer(secret)).status_code == 200
    revoke(tmp_path, "shop")
    refused = client.get("/v1/models", headers=bearer(secret))
    assert kind(refused) == (401, "key-required")
    assert "shop was revoked" in refused.json()["detail"]
    assert client.get("/v1/models").status_code == 401


def test_an_expired_key_is_refused(client: TestClient, tmp_path: Path) -> None:
    """It says when it ended."""
    old, new = add_key(tmp_path, "old", ends=-timedelta(days=1)), add_key(tmp_path, "new", ends=timedelta(days=1))
    refused = client.get("/v1/models", headers=bearer(old))
    assert kind(refused) == (401, "key-required")
    assert "old expired on 20" in refused.json()["detail"]
    assert client.get("/v1/models", headers=bearer(new)).status_code == 200


@pytest.mark.parametrize("secret", ["x", "likeness_aaaaaaaa_" + "a" * 52, "é" * 20, "a" * 5000])
def test_a_key_that_is_none_is_refused_even_where_none_is_needed(client: TestClient, secret: str) -> None:
    """Whoever brings a wrong key learns it before somebody relies on it."""
    headers = [(b"Authorization", f"Bearer {secret}".encode())]
    assert kind(client.get("/v1/models", headers=headers)) == (401, "key-required")


@pytest.mark.parametrize(
    ("scope", "expected"), [(READ, (200, 403, 403)), (WRITE, (200, 200, 403)), (ADMIN, (200, 200, 201))]
)
def test_a_key_allows_what_its_scope_says(
    client: TestClient, tmp_path: Path, scope: KeyScope, expected: tuple[int, int, int]
) -> None:
    """Reading, changing an item, and making a collection need one step more each."""
    headers = bearer(add_key(tmp_path, "shop", scope))
    found = client.post("/v1/search/fake", files={"image": png(1)}, headers=headers)
    changed = client.patch("/v1/collections/shoes/items/a", json={"title": "b"}, headers=headers)
    made = client.post("/v1/collections", json={"name": "boots", "model": "fake"}, headers=headers)
    assert (found.status_code, changed.status_code, made.status_code) == expected
    for answer in (changed, made):
        if answer.status_code == 403:
            assert kind(answer) == (403, "scope-too-narrow")
            assert f"has the scope {scope}" in answer.json()["detail"]


def test_nothing_of_a_refused_request_is_read(client: TestClient, tmp_path: Path) -> None:
    """A stranger cannot make the server take up a body: the refusal comes before its first part is asked for."""
    add_key(tmp_path, "first")
    asked = []

    def parts() -> Iterator[bytes]:
        asked.append(1)
        yield b"x"

    assert client.post("/v1/search/fake", headers={"Content-Length": "999999999999"}).status_code == 401
    answer = client.put("/v1/collections/shoes/items/a", content=parts())
    assert answer.status_code == 401


def test_a_key_is_taken_from_no_address(client: TestClient, tmp_path: Path) -> None:
    """What stands in a URL stands in logs and histories; so it opens nothing there."""
    secret = add_key(tmp_path, "first")
    for name in ("key", "api_key", "access_token", "token"):
        assert client.get("/v1/models", params={name: secret}).status_code == 401


def test_a_key_stands_in_no_log_and_no_answer(
    client: TestClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Good or bad, whole or in part; its id does, so that one can be told from another."""
    secrets = [add_key(tmp_path, "good", ADMIN), "likeness_aaaaaaaa_" + "b" * 52]
    said = []
    with caplog.at_level(logging.DEBUG):
        for secret in secrets:
            for method, path in (("GET", "/v1/models"), ("POST", "/v1/session"), ("GET", "/nowhere")):
                answer = client.request(method, path, headers=bearer(secret))
                said.append(f"{answer.headers} {answer.text}")
    logged = [f"{record.getMessage()} {vars(record)}" for record in caplog.records]
    assert not any(secret.rsplit("_", 1)[1][:16] in text for secret in secrets for text in (*said, *logged))
    facts: list[dict[str, Any]] = [vars(record).get("facts", {}) for record in caplog.records]
    assert secrets[0].split("_")[1] in {entry.get("key") for entry in facts}
    assert json.dumps(facts)


def test_a_key_may_send_so_many_requests_and_others_go_on(tmp_path: Path) -> None:
    """Past its rate a key gets 429 with a time to wait; another key, and the health, are answered as before."""
    with client_of(application(tmp_path, rate_per_key=0.3)) as client:
        one, other = (bearer(add_key(tmp_path, name)) for name in ("one", "other"))
        assert [client.get("/v1/models", headers=one).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = client.get("/v1/models", headers=one)
        assert kind(refused) == (429, "rate-exceeded")
        assert 1 <= int(refused.headers["Retry-After"]) <= 4
        assert client.get("/v1/models", headers=other).status_code == 200
        assert client.get("/health/live", headers=one).status_code == 200


def test_the_rate_holds_across_servers_of_one_machine(tmp_path: Path) -> None:
    """Who is refused by one worker is refused by the other."""
    with (
        client_of(application(tmp_path, rate_per_key=0.3)) as one,
        client_of(application(tmp_path, rate_per_key=0.3)) as two,
    ):
        headers = bearer(add_key(tmp_path, "shop"))
        taken = [client.get("/v1/models", headers=headers).status_code for client in (one, two, one, two, one)]
    assert taken == [200, 200, 200, 429, 429]


def test_an_address_may_send_so_many_requests_whatever_keys_it_brings(tmp_path: Path) -> None:
    """Strangers pay before any key is looked for; without keys the limit holds too."""
    server = application(tmp_path, rate_per_address=0.3)
    with TestClient(server, base_url=ADDRESS, client=("192.0.2.1", 5)) as one:
        two = TestClient(server, base_url=ADDRESS, client=("192.0.2.2", 5))
        wrong = bearer("likeness_aaaaaaaa_" + "a" * 52)
        assert one.get("/v1/models").status_code == 200
        assert [one.get("/v1/models", headers=wrong).status_code for _ in range(3)] == [401, 401, 429]
        assert one.get("/v1/models").status_code == 429
        assert two.get("/v1/models").status_code == 200


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("testclient", "testclient", True),
    ],
)
def test_a_subscriber_of_ipv6_is_one_address(tmp_path: Path, one: str, other: str, together: bool) -> None:
    """Its provider gave it more addresses than could be counted."""
    server = application(tmp_path, rate_per_address=0.1)
    with TestClient(server, base_url=ADDRESS, client=(one, 5)) as first:
        assert first.get("/v1/models").status_code == 200
        second = TestClient(server, base_url=ADDRESS, client=(other, 5))
        assert second.get("/v1/models").status_code == (429 if together else 200)


def test_a_catalogue_that_does_not_answer_lets_nobody_in(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the keys nobody is known: 503, and no traceback."""
    from indexer.catalogue import CatalogueUnavailable

    async def fail(*_: Any) -> None:
        message = "The catalogue does not answer; try again."
        raise CatalogueUnavailable(message)

    monkeypatch.setattr(Gate, "_caller", fail)
    answer = client.get("/v1/models")
    assert kind(answer) == (503, "catalogue-unavailable")
    assert answer.headers["Retry-After"] == "1"
