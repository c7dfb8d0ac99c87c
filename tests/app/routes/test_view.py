"""What a network sees, over HTTP."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from models.images import decode
from tests.app.serving import png, put
from tests.models.fakes import FakePredictor, prepare_item


def grey(answer: Any) -> Any:
    """Decode a view."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.mode == "L"
        return np.asarray(image).copy()


@pytest.mark.parametrize("parameters", [{}, {"collection": "shoes"}])
def test_a_drawing_is_shown_as_the_network_sees_it(parameters: dict[str, str], client: TestClient) -> None:
    """The view is what the model prepares, with and without a collection named."""
    answer = client.post("/v1/view/fake", params=parameters, files={"image": png(4)})
    predictor = FakePredictor()
    assert np.array_equal(grey(answer), predictor.view_query(predictor.prepare_query(decode(png(4)))))


def test_strokes_are_shown_too(client: TestClient) -> None:
    """The same body as a search's."""
    assert grey(client.post("/v1/view/fake", json={"strokes": [[[0, 0], [5, 5]]]})).min() == 0


def test_an_item_is_shown_as_the_network_sees_it(client: TestClient) -> None:
    """Keys may hold slashes."""
    put(client, "x/y/z", 6)
    assert np.array_equal(grey(client.get("/v1/view/shoes/x/y/z")), prepare_item(decode(png(6)))[0].numpy())


@pytest.mark.parametrize(
    ("path", "parameters", "status", "kind"),
    [
        ("/v1/view/hat", {}, 404, "unknown-model"),
        ("/v1/view/fake", {"collection": "hats"}, 404, "unknown-collection"),
        ("/v1/view/other", {"collection": "shoes"}, 409, "wrong-model"),
    ],
)
def test_what_cannot_be_shown_is_refused(
    path: str, parameters: dict[str, str], status: int, kind: str, client: TestClient
) -> None:
    """The same problems as a search's."""
    answer = client.post(path, params=parameters, files={"image": png(1)})
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:likeness:problem:{kind}")


def test_an_empty_drawing_has_no_view(client: TestClient) -> None:
    """White paper is a 422."""
    answer = client.post("/v1/view/fake", json={"strokes": []})
    assert answer.json()["type"] == "urn:likeness:problem:empty-drawing"
    assert client.get("/v1/view/shoes/missing").status_code == 404
