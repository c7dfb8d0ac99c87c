"""Embedding pictures over HTTP."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from starlette.testclient import TestClient

from models.contracts import Vectors
from models.images import decode
from tests.app.serving import OTHER, SPECS, application, build, client_of, create, embed_again, png, put, vector_of
from tests.models.fakes import DIGEST, FakePredictor

LINES = [[[0.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [0.5, 0.5]]]


class TwoSided(FakePredictor):
    """Embeds a query to the opposite of what an item would become, so that the sides cannot be taken for each other."""

    def predict_queries(self, batch: torch.Tensor) -> Vectors:
        """Embed prepared queries."""
        opposite: Vectors = -super().predict_queries(batch)
        return opposite


def embed(client: TestClient, content: bytes, model: str = "fake", **parameters: str) -> Any:
    """Embed a picture file; returns the response."""
    return client.post(f"/v1/embed/{model}", params=parameters, files={"image": ("q.png", content, "image/png")})


def numbers(answer: Any) -> NDArray[np.float32]:
    """Read the numbers of an answer; each is a float32."""
    assert answer.status_code == 200, answer.text
    exact = np.asarray(answer.json()["embedding"], np.float64)
    assert np.array_equal(exact, exact.astype(np.float32))
    return exact.astype(np.float32)


def test_a_picture_is_embedded_as_an_item_is(client: TestClient) -> None:
    """To the last bit what the model makes of it, with what it was made with."""
    answer = embed(client, png(3))
    assert np.array_equal(numbers(answer), vector_of(png(3)))
    body = answer.json()
    assert (body["model"], body["checkpoint"], body["dim"]) == ("fake", DIGEST, 8)
    assert body["embedding_base64"] is None


def test_bytes_are_the_same_numbers(client: TestClient) -> None:
    """Base64 of little-endian float32 in a field of its own, and no numbers beside it."""
    body = embed(client, png(3), format="base64").json()
    content = base64.b64decode(body["embedding_base64"], validate=True)
    assert np.array_equal(np.frombuffer(content, "<f4"), vector_of(png(3)))
    assert body["embedding"] is None
    assert len(content) == 4 * body["dim"]


def test_a_side_is_chosen(tmp_path: Path) -> None:
    """A query is embedded by the network's side for queries, an item, which is the default, by the one for items."""
    predictor = TwoSided()
    prepared = predictor.prepare_query(decode(png(5)))
    with client_of(application(tmp_path, lambda model, digest: predictor)) as client:
        query, item, unsaid = (
            numbers(embed(client, png(5), **side)) for side in ({"side": "query"}, {"side": "item"}, {})
        )
        strokes = client.post("/v1/embed/fake", params={"side": "query"}, json={"strokes": LINES})
    assert np.array_equal(query, predictor.predict_queries(prepared[None])[0])
    assert np.array_equal(item, predictor.predict_items(prepared[None])[0])
    assert np.array_equal(unsaid, item)
    assert numbers(strokes) @ numbers(strokes) == pytest.approx(1, abs=1e-5)


def test_the_cosine_of_two_embeddings_is_the_score_of_a_search(client: TestClient) -> None:
    """A query's and an item's vectors, multiplied by hand, give what a search answers."""
    put(client, "a", 7)
    hit = client.post("/v1/search/fake", files={"image": png(9)}).json()["hits"][0]
    query, item = numbers(embed(client, png(9), side="query")), numbers(embed(client, png(7)))
    assert float(query @ item) == pytest.approx(hit["score"], abs=1e-5)


def test_a_query_that_has_several_views_is_embedded_as_it_is(tmp_path: Path) -> None:
    """One vector comes back, of the drawing itself."""
    predictor = FakePredictor()
    predictor.spec = replace(predictor.spec, query_views=lambda prepared: torch.stack([prepared.flip(-1), prepared]))
    with client_of(application(tmp_path, lambda model, digest: predictor)) as client:
        assert np.array_equal(numbers(embed(client, png(2), side="query")), vector_of(png(2)))


def test_a_collection_lends_its_weights(tmp_path: Path) -> None:
    """They need not be the default ones, and are those in use now, whatever was in use before."""
    app = application(tmp_path)
    with client_of(app) as client:
        create(client)
        put(client, "a", 1)
        services = app.state.services
        assert embed(client, png(4), collection="shoes").json()["checkpoint"] == DIGEST
        embed_again(services.catalogue, services.pictures, "shoes", OTHER)
        build(services.catalogue, services.generations, "shoes", OTHER)
        services.live.load("shoes")
        answer = embed(client, png(4), collection="shoes")
        assert answer.json()["checkpoint"] == OTHER
        assert np.array_equal(numbers(answer), vector_of(png(4), OTHER))
        assert embed(client, png(4)).json()["checkpoint"] == DIGEST


def test_nothing_is_stored(client: TestClient, tmp_path: Path) -> None:
    """Neither an item nor a picture is left of what was embedded."""
    before = sorted(tmp_path.rglob("*"))
    embed(client, png(11))
    assert client.get("/v1/collections/shoes").json()["items"] == 0
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("model", "parameters", "status", "kind"),
    [
        ("hat", {}, 404, "unknown-model"),
        ("fake", {"collection": "hats"}, 404, "unknown-collection"),
        ("other", {"collection": "shoes"}, 409, "wrong-model"),
        ("fake", {"side": "both"}, 422, "invalid-request"),
        ("fake", {"format": "text"}, 422, "invalid-request"),
    ],
)
def test_what_cannot_be_embedded_is_refused(
    model: str, parameters: dict[str, str], status: int, kind: str, client: TestClient
) -> None:
    """By the problems that other requests have."""
    answer = embed(client, png(1), model, **parameters)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:likeness:problem:{kind}")


@pytest.mark.parametrize("side", ["item", "query"])
def test_a_file_that_is_no_picture_is_refused(side: str, client: TestClient) -> None:
    """On both sides."""
    answer = embed(client, b"no picture", side=side)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:likeness:problem:unreadable-picture")


def test_no_item_is_made_of_strokes(client: TestClient) -> None:
    """Whoever sends strokes learns that they are a query."""
    answer = client.post("/v1/embed/fake", json={"strokes": LINES})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:likeness:problem:invalid-strokes")
    assert "side=query" in answer.json()["detail"]


def test_every_model_of_the_kind_embeds(client: TestClient) -> None:
    """Not only the one of some collection."""
    assert {name: embed(client, png(1), name).json()["model"] for name in SPECS} == {name: name for name in SPECS}
