"""Two servers of one database and one folder: whoever is asked, the answer is that of the last write anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from indexer.catalogue import open_catalogue
from indexer.generations import GenerationStore
from tests.app.serving import application, build, client_of, create, png, put, search

KEYS = "abc"
STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "delete", "build"]), st.integers(0, 1), st.sampled_from(KEYS), st.integers(1, 5)),
    min_size=1,
    max_size=8,
)


@pytest.fixture
def servers(database_url: str, tmp_path: Path) -> Iterator[tuple[TestClient, TestClient]]:
    """Start two servers, on either database."""
    first, second = (client_of(application(tmp_path, database_url=database_url)) for _ in range(2))
    with first, second:
        yield first, second


def held(server: TestClient) -> dict[str, float]:
    """Search for one picture among all items; returns the key and score of each."""
    answer = search(server, png(1), collection="shoes", k=10)
    assert answer.status_code == 200, answer.text
    return {hit["key"]: round(hit["score"], 4) for hit in answer.json()["hits"]}


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_server_answers_for_all(
    servers: tuple[TestClient, TestClient], database_url: str, tmp_path: Path, steps: list[tuple[str, int, str, int]]
) -> None:
    """After each write to one of them, and each build beside them, both find the same items with the same scores."""
    for collection in servers[0].get("/v1/collections").json()["collections"]:
        servers[0].delete(f"/v1/collections/{collection['name']}")
    create(servers[1])
    truth: dict[str, int] = {}
    alone: dict[int, float] = {}
    for step, number, key, seed in steps:
        if step == "put":
            put(servers[number], key, seed)
            truth[key] = seed
        elif step == "delete":
            status = servers[number].delete(f"/v1/collections/shoes/items/{key}").status_code
            assert status == (204 if key in truth else 404)
            truth.pop(key, None)
        else:
            with open_catalogue(database_url) as catalogue:
                build(catalogue, GenerationStore(tmp_path / "indexes"), "shoes")
        first, second = map(held, servers)
        assert first == second
        assert set(first) == set(truth)
        # The same picture has the same score, under whatever key and in whatever generation.
        for name, score in first.items():
            assert alone.setdefault(truth[name], score) == pytest.approx(score, abs=1e-3)
