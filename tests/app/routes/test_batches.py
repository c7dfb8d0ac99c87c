"""Several items in one request over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from app.batching import DeadlineExceeded
from app.schemas.items import BatchAnswer, BatchEntry
from tests.app.serving import SPECS, application, client_of, create, load, png, put, search
from tests.models.fakes import DIGEST, FakePredictor

ITEMS = "/v1/collections/shoes/items"
Entry = Mapping[str, Any]


def entry(key: str, image: str = "picture", **facts: Any) -> dict[str, Any]:
    """Describe one item."""
    return {"key": key, "image": image, **facts}


def send(
    client: TestClient, items: Any, pictures: Mapping[str, bytes], key: str | None = None, path: str = ITEMS
) -> Any:
    """Send a batch; returns the response."""
    return client.post(
        path,
        data={"items": items if isinstance(items, str) else json.dumps(items)},
        files={name: (name, content, "image/png") for name, content in pictures.items()},
        headers={} if key is None else {"Idempotency-Key": key},
    )


def results(answer: Any) -> list[dict[str, Any]]:
    """Return what became of each item."""
    assert answer.status_code == 200, answer.text
    BatchAnswer.model_validate(answer.json())
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batch=st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["0", "1", "2", "text", "cut"]), st.booleans()),
        min_size=1,
        max_size=8,
        unique_by=lambda one: one[0],
    )
)
def test_a_batch_does_what_its_items_would_do_alone(client: TestClient, batch: Sequence[tuple[str, str, bool]]) -> None:
    """Each item is stored, or refused with the status and words that a PUT of it gives, whatever the others are."""
    pictures = {**{str(seed): png(seed) for seed in range(3)}, "text": b"text", "cut": png(1)[:50]}
    facts = {True: {"n": 1}, False: {"n": float("nan")}}
    items = [entry(key, image, title=f"T {key}", metadata=facts[sound]) for key, image, sound in batch]
    before = client.get("/v1/collections/shoes").json()
    answers = results(send(client, items, pictures))
    after = client.get("/v1/collections/shoes").json()
    stored = [one for one in answers if one["item"] is not None]
    assert after["change_seq"] == before["change_seq"] + bool(stored)
    assert [one["key"] for one in answers] == [key for key, _, _ in batch]
    if client.get("/v1/collections").json()["collections"][0]["name"] != "alone":
        create(client, "alone")
    for answered, (key, image, sound) in zip(answers, batch, strict=True):
        alone = client.put(
            f"/v1/collections/alone/items/{key}",
            files={"image": pictures[image]},
            data={"title": f"T {key}", "metadata": json.dumps(facts[sound])},
        )
        assert answered["status"] == alone.status_code
        if alone.is_success:
            kept = {name: value for name, value in alone.json().items() if name not in {"version", "updated_at"}}
            assert kept.items() <= answered["item"].items()
            assert client.get(f"{ITEMS}/{key}").json() == answered["item"]
        else:
            told = {name: alone.json()[name] for name in ("type", "title", "status", "detail")}
            assert (answered["problem"], answered["item"]) == (told, None)


def test_the_next_search_finds_a_batch(client: TestClient) -> None:
    """Every stored item is found by its own picture, and items may share one."""
    pictures = {str(seed): png(seed) for seed in range(12)}
    items = [entry(f"x/{seed}", seed) for seed in pictures] + [entry("twin", "3")]
    assert {one["status"] for one in results(send(client, items, pictures))} == {200}
    for seed in range(12):
        hits = search(client, png(seed)).json()["hits"]
        same = {hit["key"] for hit in hits if hit["score"] == pytest.approx(1, abs=1e-5)}
        assert same == ({"x/3", "twin"} if seed == 3 else {f"x/{seed}"})


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([], "0 items"),
        ([entry(str(number)) for number in range(101)], "101 items"),
        ([entry("a"), entry("b"), entry("a")], "'a' occurs twice"),
        ([entry("a", "another")], "'another'"),
        ([entry("a", "empty")], "'empty'"),
        ("", "body.items"),
        ("{", "body.items"),
        ({"key": "a"}, "body.items"),
        ([{"key": "a"}], "body.items.0.image"),
        ([entry("a", titel="x")], "body.items.0.titel"),
        ([entry("a"), entry("b", metadata=[1])], "body.items.1.metadata"),
    ],
)
def test_a_malformed_batch_stores_nothing(items: Any, words: str, client: TestClient) -> None:
    """What is no batch is a 422 that says what is wrong where."""
    answer = send(client, items, {"picture": png(1), "empty": b""})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert client.get(ITEMS).json()["items"] == []


def test_a_batch_for_no_collection_is_a_404(client: TestClient) -> None:
    """Nothing is embedded for it, with or without a key."""
    for key in (None, "k"):
        answer = send(client, [entry("a")], {"picture": png(1)}, key, "/v1/collections/hats/items")
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:likeness:problem:unknown-collection")


def test_only_forms_are_taken(client: TestClient) -> None:
    """JSON has no place for pictures."""
    assert client.post(ITEMS, json={"items": [entry("a")]}).status_code == 415


def test_a_batch_under_a_key_is_carried_out_once(client: TestClient) -> None:
    """Sent again, with the parts called and ordered otherwise, it is answered to the letter and changes nothing."""
    items = [entry("a", metadata={"x": 1, "y": 2}), entry("b", "other"), entry("c", "text")]
    first = send(client, items, {"picture": png(1), "other": png(2), "text": b"text"}, "k 1")
    assert [one["status"] for one in results(first)] == [200, 200, 422]
    client.delete(f"{ITEMS}/b")
    state = client.get("/v1/collections/shoes").json()
    renamed = [entry("a", "one", metadata={"y": 2, "x": 1}), entry("b", "two"), entry("c", "three")]
    again = send(client, renamed, {"three": b"text", "two": png(2), "one": png(1)}, "k 1")
    assert (again.status_code, again.content) == (200, first.content)
    assert client.get("/v1/collections/shoes").json() == state
    assert client.get(f"{ITEMS}/b").status_code == 404


@pytest.mark.parametrize(
    ("items", "picture"),
    [
        ([entry("a", title="x")], 1),
        ([entry("a", metadata={"x": 1})], 1),
        ([entry("b")], 1),
        ([entry("a")], 2),
        ([entry("a"), entry("b")], 1),
    ],
)
def test_another_batch_under_the_same_key_is_refused(items: list[Entry], picture: int, client: TestClient) -> None:
    """Any difference in what is asked is a 422, and nothing is written."""
    results(send(client, [entry("a")], {"picture": png(1)}, "k"))
    before = client.get("/v1/collections/shoes").json()
    answer = send(client, items, {"picture": png(picture)}, "k")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:likeness:problem:reused-request-key")
    assert client.get("/v1/collections/shoes").json() == before


@pytest.mark.parametrize("key", ["", "x" * 201, "é", "a\tb"])
def test_a_key_that_is_none_is_refused(key: str, client: TestClient) -> None:
    """1 to 200 printable ASCII characters; whatever else is a 422, and nothing is written."""
    answer = client.post(
        ITEMS,
        data={"items": json.dumps([entry("a")])},
        files={"picture": png(1)},
        headers={b"Idempotency-Key": key.encode("latin-1")},
    )
    assert answer.status_code == 422
    assert client.get(ITEMS).json()["items"] == []


def test_a_batch_that_the_device_has_no_time_for_can_be_sent_again(tmp_path: Path) -> None:
    """The whole batch is a 503 that is not kept as its answer; when the device is back, the same request is stored."""
    weak = [True]

    class Tired(FakePredictor):
        def predict_items(self, batch: Any) -> Any:
            """Take too long as long as it is tired."""
            if weak[0]:
                message = "Too tired."
                raise DeadlineExceeded(message)
            return super().predict_items(batch)

    def tired(model: str, digest: str | None) -> Any:
        return Tired(digest=digest or DIGEST, name=model) if model in SPECS else load(model, digest)

    with client_of(application(tmp_path, tired)) as client:
        create(client)
        items, pictures = [entry("a"), entry("b", "text")], {"picture": png(1), "text": b"text"}
        assert send(client, items, pictures, "k").status_code == 503
        assert client.get(ITEMS).json()["items"] == []
        weak[0] = False
        assert [one["status"] for one in results(send(client, items, pictures, "k"))] == [200, 422]


def test_a_batch_is_not_too_much_for_a_short_queue(tmp_path: Path) -> None:
    """Where one query may wait, a hundred items of one batch still find their turns."""
    with client_of(application(tmp_path, queue_size=1)) as client:
        create(client)
        items = [entry(str(number)) for number in range(100)]
        assert {one["status"] for one in results(send(client, items, {"picture": png(1)}))} == {200}


def test_a_batch_replaces_items_and_leaves_others(client: TestClient) -> None:
    """An upsert replaces what its keys held, and nothing else."""
    other = put(client, "other", 5)
    put(client, "a", 1, {"old": True})
    (one,) = results(send(client, [entry("a", metadata={"new": 1})], {"picture": png(2)}))
    assert one["item"]["metadata"] == {"new": 1}
    assert client.get(f"{ITEMS}/other").json() == other


def test_the_description_of_a_batch_is_the_schema_of_its_entries(client: TestClient) -> None:
    """A generator of clients reads what an entry is, and the example is one."""
    operation = client.get("/openapi.json").json()["paths"]["/v1/collections/{name}/items"]["post"]
    field = operation["requestBody"]["content"]["multipart/form-data"]["schema"]["properties"]["items"]
    for example in field["examples"]:
        Draft202012Validator(field["contentSchema"]).validate(json.loads(example))
        assert [BatchEntry.model_validate(one) for one in json.loads(example)]
