"""Labels over HTTP, of pictures whose labels follow from their colours by hand."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.bodies import MAX_PICTURES
from tests.app.labelling import file_of, keep, labelling_application, names, tag
from tests.app.serving import application, client_of, png
from tests.models.taggers import BLACK, BLUE, GAIN, GREEN, LABELS, RED, WEIGHTS, YELLOW, blocks

MOSTLY_RED = file_of(blocks(RED, RED, RED, GREEN))


@pytest.fixture
def labelling(tmp_path: Path) -> Iterator[TestClient]:
    """A server with calibrated weights."""
    keep(tmp_path)
    with client_of(labelling_application(tmp_path)) as client:
        yield client


def said(answer: Any, label: str, picture: int = 0) -> dict[str, Any]:
    """One label of an answer."""
    assert answer.status_code == 200, answer.text
    (found,) = [one for one in answer.json()["pictures"][picture]["tags"] if one["label"] == label]
    return dict(found)


def test_what_is_sure_enough_is_said(labelling: TestClient) -> None:
    """Each picture in its turn: labels from their thresholds on, its size, and the weights that said it."""
    pictures = (MOSTLY_RED, file_of(blocks(BLACK)), file_of(blocks(BLUE)), file_of(blocks(YELLOW)))
    answer = tag(labelling, *pictures)
    assert [names(answer, place) for place in range(4)] == [["red"], [], ["blue"], ["red", "green", "crimson"]]
    first = answer.json()["pictures"][0]
    assert (first["width"], first["height"]) == (120, 40)
    assert said(answer, "red")["probability"] == pytest.approx(0.9 * 3 / 4, abs=0.01)
    used = answer.json()["model"]
    assert used["name"] == "tiny"
    assert used["checkpoint"] == labelling.get("/v1/models/tiny").json()["checkpoints"][0]["digest"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"k": 2}, ["red", "crimson"]),
        ({"min_probability": 0.2}, ["red", "crimson", "green"]),
        ({"min_probability": 0.2, "k": 1}, ["red"]),
        ({"precision": 0.9}, ["crimson"]),
        ({"labels": ["green", "blue"], "min_probability": 0.1}, ["green"]),
        ({"labels": ["blue"]}, []),
        ({"order": "probability", "min_probability": 0.2, "beam": 1}, ["red", "crimson", "green"]),
        ({"merge": True, "min_probability": 0.2}, ["red", "green"]),
        ({"merge": True, "merge_cosine": 0.999, "min_probability": 0.2}, ["red", "crimson", "green"]),
    ],
    ids=str,
)
def test_what_is_wanted_is_said(labelling: TestClient, parameters: dict[str, Any], expected: list[str]) -> None:
    """So many, those sure enough, those of a precision, those allowed, and what means the same put together."""
    assert names(tag(labelling, MOSTLY_RED, **parameters)) == expected


def test_merged_labels_are_named(labelling: TestClient) -> None:
    """The less probable one stands beside the one that it means the same as."""
    answer = tag(labelling, MOSTLY_RED, merge=True, min_probability=0.2)
    assert said(answer, "red")["merged"] == ["crimson"]
    assert said(answer, "green")["merged"] == []


def test_order_is_that_of_the_path_or_of_probability(labelling: TestClient) -> None:
    """A path says labels by their numbers; red comes before the surer green."""
    picture = file_of(blocks(YELLOW, YELLOW, YELLOW, GREEN))
    assert names(tag(labelling, picture, k=2)) == ["red", "green"]
    assert names(tag(labelling, picture, k=2, order="probability")) == ["green", "red"]


def test_the_region_is_where_the_colour_is(labelling: TestClient) -> None:
    """In pixels of the picture as it was sent, after its rotation, to within a cell of what the network tells apart."""
    picture = blocks(BLUE, BLUE, RED, BLUE, width=100, height=300)
    upright = said(tag(labelling, file_of(picture), min_probability=0.1), "red")["region"]
    assert abs(upright["x"] - 200) <= 50
    assert abs(upright["x"] + upright["width"] - 300) <= 50
    assert (upright["y"], upright["height"]) == (0, 300)
    # Held so that the camera's top is at the left: what lies at its x now lies at y.
    turned = tag(labelling, file_of(picture, orientation=6), min_probability=0.1)
    assert (turned.json()["pictures"][0]["width"], turned.json()["pictures"][0]["height"]) == (300, 400)
    region = said(turned, "red")["region"]
    assert (region["x"], region["width"]) == (0, 300)
    assert (region["y"], region["height"]) == (upright["x"], upright["width"])


def test_evidence_names_the_label_that_gave(labelling: TestClient) -> None:
    """A gain of logarithms is told as a factor; what came first has none."""
    answer = tag(labelling, file_of(blocks(YELLOW)))
    assert said(answer, "red")["evidence"] is None
    factor = pytest.approx(np.exp(GAIN), rel=1e-6)
    assert said(answer, "green")["evidence"] == {"label": "red", "factor": factor, "all_before": factor}


def test_a_picture_shows_where_it_was_seen(labelling: TestClient) -> None:
    """Only where that is asked for: a small one of the same shape to lay over it, reddest where the colour is."""
    picture = file_of(blocks(BLUE, BLACK, BLACK, BLACK, width=200, height=400))
    assert said(tag(labelling, picture, k=1), "blue")["explanation"] is None
    shown = said(tag(labelling, picture, k=1, explain=True), "blue")["explanation"]["picture"]
    kind, _, content = shown.partition(",")
    assert kind == "data:image/png;base64"
    overlay = base64.b64decode(content, validate=True)
    assert len(overlay) < 2000
    with Image.open(io.BytesIO(overlay)) as image:
        rgba = np.asarray(image.convert("RGBA")).astype(int)
    assert rgba.shape == (32, 64, 4)
    assert ((rgba[..., 3] > 0) & (rgba[..., 3] < 255)).all()
    assert (rgba[:, :8, 0] - rgba[:, :8, 2] > 200).all()
    assert (rgba[:, 32:, :3] == 255).all()


def test_so_many_labels_show_where_they_were_seen(labelling: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The most probable ones, in whatever order they stand; an answer would else be as large as somebody likes."""
    monkeypatch.setattr("app.tagging.EXPLAINED_LABELS", 2)
    for order in ("path", "probability"):
        answer = tag(labelling, MOSTLY_RED, min_probability=0, order=order, explain=True)
        shown = [one["label"] for one in answer.json()["pictures"][0]["tags"] if one["explanation"]]
        assert len(names(answer)) > len(shown)
        assert shown == ["red", "crimson"]


def test_unknown_labels_are_told_with_near_spellings(labelling: TestClient) -> None:
    """What is not known is named, with what may be meant; nothing is guessed."""
    answer = tag(labelling, MOSTLY_RED, labels=["red", "grean", "zebra", "a", "b", "c"])
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:likeness:problem:invalid-labels")
    detail = answer.json()["detail"]
    assert "'grean' (is 'green' meant?)" in detail
    assert "'zebra', 'a' and 2 more" in detail


def test_labels_are_listed_with_their_thresholds(labelling: TestClient) -> None:
    """And the precisions that thresholds are fitted for."""
    body = labelling.get("/v1/labels").json()
    assert body["labels"] == [{"label": label, "threshold": 0.5} for label in LABELS]
    assert (body["precisions"], body["calibrated"]) == ([0.9], True)


def test_neighbours_are_the_nearest_by_cosine(labelling: TestClient) -> None:
    """All other labels, nearest first; another number of them where that is asked for."""
    body = labelling.get("/v1/labels/red/neighbours").json()
    rows = WEIGHTS.numpy() / np.linalg.norm(WEIGHTS.numpy(), axis=1, keepdims=True)
    cosines = dict(zip(LABELS, (rows @ rows[0]).tolist(), strict=True))
    assert {one["label"]: one["cosine"] for one in body["neighbours"]} == pytest.approx(
        {label: cosine for label, cosine in cosines.items() if label != "red"}, abs=1e-6
    )
    assert body["neighbours"][0]["label"] == "crimson"
    assert len(labelling.get("/v1/labels/red/neighbours", params={"k": 1}).json()["neighbours"]) == 1
    answer = labelling.get("/v1/labels/rad/neighbours")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:likeness:problem:unknown-label")
    assert "'red' meant" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("contents", "parameters", "status", "kind", "sentence"),
    [
        ([b"text"], {}, 422, "unreadable-picture", "The upload is not"),
        ([MOSTLY_RED, b"text"], {}, 422, "unreadable-picture", "Picture 2 of 2: The upload is not"),
        ([], {}, 415, "unsupported-body", "multipart"),
        ([MOSTLY_RED] * (MAX_PICTURES + 1), {}, 422, "invalid-form", str(MAX_PICTURES)),
        ([MOSTLY_RED], {"precision": 0.8}, 409, "not-calibrated", "but for: 0.9"),
        ([MOSTLY_RED], {"k": 0}, 422, "invalid-request", "query.k"),
        ([MOSTLY_RED], {"precision": 0.9, "k": 2}, 422, "invalid-request", "query.precision: It chooses thresholds"),
        ([MOSTLY_RED], {"precision": 0.9, "min_probability": 0}, 422, "invalid-request", "give one or the other."),
        ([MOSTLY_RED], {"beam": 1000}, 422, "invalid-request", "query.beam"),
        ([MOSTLY_RED], {"order": "up"}, 422, "invalid-request", "query.order"),
        ([MOSTLY_RED], {"model": "fake"}, 409, "wrong-kind", "fake embeds pictures and says no labels"),
        ([MOSTLY_RED], {"model": "shoe"}, 404, "unknown-model", "'shoe' that says labels; there is: tiny"),
        ([MOSTLY_RED], {"checkpoint": "0123456789"}, 404, "unknown-checkpoint", "0123456789"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict | int) else "",
)
def test_what_cannot_be_labelled_is_refused_with_a_sentence(
    labelling: TestClient, contents: list[bytes], parameters: dict[str, Any], status: int, kind: str, sentence: str
) -> None:
    """Pictures, parameters, models and weights that there are not."""
    answer = tag(labelling, *contents, **parameters)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:likeness:problem:{kind}")
    assert sentence in answer.json()["detail"]


def test_kinds_are_told_apart(labelling: TestClient) -> None:
    """The list shows both; a tagger embeds nothing and makes no collection."""
    listed = {one["name"]: (one["kind"], one["dim"]) for one in labelling.get("/v1/models").json()["models"]}
    assert listed == {"fake": ("embed", 8), "other": ("embed", 8), "tiny": ("tag", None)}
    image = {"image": ("q.png", png(1), "image/png")}
    for answer in (
        labelling.post("/v1/search/tiny", files=image),
        labelling.post("/v1/embed/tiny", files=image),
        labelling.post("/v1/view/tiny", files=image),
        labelling.post("/v1/collections", json={"name": "things", "model": "tiny"}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:likeness:problem:wrong-kind")


def test_without_weights_or_a_tagger_it_says_so(tmp_path: Path) -> None:
    """Which command makes weights; and that there is no such model."""
    with client_of(labelling_application(tmp_path / "bare")) as client:
        answer = tag(client, MOSTLY_RED)
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:likeness:problem:missing-checkpoint")
        assert "likeness models train tiny" in answer.json()["detail"]
    with client_of(application(tmp_path / "none")) as client:
        answer = client.get("/v1/labels")
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:likeness:problem:unknown-model")


def test_labelling_is_counted(labelling: TestClient) -> None:
    """The metrics tell how many pictures met the network at once."""
    tag(labelling, *[MOSTLY_RED] * 6)
    exposition = labelling.get("/metrics").text
    assert 'likeness_batch_size_items_sum{model="tiny",side="tags"} 6.0' in exposition
    assert 'likeness_http_request_seconds_count{method="POST",route="/v1/tags",status="200"} 1.0' in exposition
