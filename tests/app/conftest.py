"""What the server's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.app.serving import application, client_of, create


@pytest.fixture(autouse=True)
def counts_beside_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the counts of requests in the data folder of the test, and not among the machine's temporary files."""
    monkeypatch.setattr("app.main.rates_file", lambda home: home / "rates")


@pytest.fixture(autouse=True)
def first_key_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let servers hear of their first key at once, where otherwise each test of keys would wait a second."""
    monkeypatch.setattr("app.gate.OPEN_S", 0.0)


@pytest.fixture
def server(tmp_path: Path) -> FastAPI:
    """Make a server that is not started yet."""
    return application(tmp_path)


@pytest.fixture
def client(server: FastAPI) -> Iterator[TestClient]:
    """Start the server, with an empty collection of shoes."""
    with client_of(server) as client:
        create(client)
        yield client
