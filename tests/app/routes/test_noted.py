"""Searches of collections of people: each is noted before it is answered, and one that cannot be is not answered."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, event
from starlette.testclient import TestClient

from indexer.catalogue import KeyScope, NotedSearch, SqlCatalogue, issue
from tests.app.serving import png, put, search


@pytest.fixture
def people(client: TestClient) -> TestClient:
    """Let the shoes be people, two of them."""
    put(client, "a", 1)
    put(client, "b", 2)
    assert client.patch("/v1/collections/shoes", json={"personal": True}).json()["personal"] is True
    return client


def noted(server: FastAPI) -> list[NotedSearch]:
    """Return what was noted so far."""
    catalogue: SqlCatalogue = server.state.services.catalogue
    return catalogue.noted_searches("shoes")


def test_every_kind_of_search_is_noted(server: FastAPI, people: TestClient) -> None:
    """By a picture, by strokes, by an item, and moved by marks: who, how, how many hits, whether matched, and when."""
    before = datetime.now(UTC)
    strokes = [[[0, 0], [9, 4], [3, 8]]]
    answers = [
        search(people, png(1), k=1),
        people.post("/v1/search/fake", json={"strokes": strokes}),
        people.post("/v1/search/similar/shoes/a"),
        people.post("/v1/search/refine", json={"item": "a", "disliked": ["b"]}),
        people.post("/v1/search/refine", json={"strokes": strokes, "liked": ["b"]}),
    ]
    told = [answer.json() for answer in answers]
    lines = noted(server)
    assert [line.query for line in lines] == ["picture", "strokes", "item", "item", "strokes"]
    assert [(line.hits, line.matched) for line in lines] == [(len(one["hits"]), one["matched"]) for one in told]
    assert {(line.collection, line.caller) for line in lines} == {("shoes", "-")}
    moments = [line.searched_at for line in lines if line.searched_at is not None]
    assert before <= moments[0]
    assert moments == sorted(moments)
    assert moments[-1] <= datetime.now(UTC)


def test_who_brings_a_key_is_noted_by_its_name(server: FastAPI, people: TestClient) -> None:
    """The name that people gave the key, not the secret."""
    issued = issue("front-desk", KeyScope.READ)
    server.state.services.keyring.add(issued)
    people.headers["Authorization"] = f"Bearer {issued.secret}"
    assert search(people, png(1)).status_code == 200
    assert people.post("/v1/search/similar/shoes/a").status_code == 200
    assert people.post("/v1/search/refine", json={"item": "a"}).status_code == 200
    assert [line.caller for line in noted(server)] == ["front-desk"] * 3


def test_only_people_are_noted_and_from_the_next_search_on(server: FastAPI, people: TestClient) -> None:
    """The mark counts at once, both ways; a search that finds nothing counts, and one that fails does not."""
    people.patch("/v1/collections/shoes", json={"personal": False})
    search(people, png(1))
    assert noted(server) == []
    people.patch("/v1/collections/shoes", json={"personal": True})
    assert search(people, b"no picture").status_code == 422
    assert people.post("/v1/search/similar/shoes/x").status_code == 404
    assert search(people, png(1), filter='{"identity": "nobody"}').json()["hits"] == []
    assert [line.hits for line in noted(server)] == [0]


def test_what_cannot_be_noted_is_not_answered(server: FastAPI, people: TestClient) -> None:
    """On a disk that may only be read people are searched by nobody, and all else as before."""
    people.post("/v1/collections", json={"name": "hats", "model": "fake"})
    put(people, "h", 3, collection="hats")
    engine = server.state.services.catalogue._database.engine  # noqa: SLF001 - no user has a way to do this

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = ON")

    event.listen(engine, "begin", begin)
    for answer in (search(people, png(1)), people.post("/v1/search/similar/shoes/a")):
        assert (answer.status_code, answer.json()["type"]) == (507, "urn:likeness:problem:disk-unwritable")
        assert "hits" not in answer.json()
    assert len(search(people, png(3), collection="hats").json()["hits"]) == 1
    assert noted(server) == []
