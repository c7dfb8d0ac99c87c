"""`likeness serve`: what happens before the first request can be answered."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.commands.sentences import Refusal
from app.commands.serve import address_of, take_socket
from tests.app.commands.conftest import Run


@pytest.fixture
def signals() -> Iterator[None]:
    """Give back what the process does with signals."""
    kept = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, kept)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])  # noqa: S104 (it is closed at once)
def test_any_free_port_can_be_taken(host: str) -> None:
    """Port 0 takes a free one, and whoever comes second is told."""
    with take_socket(host, 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        assert port > 0
        with pytest.raises(Refusal, match=f"Port {port} of {host} cannot be taken .*--port"):
            take_socket(host, port)
    with take_socket(host, port) as again:
        assert again.getsockname()[1] == port


@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.host.invalid"])
def test_an_address_of_another_machine_cannot_be_taken(host: str) -> None:
    """A host that is not this one is a sentence, not a traceback."""
    with pytest.raises(Refusal, match=host):
        take_socket(host, 0)


def test_a_taken_port_ends_the_command_before_anything_slow(home: Path, run: Run, signals: None) -> None:
    """Who starts a second server on the same port learns it at once, and no data folder is made."""
    with socket.create_server(("127.0.0.1", 0)) as busy:
        result = run("serve", "--port", busy.getsockname()[1])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "--port" in result.stderr
    assert not home.exists()


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("LIKENESS_DEVICE", "abacus", "abacus"),
        ("LIKENESS_DATABASE_URL", "nonsense", "database"),
        ("LIKENESS_PORT", "many", "LIKENESS_PORT"),
        ("LIKENESS_HOST", "203.0.113.7", "203.0.113.7"),
    ],
)
def test_what_was_set_wrongly_is_a_sentence(
    home: Path, run: Run, signals: None, monkeypatch: pytest.MonkeyPatch, name: str, value: str, word: str
) -> None:
    """An operator's mistake ends the command with exit code 2 and one line, before the server runs."""
    monkeypatch.setenv("LIKENESS_PORT", "0")
    monkeypatch.setenv(name, value)
    result = run("serve")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert word in result.stderr


def test_a_server_that_gives_up_ends_the_command_with_a_sentence(
    home: Path, run: Run, signals: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes wrong while the server starts is in its log; the command ends as all failed commands do."""

    def give_up() -> None:
        message = "Nothing works."
        raise OSError(message)

    @asynccontextmanager
    async def fail(app: FastAPI) -> AsyncIterator[None]:
        give_up()
        yield

    monkeypatch.setattr("app.main.create_app", lambda _, **__: FastAPI(lifespan=fail))
    monkeypatch.setattr("app.telemetry.configure_logging", lambda _: None)
    result = run("serve", "--port", 0)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "could not start" in result.stderr


@pytest.mark.parametrize(("host", "warned"), [("127.0.0.1", False), ("0.0.0.0", True)])  # noqa: S104 (it stops at once)
def test_a_server_tells_its_address_and_who_else_reaches_it(
    home: Path, run: Run, signals: None, monkeypatch: pytest.MonkeyPatch, host: str, warned: bool
) -> None:
    """Once requests are answered the address is on stdout, and whoever serves to others is told of TLS on stderr."""

    @asynccontextmanager
    async def stop_soon(app: FastAPI) -> AsyncIterator[None]:
        asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGTERM)
        yield

    monkeypatch.setattr("app.main.create_app", lambda _, **__: FastAPI(lifespan=stop_soon))
    monkeypatch.setattr("app.telemetry.configure_logging", lambda _: None)
    run("keys", "create", "first")
    result = run("serve", "--host", host, "--port", 0, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["url"].startswith("http://127.0.0.1:")
    assert ("TLS" in result.stderr) is warned


def test_a_server_that_others_reach_does_not_start_without_keys(home: Path, run: Run, signals: None) -> None:
    """Beyond loopback somebody must hold a key first; the sentence says how to make one."""
    result = run("serve", "--host", "0.0.0.0", "--port", 0)  # noqa: S104 (it stops at once)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "likeness keys create" in result.stderr


def test_workers_are_counted_from_one(run: Run) -> None:
    """No processes at all are refused, before anything begins."""
    result = run("serve", "--workers", 0)
    assert result.exit_code == 2
    assert "--workers" in result.stderr


def test_an_address_is_one_a_browser_takes() -> None:
    """IPv6 addresses stand in brackets; a server on all addresses is reached on this machine's own."""
    assert address_of("127.0.0.1", 8000) == "http://127.0.0.1:8000"
    assert address_of("::1", 80) == "http://[::1]:80"
    assert address_of("0.0.0.0", 8000) == "http://127.0.0.1:8000"  # noqa: S104 (nothing listens)
    assert address_of("::", 8000) == "http://[::1]:8000"
