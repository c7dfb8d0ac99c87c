"""Searching for a person, and comparing two pictures, over HTTP."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.bodies import MAX_PICTURES
from models.calibration import Calibration
from models.contracts import Vectors
from tests.app.people import CALIBRATION, PARTS, forms, people_server
from tests.app.serving import client_of, create, png, put, vector_of
from tests.models.fakes import DIGEST

PEOPLE = 12


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Twelve pictures by three cameras, one of them called by a number, an hour apart."""
    with client_of(people_server(tmp_path_factory.mktemp("home"))) as client:
        create(client, "people", "reid")
        for seed in range(PEOPLE):
            camera: str | int = ("door", "3", 3)[seed % 3]
            metadata = {"camera": camera, "time": f"2025-01-31T{seed:02}:00:00Z"}
            put(client, str(seed), seed, metadata, "people")
        yield client


def ask(client: TestClient, seeds: Sequence[int], **parameters: Any) -> Any:
    """Search for the person on some pictures; returns the response."""
    return client.post("/v1/search/person", params=parameters, files=forms(seeds))


def found(client: TestClient, seeds: Sequence[int], **parameters: Any) -> list[dict[str, Any]]:
    """Return the hits."""
    answer = ask(client, seeds, k=200, **parameters)
    assert answer.status_code == 200, answer.text
    hits: list[dict[str, Any]] = answer.json()["hits"]
    return hits


def compare(client: TestClient, seeds: Sequence[int], **parameters: Any) -> Any:
    """Compare pictures; returns the response."""
    return client.post("/v1/compare/person", params=parameters, files=forms(seeds))


def track(seeds: Sequence[int]) -> Vectors:
    """Mean vector of some pictures, of unit length."""
    mean = np.mean([vector_of(png(seed)) for seed in seeds], axis=0)
    vector: Vectors = mean / np.linalg.norm(mean)
    return vector


def word(score: float, least: float) -> str:
    """What a score means, written out."""
    if score >= least:
        return "match"
    return "no match" if score < min(least, CALIBRATION.threshold) else "unsure"


@pytest.mark.parametrize(
    "seeds", [[3], [3, 3, 3], [3, 40, 41], list(range(20, 31)), list(range(20, 20 + MAX_PICTURES))]
)
def test_crops_are_searched_by_their_mean(people: TestClient, seeds: list[int]) -> None:
    """One, the same thrice, several, and as many as may be: hits are what comparing with the mean finds."""
    scores = {str(seed): float(track(seeds) @ vector_of(png(seed))) for seed in range(PEOPLE)}
    hits = found(people, seeds)
    assert [hit["key"] for hit in hits] == sorted(scores, key=lambda key: -scores[key])
    for hit in hits:
        assert hit["score"] == pytest.approx(scores[hit["key"]], abs=1e-5)


@pytest.mark.parametrize("fmr", [0.01, 0.001])
def test_every_hit_and_the_answer_have_a_word(people: TestClient, fmr: float) -> None:
    """By the score that is asked for among as many; the answer's is the best hit's, and `fmr` is 0.01 unless set."""
    words = set()
    for seed in range(30):
        answer = ask(people, [seed], k=200, fmr=fmr).json()
        least = CALIBRATION.match_score(fmr, PEOPLE)
        for hit in answer["hits"]:
            assert hit["verdict"] == word(hit["score"], least)
            assert 0 < hit["probability"] < 1
            words.add(hit["verdict"])
        assert answer["verdict"] == answer["hits"][0]["verdict"]
    assert words == {"match", "unsure", "no match"}
    untimed = [{**ask(people, [1], **given).json(), "took_ms": 0} for given in ({}, {"fmr": 0.01})]
    assert untimed[0] == untimed[1]


def test_filters_keep_cameras_and_hours(people: TestClient) -> None:
    """Camera and window of time by the filter that all searches have; words go by how many are left."""
    window = {"camera": "door", "time": {"gte": "2025-01-31T03", "lt": "2025-01-31T10"}}
    hits = found(people, [50], filter=json.dumps(window))
    assert {hit["key"] for hit in hits} == {"3", "6", "9"}
    least = CALIBRATION.match_score(0.01, 3)
    assert [hit["verdict"] for hit in hits] == [word(hit["score"], least) for hit in hits]


@pytest.mark.parametrize(
    ("left_out", "rest"),
    [
        ("door", {1, 2, 4, 5, 7, 8, 10, 11}),
        ("3", {0, 3, 6, 9}),
        (["door", "3"], set()),
        (["nan", "hall"], set(range(PEOPLE))),
    ],
)
def test_cameras_are_left_out(people: TestClient, left_out: Any, rest: set[int]) -> None:
    """Called by text or by number; without items left nobody matches, which is no error."""
    hits = found(people, [3], leave_out_camera=left_out)
    assert {int(hit["key"]) for hit in hits} == rest
    answer = ask(people, [3], leave_out_camera=left_out)
    assert answer.json()["verdict"] == (hits[0]["verdict"] if hits else "no match")
    both = found(people, [3], leave_out_camera=left_out, filter='{"time": {"lt": "2025-01-31T04"}}')
    assert {int(hit["key"]) for hit in both} == rest & {0, 1, 2, 3}


def test_a_match_reaches_what_the_collection_states(tmp_path: Path) -> None:
    """Nobody matches a collection that asks for more than a cosine reaches; what is no match stays none."""
    with client_of(people_server(tmp_path)) as client:
        create(client, "people", "reid")
        put(client, "a", 1, collection="people")
        assert ask(client, [1]).json()["verdict"] == "match"
        client.patch("/v1/collections/people", json={"threshold": 0.9})
        assert ask(client, [1]).json()["verdict"] == "match"
        blurred = next(seed for seed in range(2, 99) if 0.4 < float(track([seed]) @ track([1])) < 0.9)
        assert ask(client, [blurred]).json()["verdict"] == "unsure"
        client.patch("/v1/collections/people", json={"threshold": None})
        assert ask(client, [blurred]).json()["verdict"] == "match"


def test_drawings_have_no_word(people: TestClient) -> None:
    """Only who asks for a person is told one."""
    answer = people.post("/v1/search/reid", params={"collection": "people"}, files=forms([1])[:1]).json()
    assert answer["verdict"] is None
    assert {hit["verdict"] for hit in answer["hits"]} == {None}


@pytest.mark.parametrize("seeds", [(1, 1), (1, 2), (5, 9)])
def test_two_pictures_are_compared(people: TestClient, seeds: tuple[int, int]) -> None:
    """Cosine in all and of each part, by Bayes from even odds a probability, and the word of a single comparison."""
    one, other = (vector_of(png(seed)) for seed in seeds)
    answer = compare(people, seeds)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["score"] == pytest.approx(float(one @ other), abs=1e-5)
    for name, part in PARTS.items():
        lengths = np.linalg.norm(one[part]) * np.linalg.norm(other[part])
        assert body["stripes"][name] == pytest.approx(float(one[part] @ other[part] / lengths), abs=1e-5)
    odds = math.exp(CALIBRATION.slope * body["score"] + CALIBRATION.intercept) * 19
    assert body["probability"] == pytest.approx(odds / (1 + odds), rel=1e-6)
    assert body["verdict"] == word(body["score"], 0.4)
    assert compare(people, seeds, fmr=0.001).json()["verdict"] == word(body["score"], 0.55)
    assert body["model"] == {"name": "reid", "checkpoint": DIGEST}
    back = compare(people, seeds[::-1]).json()
    assert {**back, "stripes": ANY} == {**body, "stripes": ANY}


@pytest.mark.parametrize("path", ["/v1/search/person", "/v1/compare/person"])
@pytest.mark.parametrize(
    ("files", "status", "kind"),
    [
        (forms([1, 2]), 200, None),
        ([("image", ("e.png", b"", "image/png")), *forms([1])], 422, "invalid-form"),
        ([("other", part) for _, part in forms([1, 2])], 422, "invalid-form"),
        (forms([1] * (MAX_PICTURES + 1)), 422, "invalid-form"),
        ([*forms([1]), ("image", ("x", b"no picture", "image/png"))], 422, "unreadable-picture"),
    ],
)
def test_forms_that_cannot_be_used_are_refused(
    people: TestClient, path: str, files: Any, status: int, kind: str | None
) -> None:
    """Each mistake is told by its problem."""
    answer = people.post(path, files=files)
    assert answer.status_code == status
    if kind is not None:
        assert answer.json()["type"] == f"urn:likeness:problem:{kind}"


@pytest.mark.parametrize("count", [1, 3])
def test_two_pictures_and_no_others_are_compared(people: TestClient, count: int) -> None:
    """Fewer or more are refused with how many came."""
    answer = compare(people, range(count))
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:likeness:problem:invalid-form")
    assert f"holds {count} of" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/search/person", "/v1/compare/person"])
@pytest.mark.parametrize(
    ("calibration", "fmr", "reason"),
    [
        (CALIBRATION, 0.05, "0.01 and 0.001"),
        (CALIBRATION, 0, "0.01 and 0.001"),
        (None, 0.01, "likeness models calibrate reid --data FOLDER"),
        (Calibration(6.0, -5.0, 20, 0.2), 0.01, "likeness models calibrate"),
    ],
)
def test_what_is_not_calibrated_is_refused(
    tmp_path: Path, path: str, calibration: Calibration | None, fmr: float, reason: str
) -> None:
    """Another rate, weights without a calibration, and one without false matches: 409, and what to do."""
    with client_of(people_server(tmp_path, calibration)) as client:
        create(client, "people", "reid")
        answer = client.post(path, params={"fmr": fmr}, files=forms([1, 2]))
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:likeness:problem:not-calibrated")
    assert reason in answer.json()["detail"]


@pytest.mark.parametrize(
    ("parameters", "status", "kind"),
    [
        ({"collection": "nobody"}, 404, "unknown-collection"),
        ({"filter": "{"}, 422, "invalid-filter"),
        ({"leave_out_camera": "a\0b"}, 422, "invalid-filter"),
        ({"fmr": "often"}, 422, None),
        ({"k": 201}, 422, None),
    ],
)
def test_parameters_that_cannot_be_used_are_refused(
    people: TestClient, parameters: Any, status: int, kind: str | None
) -> None:
    """As every search does."""
    answer = ask(people, [1], **{"k": 3, **parameters})
    assert answer.status_code == status
    if kind is not None:
        assert answer.json()["type"] == f"urn:likeness:problem:{kind}"


def test_shoes_are_no_people(people: TestClient) -> None:
    """A collection of another model is searched with that."""
    create(people, "shoes", "sketch")
    answer = ask(people, [1], collection="shoes")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:likeness:problem:wrong-model")


def test_one_search_does_not_overflow_a_short_queue(tmp_path: Path) -> None:
    """A track of many crops is embedded though only one may wait at a time."""
    with client_of(people_server(tmp_path, queue_size=1)) as client:
        create(client, "people", "reid")
        put(client, "a", 1, collection="people")
        assert ask(client, range(9)).status_code == 200
        assert compare(client, (1, 2)).status_code == 200


def test_searches_for_people_are_noted(tmp_path: Path) -> None:
    """In a personal collection each search is one line, however many crops were one query; comparing leaves none."""
    server = people_server(tmp_path)
    with client_of(server) as client:
        create(client, "people", "reid")
        put(client, "a", 1, collection="people")
        assert client.patch("/v1/collections/people", json={"personal": True}).status_code == 200
        answers = [
            ask(client, [1]),
            ask(client, [1, 2, 3], fmr=0.001),
            ask(client, [1], fmr=0.5),
            compare(client, [1, 2]),
        ]
        assert [answer.status_code for answer in answers] == [200, 200, 409, 200]
        lines = server.state.services.catalogue.noted_searches("people")
        assert [(line.collection, line.query, line.hits, line.caller) for line in lines] == [
            ("people", "picture", 1, "-")
        ] * 2
