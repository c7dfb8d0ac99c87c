"""Models over HTTP."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from models import predictor
from models.registry import spec
from tests.app.serving import client_of, png, search, settings_in


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


def test_a_model_without_weights_is_listed_and_its_use_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A system that never was trained disturbs nobody; whoever wants it learns how it is trained."""
    untrained = replace(spec("sketch"), name="untrained")
    monkeypatch.setattr(predictor, "embedding_spec", {"untrained": untrained}.__getitem__)
    with client_of(create_app(settings_in(tmp_path), specs={"untrained": untrained})) as client:
        assert client.get("/v1/models/untrained").json()["checkpoints"] == []
        assert client.post("/v1/collections", json={"name": "things", "model": "untrained"}).status_code == 201
        answer = search(client, png(1), "untrained", collection="things")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:likeness:problem:missing-checkpoint")
    assert "likeness models train untrained --data DIR" in answer.json()["detail"]
