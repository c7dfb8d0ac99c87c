"""How sure a search is of its hits, and when it says that nothing matched, over HTTP."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from models.calibration import Calibration
from tests.app.serving import application, client_of, create, png, put, search
from tests.models.fakes import DIGEST, FakePredictor

CURVE = Calibration(slope=6.0, intercept=-5.0, items=20, threshold=0.5)
STROKES = [[[0.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [0.5, 0.5]]]


def calibrated(model: str, digest: str | None) -> Any:
    """Load the fake model with weights that are calibrated."""
    return FakePredictor(digest=digest or DIGEST, name=model, calibration=CURVE)


@pytest.fixture
def sure(tmp_path: Path) -> Iterator[TestClient]:
    """A server whose model is calibrated, with an empty collection."""
    with client_of(application(tmp_path, calibrated)) as client:
        create(client)
        yield client


def by_bayes(score: float, items: int) -> float:
    """The curve's odds, with the chance that it was learnt with taken out and that of 1 in `items` put in."""
    odds = math.exp(CURVE.slope * score + CURVE.intercept) / (1 / 19) * (1 / (items - 1))
    return odds / (1 + odds)


def test_every_hit_says_how_likely_it_is(sure: TestClient) -> None:
    """By Bayes, for pictures and strokes; the more items there are the less the same score says."""
    for count in (3, 9):
        for seed in range(count):
            put(sure, str(seed), seed)
        for answer in (search(sure, png(1)), sure.post("/v1/search/fake", json={"strokes": STROKES})):
            hits = answer.json()["hits"]
            assert len(hits) == count
            for hit in hits:
                assert hit["probability"] == pytest.approx(by_bayes(hit["score"], count), rel=1e-6)


def test_a_filter_says_among_how_many_it_is(sure: TestClient) -> None:
    """Who knows that it is red has fewer to mistake it for."""
    for seed in range(10):
        put(sure, str(seed), seed, {"red": seed < 3})
    (first, *_) = search(sure, png(1), k=1, filter=json.dumps({"red": True})).json()["hits"]
    assert first["probability"] == pytest.approx(by_bayes(first["score"], 3), rel=1e-6)
    (first, *_) = search(sure, png(1), k=1).json()["hits"]
    assert first["probability"] == pytest.approx(by_bayes(first["score"], 10), rel=1e-6)


def test_one_item_alone_is_not_certain(sure: TestClient) -> None:
    """That there is nothing else to find does not make it the thing drawn."""
    put(sure, "a", 1)
    (hit,) = search(sure, png(1)).json()["hits"]
    assert hit["probability"] == pytest.approx(by_bayes(hit["score"], 2), rel=1e-6)


def test_a_match_reaches_the_threshold_of_the_weights(sure: TestClient) -> None:
    """Unless the collection states its own, the weights' own decides; hits come either way."""
    for seed in range(5):
        put(sure, str(seed), seed)
    for seed in (1, 2, 300, 301, 302, 303):
        answer = search(sure, png(seed)).json()
        assert answer["matched"] is (answer["hits"][0]["score"] >= CURVE.threshold)
        assert len(answer["hits"]) == 5
    assert search(sure, png(1)).json()["matched"] is True


def test_a_collection_decides_for_itself(sure: TestClient) -> None:
    """Its own threshold holds for the next search, just reached or just missed, until it is null again."""
    put(sure, "a", 1)
    score = search(sure, png(300)).json()["hits"][0]["score"]
    plain = search(sure, png(300)).json()["matched"]
    for threshold, matched in ((score, True), (score + 1e-6, False), (-1, True), (1, False), (None, plain)):
        changed = sure.patch("/v1/collections/shoes", json={"threshold": threshold})
        assert changed.json()["threshold"] == threshold
        assert search(sure, png(300)).json()["matched"] is matched


def test_nothing_found_is_nothing_matched(sure: TestClient) -> None:
    """An empty collection, and a filter that keeps nothing, match nothing, however low the threshold."""
    assert search(sure, png(1)).json()["matched"] is False
    put(sure, "a", 1)
    sure.patch("/v1/collections/shoes", json={"threshold": -1})
    answer = search(sure, png(1), filter=json.dumps({"red": True})).json()
    assert (answer["hits"], answer["matched"]) == ([], False)


def test_where_nothing_was_drawn_nothing_is_said(sure: TestClient) -> None:
    """Likeness of items, and to a query that marks have moved, was not calibrated: both are null."""
    for seed in range(4):
        put(sure, str(seed), seed)
    similar = sure.post("/v1/search/similar/shoes/1")
    moved = sure.post("/v1/search/refine", json={"strokes": STROKES, "liked": ["2"]})
    by_item = sure.post("/v1/search/refine", json={"item": "1", "disliked": ["2"]})
    for answer in (similar, moved, by_item):
        found = answer.json()
        assert found["hits"]
        assert {hit["probability"] for hit in found["hits"]} == {None}
        assert found["matched"] is None
    # A drawing that nobody marked yet, or whose marks are all gone, is what it was.
    for marks in ({}, {"liked": ["gone"]}):
        found = sure.post("/v1/search/refine", json={"strokes": STROKES, **marks}).json()
        plain = sure.post("/v1/search/fake", json={"strokes": STROKES}).json()
        assert (found["hits"], found["matched"]) == (plain["hits"], plain["matched"])


def test_without_a_calibration_nothing_is_claimed(client: TestClient) -> None:
    """Both are null; a collection's own threshold still tells matches, for it needs no curve."""
    put(client, "a", 1)
    answer = search(client, png(1)).json()
    assert (answer["hits"][0]["probability"], answer["matched"]) == (None, None)
    client.patch("/v1/collections/shoes", json={"threshold": 0.5})
    answer = search(client, png(1)).json()
    assert (answer["hits"][0]["probability"], answer["matched"]) == (None, True)
