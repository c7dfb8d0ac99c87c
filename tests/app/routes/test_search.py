"""Searching over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from models.images import encode_png
from tests.app.serving import application, client_of, create, load_two_eyed, pixels, png, put, search, vector_of
from tests.models.fakes import DIGEST

STEPS = ["decode", "prepare", "queue", "predict", "index", "metadata"]


def keys(answer: Any) -> list[str]:
    """Return the keys of an answer's hits, best first."""
    assert answer.status_code == 200, answer.text
    return [hit["key"] for hit in answer.json()["hits"]]


def expected(query: int, items: dict[str, int], k: int) -> list[str]:
    """Rank items by cosine with a query, one by one."""
    scores = {key: float(vector_of(png(seed)) @ vector_of(png(query))) for key, seed in items.items()}
    return sorted(scores, key=lambda key: -scores[key])[:k]


def test_hits_are_what_comparing_one_by_one_finds(client: TestClient) -> None:
    """For several queries: the same items in the same order with the same cosines."""
    items = {f"s/{seed}": seed for seed in range(12)}
    for key, seed in items.items():
        put(client, key, seed)
    for query in (3, 100, 101):
        answer = search(client, png(query), k=5)
        assert keys(answer) == expected(query, items, 5)
        for hit in answer.json()["hits"]:
            cosine = float(vector_of(png(items[hit["key"]])) @ vector_of(png(query)))
            assert hit["score"] == pytest.approx(cosine, abs=1e-5)


def test_an_answer_says_where_it_comes_from(client: TestClient) -> None:
    """Collection, generation, model, weights and the time of each step, in the order in which they happen."""
    put(client, "a", 1, {"kind": "boot"})
    answer = search(client, png(1), collection="shoes").json()
    assert answer["collection"] == "shoes"
    assert answer["generation"] is None
    assert answer["model"] == {"name": "fake", "checkpoint": DIGEST}
    assert list(answer["took_ms"]) == STEPS
    assert all(value >= 0 for value in answer["took_ms"].values())
    (hit,) = answer["hits"]
    assert (hit["key"], hit["title"], hit["metadata"]) == ("a", "Shoe a", {"kind": "boot"})
    assert hit["score"] == pytest.approx(1, abs=1e-5)
    assert client.get(hit["image_url"]).content == png(1)
    assert client.get(hit["thumbnail_url"]).status_code == 200


def test_strokes_are_searched_like_pictures(client: TestClient) -> None:
    """JSON strokes at any scale find the same items."""
    for seed in range(4):
        put(client, str(seed), seed)
    small = [[[0.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [0.5, 0.5]]]
    large = [[[x * 900, y * 900] for x, y in line] for line in small]
    answers = [client.post("/v1/search/fake", json={"strokes": lines}) for lines in (small, large)]
    assert len(keys(answers[0])) == 4
    assert answers[0].json()["hits"] == answers[1].json()["hits"]


def test_a_long_drawing_is_read_off_the_event_loop_with_the_same_result(client: TestClient) -> None:
    """More JSON than the loop parses itself is treated alike."""
    put(client, "a", 1)
    line = [[float(place), float(place % 7)] for place in range(12_000)]
    assert len(json.dumps(line)) > 64 * 1024
    assert keys(client.post("/v1/search/fake", json={"strokes": [line]})) == ["a"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(k=st.integers(1, 200), low=st.integers(0, 25), colour=st.sampled_from(["red", "blue", "green"]))
def test_a_filter_keeps_k_hits_while_items_match(client: TestClient, k: int, low: int, colour: str) -> None:
    """The hits are the best of exactly the items that match, as many as there are up to k."""
    if not client.get("/v1/collections/shoes").json()["items"]:
        for seed in range(20):
            put(client, str(seed), seed, {"price": seed, "colour": ("red", "blue")[seed % 2]})
    where = {"price": {"gte": low}, "colour": colour}
    matching = {str(seed): seed for seed in range(low, 20) if ("red", "blue")[seed % 2] == colour}
    assert keys(search(client, png(500), k=k, filter=json.dumps(where))) == expected(500, matching, k)


def test_a_write_is_seen_by_the_next_search(client: TestClient) -> None:
    """Put, replaced, patched and deleted items are found, or not, at once."""
    put(client, "a", 1)
    assert keys(search(client, png(1))) == ["a"]
    put(client, "b", 2)
    assert keys(search(client, png(2)))[0] == "b"
    put(client, "a", 3)
    hits = search(client, png(3)).json()["hits"]
    assert hits[0]["key"] == "a"
    assert hits[0]["score"] == pytest.approx(1, abs=1e-5)
    client.patch("/v1/collections/shoes/items/a", json={"title": "New", "metadata": {"x": 1}})
    assert search(client, png(3)).json()["hits"][0]["title"] == "New"
    assert client.delete("/v1/collections/shoes/items/a").status_code == 204
    assert keys(search(client, png(3))) == ["b"]


def test_similar_items_leave_the_item_itself_out(client: TestClient) -> None:
    """More like this ranks all others, with a filter if wanted, for keys with slashes too."""
    items = {f"x/{seed}": seed for seed in range(6)}
    for key, seed in items.items():
        put(client, key, seed, {"even": seed % 2 == 0})
    others = {key: seed for key, seed in items.items() if key != "x/4"}
    answer = client.post("/v1/search/similar/shoes/x/4", params={"k": 3})
    assert keys(answer) == expected(4, others, 3)
    assert list(answer.json()["took_ms"]) == ["index", "metadata"]
    even = client.post("/v1/search/similar/shoes/x/4", params={"filter": json.dumps({"even": True})})
    assert keys(even) == expected(4, {"x/0": 0, "x/2": 2}, 24)


def test_an_empty_collection_has_no_hits(client: TestClient) -> None:
    """Nothing is found, which is no error, and the model that would be used is named."""
    answer = search(client, png(1))
    assert keys(answer) == []
    assert answer.json()["model"]["checkpoint"] == DIGEST


@pytest.mark.parametrize("k", ["0", "201", "-1", "many", ""])
def test_k_is_1_to_200(k: str, client: TestClient) -> None:
    """Anything else is refused by name."""
    answer = search(client, png(1), k=k)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["location"] == "query.k"


@pytest.mark.parametrize(
    ("path", "parameters", "status", "kind"),
    [
        ("/v1/search/fake", {"collection": "hats"}, 404, "unknown-collection"),
        ("/v1/search/hat", {}, 404, "unknown-model"),
        ("/v1/search/other", {}, 409, "wrong-model"),
        ("/v1/search/fake", {"filter": "{"}, 422, "invalid-filter"),
        ("/v1/search/fake", {"filter": '{"price": {"about": 3}}'}, 422, "invalid-filter"),
        ("/v1/search/similar/shoes/missing", {}, 404, "unknown-item"),
        ("/v1/search/similar/hats/missing", {}, 404, "unknown-collection"),
    ],
)
def test_what_cannot_be_searched_is_refused_with_the_reason(
    path: str, parameters: dict[str, str], status: int, kind: str, client: TestClient
) -> None:
    """Each kind of mistake has its own problem."""
    answer = client.post(path, params=parameters, files={"image": ("q.png", png(1), "image/png")})
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:likeness:problem:{kind}")


def test_a_collection_made_anew_with_another_model_is_searched_with_that(client: TestClient) -> None:
    """What the server remembers of a collection never outlives it."""
    put(client, "a", 1)
    assert search(client, png(1)).status_code == 200
    client.delete("/v1/collections/shoes")
    create(client, model="other")
    put(client, "b", 1)
    assert search(client, png(1)).status_code == 409
    assert keys(search(client, png(1), model="other")) == ["b"]
    client.delete("/v1/collections/shoes")
    assert search(client, png(1), model="other").status_code == 404


@pytest.mark.parametrize(
    ("content", "status", "kind"),
    [
        (b"this is text, not a picture", 422, "unreadable-picture"),
        (png(1)[:60], 422, "unreadable-picture"),
        (b"", 422, "invalid-form"),
    ],
)
def test_an_unusable_picture_is_refused(content: bytes, status: int, kind: str, client: TestClient) -> None:
    """Text, a truncated file and an empty one each get a sentence."""
    answer = search(client, content)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:likeness:problem:{kind}")
    assert answer.json()["detail"].endswith(".")


def test_a_picture_with_too_many_pixels_is_refused(client: TestClient) -> None:
    """A small file that would decode into a giant picture costs nothing."""
    from io import BytesIO

    from PIL import Image

    buffer = BytesIO()
    Image.new("1", (7000, 7000), 1).save(buffer, "PNG")
    answer = search(client, buffer.getvalue())
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:likeness:problem:picture-too-large")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"strokes": []}, 422),
        ({"strokes": [[]]}, 422),
        ({"strokes": [[[1]]]}, 422),
        ({"strokes": [[["a", 1]]]}, 422),
        ({"strokes": "line"}, 422),
        ({"strokes": [[[0, 0], [1e300, -1e300]]]}, 422),
        ({}, 422),
        ([], 422),
    ],
)
def test_malformed_strokes_are_refused(body: Any, status: int, client: TestClient) -> None:
    """Whatever the JSON holds, it is a 422 with a sentence."""
    answer = client.post("/v1/search/fake", json=body)
    assert answer.status_code == status
    assert answer.json()["detail"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_strokes_must_be_finite(number: str, client: TestClient) -> None:
    """Numbers that JSON does not have are refused."""
    content = f'{{"strokes": [[[{number}, 1], [2, 2]]]}}'
    answer = client.post("/v1/search/fake", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


@pytest.mark.parametrize("media_type", ["image/png", "text/plain", "application/x-www-form-urlencoded", ""])
def test_another_type_of_body_is_refused(media_type: str, client: TestClient) -> None:
    """The answer says what to send."""
    answer = client.post("/v1/search/fake", content=png(1), headers={"Content-Type": media_type})
    assert answer.status_code == 415
    assert "multipart/form-data" in answer.json()["detail"]


def test_scores_fall_and_stay_cosines(client: TestClient) -> None:
    """Hits come best first, and no score leaves -1 to 1."""
    for seed in range(30):
        put(client, str(seed), seed)
    scores = [hit["score"] for hit in search(client, png(7), k=30).json()["hits"]]
    assert len(scores) == 30
    assert np.all(np.diff(scores) <= 0)
    assert -1.0001 <= scores[-1] <= scores[0] <= 1.0001


def test_a_mirrored_drawing_finds_what_it_was_drawn_from(tmp_path: Path) -> None:
    """Where a model looks at a query's mirror image too, an item scores as its better view does."""
    with client_of(application(tmp_path, load_two_eyed)) as client:
        create(client)
        for seed in range(6):
            put(client, str(seed), seed)
        for seed in range(6):
            mirrored = encode_png(np.ascontiguousarray(pixels(seed)[:, ::-1]))
            first, *_ = search(client, mirrored).json()["hits"]
            assert (first["key"], first["score"]) == (str(seed), pytest.approx(1, abs=1e-5))
            plain, *_ = search(client, png(seed)).json()["hits"]
            assert plain == first
