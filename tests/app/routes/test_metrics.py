"""Metrics over HTTP."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from tests.app.serving import png, put, search


def counts(client: TestClient) -> dict[str, float]:
    """Add up how often each histogram was observed."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            if sample.name.endswith("_count"):
                found[family.name] = found.get(family.name, 0) + sample.value
    return found


def test_a_search_is_counted_in_every_step(client: TestClient) -> None:
    """Each of the steps of one search is observed once more than before."""
    put(client, "a", 1)
    before = counts(client)
    search(client, png(1))
    after = counts(client)
    for step in ("decode", "prepare", "queue", "inference", "index", "metadata"):
        name = f"likeness_{step}_seconds"
        assert after[name] - before[name] == 1, name
    assert after["likeness_batch_size_items"] - before["likeness_batch_size_items"] == 1


def test_requests_are_counted_by_the_template_of_their_route(client: TestClient) -> None:
    """Keys of items do not become labels."""
    for seed in range(3):
        put(client, f"k/{seed}", seed)
    text = client.get("/metrics").text
    assert "/v1/collections/{name}/items/{key:path}" in text
    assert "k/1" not in text
