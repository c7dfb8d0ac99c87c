"""Health over HTTP."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.main import create_app
from indexer.catalogue import CatalogueUnavailable, Keyring, SqlCatalogue
from models.contracts import MissingCheckpoint
from models.tagging import TaggingPredictor
from tests.app.labelling import file_of, keep, labelling_application, names, store_in, tag, tagger_loader
from tests.app.serving import application, build, client_of, create, load, put, settings_in
from tests.app.test_gate import add_key, bearer
from tests.models.taggers import BLUE, blocks, tiny_spec


def look(client: TestClient, server: FastAPI) -> Any:
    """Have the server look at its collections now, then ask whether it is ready."""
    assert client.portal is not None
    client.portal.call(server.state.services.readiness.look)
    return client.get("/health/ready")


def test_a_server_without_collections_is_ready(server: FastAPI) -> None:
    """There is nothing to wait for."""
    with client_of(server) as client:
        assert look(client, server).json() == {"status": "ready"}


def test_an_empty_collection_is_ready(client: TestClient, server: FastAPI) -> None:
    """Searches find nothing there, at once."""
    assert look(client, server).status_code == 200


def test_it_lives_at_once_and_is_ready_when_models_are_warm(tmp_path: Path) -> None:
    """While a model is being loaded the server lives, and says why it is not ready."""
    with client_of(application(tmp_path)) as client:
        create(client)
        put(client, "a", 1)
    release, asked = threading.Event(), threading.Event()

    def slow(model: str, digest: str | None) -> Any:
        asked.set()
        assert release.wait(60)
        return load(model, digest)

    server = application(tmp_path, slow)
    with client_of(server) as client:
        try:
            assert asked.wait(60), "nothing was loaded beforehand"
            assert client.get("/health/live").json() == {"status": "alive"}
            answer = client.get("/health/ready")
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.json()["reasons"]
        finally:
            release.set()
        assert look(client, server).status_code == 200


def test_missing_weights_make_it_unready_until_they_are_put_back(tmp_path: Path) -> None:
    """The reason is the error's own sentence, and no restart is needed."""
    present = False

    def loader(model: str, digest: str | None) -> Any:
        if not present:
            message = "There is no checkpoint: train one."
            raise MissingCheckpoint(message)
        return load(model, digest)

    server = application(tmp_path, loader)
    with client_of(server) as client:
        create(client)
        answer = look(client, server)
        assert answer.json()["reasons"] == ["shoes: There is no checkpoint: train one."]
        present = True
        assert look(client, server).status_code == 200


def test_a_damaged_index_makes_it_unready(tmp_path: Path) -> None:
    """A published generation that is not what was built is named; the server lives on."""
    server = application(tmp_path)
    with client_of(server) as client:
        create(client)
        for seed in range(3):
            put(client, str(seed), seed)
        parts = server.state.services
        number = build(parts.catalogue, parts.generations, "shoes")
        folder = parts.generations.of(parts.catalogue.collection("shoes").id, "shoes").folder(number)
    for path in folder.glob("index*"):
        path.write_bytes(b"damaged" + path.read_bytes()[7:])
    server = application(tmp_path)
    with client_of(server) as client:
        answer = look(client, server)
        assert answer.status_code == 503
        assert answer.json()["reasons"][0].startswith("shoes: ")
        assert client.get("/health/live").status_code == 200


def test_what_says_labels_is_loaded_beforehand(tmp_path: Path) -> None:
    """Without weights the server is ready; with some it is once they are loaded, before anybody asks for labels."""
    loaded: list[str] = []
    real = tagger_loader(tmp_path)

    def counted(model: str, digest: str | None) -> TaggingPredictor:
        loaded.append(model)
        return real(model, digest)

    specs = {"tiny": tiny_spec()}
    server = create_app(settings_in(tmp_path), predictors=load, taggers=counted, specs=specs)
    with client_of(server) as client:
        assert look(client, server).status_code == 200
        assert not loaded
        keep(tmp_path)
        assert look(client, server).status_code == 200
        assert loaded == ["tiny"]
        assert names(tag(client, file_of(blocks(BLUE)))) == ["blue"]
        assert loaded == ["tiny"]


def test_damaged_weights_that_say_labels_make_it_unready_until_they_are_mended(tmp_path: Path) -> None:
    """So do weights that were promoted and are gone; the reason is the error's own sentence."""
    checkpoint = keep(tmp_path)
    weights = checkpoint.folder / "weights.safetensors"
    sound = weights.read_bytes()
    weights.write_bytes(sound[:-1] + b"?")
    server = labelling_application(tmp_path)
    with client_of(server) as client:
        (reason,) = look(client, server).json()["reasons"]
        assert reason.startswith("tiny: ")
        assert "restore the file" in reason
        weights.write_bytes(sound)
        assert look(client, server).status_code == 200
    store_in(tmp_path).promote(checkpoint)
    shutil.rmtree(checkpoint.folder)
    server = labelling_application(tmp_path)
    with client_of(server) as client:
        (reason,) = look(client, server).json()["reasons"]
        assert checkpoint.digest in reason


def test_strangers_learn_no_reasons(tmp_path: Path) -> None:
    """Where keys are asked for, a stranger is told that the server is not ready; who has a key is told why."""

    def loader(model: str, digest: str | None) -> Any:
        message = "There is no checkpoint in /srv/secret: train one."
        raise MissingCheckpoint(message)

    server = application(tmp_path, loader)
    with client_of(server) as client:
        create(client)
        assert "secret" in look(client, server).text
        headers = bearer(add_key(tmp_path, "first"))
        for wrong in ({}, bearer("likeness_x_y"), {"Authorization": "Basic x"}):
            answer = client.get("/health/ready", headers=wrong)
            assert (answer.status_code, len(answer.json()["reasons"])) == (503, 1)
            assert "secret" not in answer.text
        assert "secret" in client.get("/health/ready", headers=headers).text


@pytest.mark.parametrize("known", [False, True])
def test_a_catalogue_that_is_gone_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool) -> None:
    """While nobody can be known the reason is told only where no key was ever asked for."""
    server = application(tmp_path)
    with client_of(server) as client:
        if known:
            add_key(tmp_path, "first")
            assert client.get("/v1/models").status_code == 401

        def fail(*_: Any) -> None:
            message = "The catalogue at /srv/secret does not answer."
            raise CatalogueUnavailable(message)

        monkeypatch.setattr(SqlCatalogue, "collections", fail)
        monkeypatch.setattr(Keyring, "is_in_use", fail)
        monkeypatch.setattr(Keyring, "find", fail)
        client.headers.update(bearer("likeness_x_y") if known else {})
        answer = look(client, server)
        assert answer.status_code == 503
        assert ("secret" in answer.text) is not known
