"""Run commands in this process, before a scripted network, with a data folder of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import numpy as np
import pytest
import torch
from typer.testing import CliRunner, Result

from app.commands import application
from models import predictor, registry
from models.checkpoints import Checkpoint, CheckpointStore
from models.contracts import MissingCheckpoint
from models.devices import Device
from models.images import encode_png
from models.startup import STARTUP_ENVIRONMENT
from tests.models.fakes import FakePredictor, fake_spec

Run: TypeAlias = Callable[..., Result]


@pytest.fixture(autouse=True)
def startup_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a process that was started as it should be, so that no command replaces it by another."""
    for name, value in STARTUP_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@dataclass
class Network:
    """Answers by method and path, and keeps every request."""

    answers: dict[str, Any] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Give the answer kept for a request; an int is a problem of that status."""
        request.read()
        self.requests.append(request)
        answer = self.answers[f"{request.method} {request.url.path}"]
        if isinstance(answer, int):
            problem = {"title": "Refused", "detail": "The server says no.", "status": answer}
            return httpx.Response(answer, json=problem)
        return httpx.Response(200, json=answer)

    def last(self) -> Mapping[str, Any]:
        """Return the parameters of the last request, a filter parsed."""
        parameters: dict[str, Any] = dict(self.requests[-1].url.params)
        if "filter" in parameters:
            parameters["filter"] = json.loads(parameters["filter"])
        return parameters


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """Put a scripted network in place of the real one."""
    script = Network()
    monkeypatch.setattr(httpx, "HTTPTransport", lambda: httpx.MockTransport(script))
    return script


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the commands an empty data folder."""
    monkeypatch.setenv("LIKENESS_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("LIKENESS_DATABASE_URL", raising=False)
    return tmp_path / "var"


@dataclass
class Shipped:
    """Weights of the fake model as if they came with the package; `change` ships others in their place."""

    store: CheckpointStore
    name: str
    checkpoints: list[Checkpoint] = field(default_factory=list)
    predictors: list[FakePredictor] = field(default_factory=list)

    def change(self) -> Checkpoint:
        """Ship new weights, which are the default from now on."""
        tensors = {"weight": torch.full((1,), float(len(self.checkpoints)))}
        self.checkpoints.append(self.store.save(self.name, "brightness", tensors, {"preprocessing": 1}))
        return self.checkpoints[-1]

    def find(self, model: str, reference: str | None = None, **__: object) -> Checkpoint:
        """Find weights, as a store does; there are none of any other model."""
        if model != self.name:
            message = f"There is no checkpoint at all of the model {model}."
            raise MissingCheckpoint(message)
        found = [kept for kept in self.checkpoints if reference is None or kept.digest.startswith(reference)]
        return found[-1]

    def load(self, store: CheckpointStore, model: str, reference: str | None, device: Device) -> FakePredictor:
        """Load a fake that embeds as these weights would."""
        checkpoint = self.find(model, reference)
        loaded = FakePredictor(digest=checkpoint.digest, name=model)
        loaded.checkpoint = checkpoint
        self.predictors.append(loaded)
        return loaded

    @property
    def embedded(self) -> int:
        """How many pictures were embedded so far."""
        return sum(sum(loaded.batches) for loaded in self.predictors)


@pytest.fixture
def shipped(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shipped:
    """Let a fake of the name "sketch" be the only model, with weights that a test can change."""
    weights = Shipped(CheckpointStore(tmp_path / "shipped"), "sketch")
    weights.change()
    monkeypatch.setattr(registry, "specs", lambda: {"sketch": fake_spec("sketch")})
    monkeypatch.setattr(CheckpointStore, "find", weights.find)
    monkeypatch.setattr(predictor, "load_predictor", weights.load)
    return weights


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Make a folder of seven pictures, all different, and a file that is no picture."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    noise = np.random.default_rng(7).integers(0, 256, (7, 16, 16, 3), dtype=np.uint8)
    for number, pixels in enumerate(noise):
        (folder / f"{number}.png").write_bytes(encode_png(pixels))
    (folder / "broken.png").write_bytes(b"no picture")
    return folder


@pytest.fixture
def run() -> Run:
    """Run one command line; whatever is no sentence is raised."""

    def run_(*arguments: object, stdin: bytes | None = None) -> Result:
        result = CliRunner().invoke(application, [str(argument) for argument in arguments], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run_
