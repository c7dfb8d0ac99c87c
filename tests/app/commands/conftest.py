"""Run commands in this process, before a scripted network, with a data folder of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
from typer.testing import CliRunner, Result

from app.commands import application

Run: TypeAlias = Callable[..., Result]


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


@pytest.fixture
def run() -> Run:
    """Run one command line; whatever is no sentence is raised."""

    def run_(*arguments: object, stdin: bytes | None = None) -> Result:
        result = CliRunner().invoke(application, [str(argument) for argument in arguments], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run_
