"""Searching again with marks, over HTTP."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from indexer.refining import refine
from tests.app.serving import create, png, put, search, vector_of

REFINE = "/v1/search/refine"
ITEMS = {f"x/{seed}": seed for seed in range(8)}
NONE = np.empty((0, 0), dtype=np.float32)


@pytest.fixture
def shoes(client: TestClient) -> TestClient:
    """A server with eight shoes."""
    for key, seed in ITEMS.items():
        put(client, key, seed, {"even": seed % 2 == 0})
    return client


def scores(answer: Any) -> dict[str, float]:
    """Return keys and scores, best first."""
    assert answer.status_code == 200, answer.text
    return {hit["key"]: hit["score"] for hit in answer.json()["hits"]}


def expected(query: int, liked: list[str], disliked: list[str]) -> dict[str, float]:
    """Compare every item that is not disliked with the moved query, one by one."""
    marked = [np.stack([vector_of(png(ITEMS[key])) for key in keys]) if keys else NONE for keys in (liked, disliked)]
    moved = refine(vector_of(png(query))[None], *marked)[0]
    found = {key: float(vector_of(png(seed)) @ moved) for key, seed in ITEMS.items() if key not in disliked}
    return dict(sorted(found.items(), key=lambda one: -one[1]))


@pytest.mark.parametrize(
    ("liked", "disliked"), [([], []), (["x/1"], []), ([], ["x/2"]), (["x/1", "x/5"], ["x/2", "x/0"])]
)
def test_hits_are_those_of_the_moved_query(liked: list[str], disliked: list[str], shoes: TestClient) -> None:
    """A picture and an item lead to the same hits as comparing one by one, the item and what is disliked left out."""
    form = {"liked": json.dumps(liked), "disliked": json.dumps(disliked)}
    answer = shoes.post(REFINE, data=form, files={"image": png(100)})
    assert scores(answer) == pytest.approx(expected(100, liked, disliked), abs=1e-5)
    assert list(scores(answer)) == list(expected(100, liked, disliked))
    answer = shoes.post(REFINE, json={"item": "x/7", "liked": liked, "disliked": disliked})
    others = {key: score for key, score in expected(7, liked, disliked).items() if key != "x/7"}
    assert scores(answer) == pytest.approx(others, abs=1e-5)


def test_without_marks_it_is_the_plain_search(shoes: TestClient) -> None:
    """Strokes, a picture and an item give what the plain addresses give."""
    strokes = {"strokes": [[[0.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [0.5, 0.5]]]}
    pairs = (
        (shoes.post("/v1/search/fake", json=strokes), shoes.post(REFINE, json=strokes)),
        (search(shoes, png(50)), shoes.post(REFINE, files={"image": png(50)})),
        (shoes.post("/v1/search/similar/shoes/x/3"), shoes.post(REFINE, json={"item": "x/3"})),
    )
    for plain, refined in pairs:
        assert plain.json()["hits"] == refined.json()["hits"] != []


def test_a_long_drawing_is_refined_like_a_short_one(shoes: TestClient) -> None:
    """More JSON than the event loop parses itself is treated alike."""
    strokes = {"strokes": [[[float(place), float(place % 7)] for place in range(12_000)]]}
    assert len(json.dumps(strokes)) > 64 * 1024
    plain = shoes.post("/v1/search/fake", json=strokes)
    assert plain.json()["hits"] == shoes.post(REFINE, json=strokes).json()["hits"] != []
    moved = scores(shoes.post(REFINE, json={**strokes, "disliked": ["x/1"]}))
    assert set(moved) == set(ITEMS) - {"x/1"}


def test_filter_count_and_collection_hold(shoes: TestClient) -> None:
    """What narrows a search narrows a refined one; marks of another collection are passed over."""
    create(shoes, "hats")
    put(shoes, "hat", 1, collection="hats")
    parameters: dict[str, str | int] = {"k": 2, "filter": json.dumps({"even": True})}
    found = scores(shoes.post(REFINE, params=parameters, json={"item": "x/2", "liked": ["x/1", "hat"]}))
    wanted = [key for key in expected(2, ["x/1"], []) if ITEMS[key] % 2 == 0 and key != "x/2"]
    assert list(found) == wanted[:2]
    assert list(scores(shoes.post(REFINE, params={"collection": "hats"}, files={"image": png(1)}))) == ["hat"]


def test_marks_that_are_gone_are_passed_over(shoes: TestClient) -> None:
    """An item that somebody deletes while its key is liked or disliked says nothing any more, and disturbs nobody."""
    for key in ("x/1", "x/2"):
        shoes.delete(f"/v1/collections/shoes/items/{key}")
    marked = shoes.post(REFINE, json={"item": "x/3", "liked": ["x/1", "never"], "disliked": ["x/2", ""]})
    assert marked.json()["hits"] == shoes.post("/v1/search/similar/shoes/x/3").json()["hits"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "either strokes or item"),
        ({"item": "x/1", "strokes": [[[0, 0]]]}, "either strokes or item"),
        ({"item": "x/1", "liked": ["a"], "disliked": ["a"]}, "both liked and disliked"),
        ({"item": "x/1", "liked": "x/2"}, "body.liked"),
        ({"item": "x/1", "liked": [1]}, "body.liked.0"),
        ({"item": "x/1", "liked": ["a"] * 101}, "body.liked"),
        ({"item": "x/1", "hated": []}, "body.hated"),
        ({"strokes": []}, "empty"),
    ],
)
def test_a_malformed_wish_is_refused(body: dict[str, Any], words: str, shoes: TestClient) -> None:
    """Each is a 422 that says what is wrong."""
    answer = shoes.post(REFINE, json=body)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"liked": "x/1"}, "The field liked is not JSON"),
        ({"liked": '{"x/1": 1}'}, "must hold a JSON list"),
        ({"disliked": "[1]"}, "body.disliked.0"),
        ({"liked": '["a"]', "disliked": '["a"]'}, "both liked and disliked"),
    ],
)
def test_malformed_marks_in_a_form_are_refused(fields: dict[str, str], words: str, shoes: TestClient) -> None:
    """They are held to the same rules as in JSON."""
    answer = shoes.post(REFINE, data=fields, files={"image": png(1)})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


def test_what_does_not_exist_is_a_404(shoes: TestClient) -> None:
    """An unknown item to search by, and an unknown collection, are told apart."""
    for parameters, kind in (({}, "unknown-item"), ({"collection": "bags"}, "unknown-collection")):
        answer = shoes.post(REFINE, params=parameters, json={"item": "nothing", "liked": ["x/1"]})
        assert (answer.status_code, answer.json()["type"]) == (404, f"urn:likeness:problem:{kind}")
