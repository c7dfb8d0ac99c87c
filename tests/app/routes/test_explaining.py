"""Why hits were found, over HTTP."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from app.explaining import EXPLAINED_HITS
from indexer.refining import refine
from models.contracts import Strokes
from models.images import decode, encode_png
from tests.app.serving import application, client_of, create, load_two_eyed, pixels, png, put, search, vector_of
from tests.models.fakes import FakePredictor

DRAWING = Strokes(tuple(np.array(line, np.float32) for line in ([[0, 0], [1, 1]], [[1, 0], [0.5, 0.5]])))
STROKES = [[[0.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [0.5, 0.5]]]


@pytest.fixture
def shoes(client: TestClient) -> TestClient:
    """Two items more than are explained."""
    for seed in range(EXPLAINED_HITS + 2):
        put(client, str(seed), seed)
    return client


def expected(seed: int, query: Any) -> tuple[Any, Any]:
    """What the fake model itself says of an item and the vector of a query."""
    model = FakePredictor()
    item = model.prepare_item(decode(png(seed)))
    (why,) = model.explain_items(item[None], query[None])
    return why.picture(), why.shares()


def shown(explanation: Any) -> Any:
    """The picture of an explanation, uint8 RGB, opened as a browser opens it."""
    kind, _, encoded = explanation["picture"].partition(",")
    assert kind == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(encoded, validate=True))) as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
        return np.asarray(image)


def test_the_first_hits_tell_why(shoes: TestClient) -> None:
    """Each of the first ten has a picture and shares as the model explains that item; later ones have null."""
    answer = search(shoes, png(3), k=50, explain="true").json()
    assert len(answer["hits"]) == EXPLAINED_HITS + 2
    for hit in answer["hits"][:EXPLAINED_HITS]:
        picture, shares = expected(int(hit["key"]), vector_of(png(3)))
        assert np.array_equal(shown(hit["explanation"]), picture)
        np.testing.assert_allclose(hit["explanation"]["shares"], shares, atol=1e-4)
    assert [hit["explanation"] for hit in answer["hits"][EXPLAINED_HITS:]] == [None, None]
    assert list(answer["took_ms"])[-1] == "explain"


def test_explaining_changes_no_hit(shoes: TestClient) -> None:
    """But for the explanation the answer is that of the plain search, for pictures and for strokes."""
    for ask in (
        lambda **more: search(shoes, png(3), k=4, **more),
        lambda **more: shoes.post("/v1/search/fake", params={"k": 4, **more}, json={"strokes": STROKES}),
    ):
        plain, told = ask().json(), ask(explain="true").json()
        assert {hit["explanation"] for hit in plain["hits"]} == {None}
        assert "explain" not in plain["took_ms"]
        assert all(hit["explanation"] for hit in told["hits"])
        assert [{**hit, "explanation": None} for hit in told["hits"]] == plain["hits"]


def test_who_does_not_ask_costs_the_device_nothing(tmp_path: Path) -> None:
    """Neither pictures are read nor gradients computed unless they are asked for."""
    asked: list[int] = []

    class Watched(FakePredictor):
        def explain_items(self, batch: Any, queries: Any) -> Any:
            asked.append(len(batch))
            return super().explain_items(batch, queries)

    with client_of(application(tmp_path, lambda model, digest: Watched(name=model))) as client:
        create(client)
        put(client, "a", 1)
        for explain in ({}, {"explain": "false"}):
            assert search(client, png(1), **explain).status_code == 200
        assert asked == []
        assert search(client, png(1), explain="true").status_code == 200
        assert asked == [1]


def test_a_refined_search_explains_against_the_moved_query(shoes: TestClient) -> None:
    """Marks move the query, and what is explained is the score that the hit has."""
    body = {"strokes": STROKES, "liked": ["2"]}
    answer = shoes.post("/v1/search/refine", params={"k": 3, "explain": "true"}, json=body).json()
    drawn = FakePredictor().predict_queries(FakePredictor().prepare_query(DRAWING)[None])
    moved = refine(drawn, vector_of(png(2))[None], np.empty((0, 8), np.float32))[0]
    for hit in answer["hits"]:
        picture, _ = expected(int(hit["key"]), moved)
        assert np.abs(shown(hit["explanation"]).astype(int) - picture).max() <= 1


def test_items_like_an_item_are_explained_by_refine(shoes: TestClient) -> None:
    """The item takes the place of the drawing."""
    answer = shoes.post("/v1/search/refine", params={"k": 2, "explain": "true"}, json={"item": "4"}).json()
    for hit in answer["hits"]:
        picture, _ = expected(int(hit["key"]), vector_of(png(4)))
        assert np.array_equal(shown(hit["explanation"]), picture)


def test_each_hit_is_explained_by_the_view_that_found_it(tmp_path: Path) -> None:
    """A mirrored drawing found its item by its mirror image, and that is what the item is compared with."""
    with client_of(application(tmp_path, load_two_eyed)) as client:
        create(client)
        for seed in range(3):
            put(client, str(seed), seed)
        mirrored = encode_png(np.ascontiguousarray(pixels(1)[:, ::-1]))
        (first,) = search(client, mirrored, k=1, explain="true").json()["hits"]
        assert first["key"] == "1"
        picture, _ = expected(1, vector_of(png(1)))
        assert np.abs(shown(first["explanation"]).astype(int) - picture).max() <= 1


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[TestClient]:
    """A server whose model explains nothing."""

    class Silent(FakePredictor):
        @property
        def explains(self) -> bool:
            return False

    with client_of(application(tmp_path, lambda model, digest: Silent(name=model))) as client:
        create(client)
        put(client, "a", 1)
        yield client


def test_a_model_that_does_not_explain_says_so(silent: TestClient) -> None:
    """Whoever asks why is told what to do instead; without asking it searches as any other."""
    refined = silent.post("/v1/search/refine", params={"explain": "true"}, json={"item": "a"})
    for answer in (search(silent, png(1), explain="true"), refined):
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:likeness:problem:not-explainable")
        assert "without explain" in answer.json()["detail"]
    assert search(silent, png(1)).status_code == 200


def test_a_picture_that_is_gone_leaves_its_hit_without(shoes: TestClient, server: FastAPI) -> None:
    """The hit stays, and the others are explained."""
    first = search(shoes, png(3), k=3).json()["hits"][0]
    server.state.services.pictures.open(first["image_url"].rpartition("/")[2]).unlink()
    answer = search(shoes, png(3), k=3, explain="true").json()
    assert [hit["explanation"] is None for hit in answer["hits"]] == [True, False, False]


def test_a_short_queue_is_not_overflowed_by_one_search(tmp_path: Path) -> None:
    """However few may wait for the device, the hits of one search are explained."""
    with client_of(application(tmp_path, queue_size=1)) as client:
        create(client)
        for seed in range(4):
            put(client, str(seed), seed)
        answer = search(client, png(1), explain="true")
        assert answer.status_code == 200
        assert all(hit["explanation"] for hit in answer.json()["hits"])


def test_an_empty_answer_has_nothing_to_explain(client: TestClient) -> None:
    """No hits, no reasons, no error."""
    assert search(client, png(1), explain="true").json()["hits"] == []


@pytest.mark.parametrize("value", ["maybe", "2", ""])
def test_explain_is_true_or_false(client: TestClient, value: str) -> None:
    """Anything else is refused by name."""
    answer = search(client, png(1), explain=value)
    assert (answer.status_code, answer.json()["errors"][0]["location"]) == (422, "query.explain")
