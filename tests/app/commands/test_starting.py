"""Starting anew: the same command, once, with the settings that only a starting process reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Never

import pytest

from app.commands.starting import start_anew
from models.startup import STARTUP_ENVIRONMENT
from tests.app.commands.conftest import Run

Starts = list[tuple[str, Sequence[str], Mapping[str, str]]]


class Replaced(Exception):
    """The process would now be another."""


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Starts:
    """Keep what the process would be replaced by, instead of replacing it; nothing of the settings is set."""
    kept: Starts = []

    def replace(path: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Never:
        kept.append((path, arguments, environment))
        raise Replaced

    monkeypatch.setattr(os, "execve", replace)
    for name in STARTUP_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    return kept


def test_a_command_starts_itself_anew_once(started: Starts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same command gets the settings beside its whole environment, and then goes on."""
    monkeypatch.setenv("LIKENESS_TEST", "kept")
    monkeypatch.setenv("GOMP_SPINCOUNT", "17")
    monkeypatch.setattr(sys, "orig_argv", ["python", "-X", "dev", "-m", "app.commands", "serve", "--port", "0"])
    with pytest.raises(Replaced):
        start_anew()
    ((path, arguments, environment),) = started
    assert path == arguments[0] == sys.executable
    assert arguments[1:] == ["-X", "dev", "-m", "app.commands", "serve", "--port", "0"]
    assert environment == {**STARTUP_ENVIRONMENT, **os.environ}
    assert environment["GOMP_SPINCOUNT"] == "17"
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    start_anew()
    assert len(started) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve",),
        ("demo",),
        ("index", "build", "shoes"),
        ("index", "watch"),
        ("models", "train", "sketch", "--data", "."),
        ("models", "evaluate", "sketch", "--data", "."),
    ],
    ids=" ".join,
)
def test_what_computes_starts_itself_anew_first(started: Starts, run: Run, arguments: tuple[str, ...]) -> None:
    """Every command that runs a network for long has the settings before it does anything."""
    with pytest.raises(Replaced):
        run(*arguments)
    assert len(started) == 1


@pytest.mark.parametrize("arguments", [("--help",), ("models", "list"), ("index", "--help")], ids=" ".join)
def test_what_only_looks_does_not(started: Starts, run: Run, arguments: tuple[str, ...]) -> None:
    """Nobody waits twice for a command that is over at once."""
    assert run(*arguments).exit_code == 0
    assert started == []
