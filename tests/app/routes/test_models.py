"""Models over HTTP."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from app.main import create_app
from tests.app.serving import client_of, settings_in


def test_models_describe_themselves(client: TestClient) -> None:
    """Name, kind, length of vectors and networks come from the model's own record."""
    models = client.get("/v1/models").json()["models"]
    assert [model["name"] for model in models] == ["fake", "other"]
    assert models[0] == client.get("/v1/models/fake").json()
    assert (models[0]["kind"], models[0]["dim"], models[0]["networks"]) == ("embed", 8, ["brightness"])
    assert models[0]["checkpoints"] == []


def test_an_unknown_model_is_a_404(client: TestClient) -> None:
    """The answer names those there are."""
    answer = client.get("/v1/models/hat")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:likeness:problem:unknown-model")
    assert "fake, other" in answer.json()["detail"]


def test_the_product_serves_the_models_that_are_found(tmp_path: Path) -> None:
    """Without anything put in their place, the packages under models/ are what is listed."""
    with client_of(create_app(settings_in(tmp_path))) as client:
        assert "sketch" in [model["name"] for model in client.get("/v1/models").json()["models"]]
