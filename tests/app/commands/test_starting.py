"""Starting anew: the same command, once, with the settings that only a starting process reads."""

from __future__ import annotations

import atexit
import gc
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Never

import pytest

from app import commands
from app.commands.starting import COLLECT_EVERY, start_anew
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


LOOKING = """
import sys
from app.commands.configuration import check_device, load_settings
from app.commands.stores import opened
from indexer import maintenance, verification
settings = load_settings(home=sys.argv[1], device="cpu")
check_device(settings)
with opened(settings) as stores:
    stores.checkpoints.all("sketch")
sys.exit("torch" in sys.modules)
"""


def test_what_only_looks_does_not_wait_for_torch(tmp_path: Path) -> None:
    """Keys, generations and weights can be looked at, and workers be watched over, without loading what computes."""
    outcome = subprocess.run([sys.executable, "-c", LOOKING, tmp_path], check=False, cwd=Path(__file__).parents[3])
    assert outcome.returncode == 0


def test_a_command_does_not_look_for_garbage_among_what_it_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a command runs the search for garbage is made rare, and what is there at the end is not searched."""
    told: list[object] = []
    monkeypatch.setattr(gc, "set_threshold", told.append)
    monkeypatch.setattr(atexit, "register", told.append)
    monkeypatch.setattr(commands, "application", lambda: told.append("run"))
    commands.main()
    assert told == [COLLECT_EVERY, gc.freeze, "run"]


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
