"""Collections over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.app.serving import build, create, png, put, search


def test_a_collection_is_made_listed_and_deleted(client: TestClient) -> None:
    """It appears in the list in the order of names, and is gone after its deletion."""
    made = client.post("/v1/collections", json={"name": "hats", "model": "fake", "title": "Hats"})
    assert made.status_code == 201
    assert made.json()["items"] == 0
    assert made.json()["generation"] is None
    assert client.get("/v1/collections/hats").json() == made.json()
    assert [found["name"] for found in client.get("/v1/collections").json()["collections"]] == ["hats", "shoes"]
    assert client.delete("/v1/collections/hats").status_code == 204
    assert client.get("/v1/collections/hats").status_code == 404
    assert client.delete("/v1/collections/hats").status_code == 404


def test_a_collection_counts_its_items_and_changes(client: TestClient) -> None:
    """Every write takes a number, a deletion too."""
    put(client, "a", 1)
    put(client, "b", 2)
    client.delete("/v1/collections/shoes/items/a")
    found = client.get("/v1/collections/shoes").json()
    assert (found["items"], found["change_seq"]) == (1, 3)


def test_a_collection_is_changed_in_what_is_named(client: TestClient) -> None:
    """What is named changes, alone or with others, and is taken back; the rest stays, and so do the items."""
    made = client.post("/v1/collections", json={"name": "hats", "model": "fake", "threshold": 0.25}).json()
    assert made["threshold"] == 0.25
    assert client.get("/v1/collections/shoes").json()["threshold"] is None
    expected = dict(made)
    assert (made["personal"], made["keep_days"]) == (False, None)
    for changes in (
        {"title": "Hats"},
        {"threshold": 0.5},
        {},
        {"title": "", "threshold": -1},
        {"threshold": None},
        {"personal": True, "keep_days": 30},
        {"keep_days": None},
        {"personal": False},
    ):
        expected |= changes
        answer = client.patch("/v1/collections/hats", json=changes)
        assert (answer.status_code, answer.json()) == (200, expected)
        assert client.get("/v1/collections/hats").json() == expected


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"threshold": 1.5}, "invalid-threshold"),
        ({"threshold": -1.01}, "invalid-threshold"),
        ({"threshold": "high"}, "invalid-request"),
        ({"keep_days": 0}, "invalid-keep-days"),
        ({"keep_days": 1.5}, "invalid-request"),
        ({"personal": None}, "invalid-request"),
        ({"title": None}, "invalid-request"),
        ({"name": "caps"}, "invalid-request"),
        ({"title": "x" * 1001}, "invalid-metadata"),
        ([], "invalid-request"),
    ],
)
def test_what_cannot_be_changed_is_refused(body: Any, kind: str, client: TestClient) -> None:
    """A threshold that is no cosine, a name, and what is no change leave the collection as it is."""
    before = client.get("/v1/collections/shoes").json()
    answer = client.patch("/v1/collections/shoes", json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, f"urn:likeness:problem:{kind}")
    assert client.get("/v1/collections/shoes").json() == before
    assert client.patch("/v1/collections/caps", json={"title": "Caps"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"name": "shoes", "model": "fake"}, 409, "collection-exists"),
        ({"name": "Bad Name", "model": "fake"}, 422, "invalid-name"),
        ({"name": "hats", "model": "hat"}, 404, "unknown-model"),
        ({"model": "fake"}, 422, "invalid-request"),
        ({"name": "hats", "model": "fake", "threshold": 2}, 422, "invalid-threshold"),
        ({"name": "hats", "modell": "fake"}, 422, "invalid-request"),
    ],
)
def test_what_cannot_be_made_is_refused(body: dict[str, Any], status: int, kind: str, client: TestClient) -> None:
    """Names that are taken or break the rules, and models that do not exist."""
    answer = client.post("/v1/collections", json=body)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:likeness:problem:{kind}")


def test_a_published_generation_shows_in_collection_and_search(client: TestClient, server: FastAPI) -> None:
    """After a build beside the running server the next answers come from the new index."""
    for seed in range(5):
        put(client, str(seed), seed)
    parts = server.state.services
    number = build(parts.catalogue, parts.generations, "shoes")
    assert client.get("/v1/collections/shoes").json()["generation"] == number
    parts.live.load("shoes")
    answer = search(client, png(2)).json()
    assert answer["generation"] == number
    assert answer["hits"][0]["key"] == "2"


def test_deleting_a_collection_removes_its_index_files(client: TestClient, server: FastAPI) -> None:
    """Nothing of a deleted collection stays on disk among the indexes, and a new one of its name starts empty."""
    put(client, "a", 1)
    parts = server.state.services
    build(parts.catalogue, parts.generations, "shoes")
    folder = parts.generations.of(parts.catalogue.collection("shoes").id, "shoes").folder(1).parent
    assert folder.exists()
    client.delete("/v1/collections/shoes")
    assert not folder.exists()
    create(client)
    assert search(client, png(1)).json()["hits"] == []
