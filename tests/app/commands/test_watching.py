"""`likeness index watch`: what is due is built with the weights in use, again and again, and it can be told to stop."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.commands.watching import keep_looking
from tests.app.commands.conftest import Run, Shipped
from tests.app.commands.test_index import answer


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Give back what the process does with SIGTERM."""
    kept = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, kept)


def test_a_due_index_is_built_once_and_told_of(run: Run, shipped: Shipped, pictures: Path) -> None:
    """Rolled back to before some pictures came, an index is behind; one look builds it, a second finds nothing due."""
    answer(run, "build", "shoes", "--source", pictures)
    shutil.copy(pictures / "0.png", pictures / "again.png")
    answer(run, "build", "shoes", "--source", pictures)
    answer(run, "rollback", "shoes")
    result = run("index", "watch", "--bound", 0, "--once", "--json")
    assert result.exit_code == 0
    (line,) = result.stdout.splitlines()
    report = json.loads(line)
    assert (report["collection"], report["generation"], report["count"], report["embedded"]) == ("shoes", 3, 8, 0)
    assert run("index", "watch", "--bound", 0, "--once", "--json").stdout == ""
    answer(run, "rollback", "shoes")
    answer(run, "rollback", "shoes")
    assert run("index", "watch", "shoes", "--bound", 0, "--once").stdout == "shoes: generation 4 holds 8 vectors.\n"


def test_the_weights_in_use_are_kept(run: Run, shipped: Shipped, pictures: Path) -> None:
    """New weights that were shipped meanwhile are not what a watcher builds with: that is for people to decide."""
    answer(run, "build", "shoes", "--source", pictures)
    shutil.copy(pictures / "0.png", pictures / "again.png")
    answer(run, "build", "shoes", "--source", pictures)
    answer(run, "rollback", "shoes")
    shipped.change()
    report = json.loads(run("index", "watch", "--bound", 0, "--once", "--json").stdout)
    assert (report["digest"], report["embedded"]) == (shipped.checkpoints[0].digest, 0)


def test_what_changed_little_is_left_alone(run: Run, shipped: Shipped, pictures: Path) -> None:
    """Below the bound, the usual one or another, nothing is built."""
    answer(run, "build", "shoes", "--source", pictures)
    for bound in ((), ("--bound", 7)):
        result = run("index", "watch", *bound, "--once")
        assert (result.exit_code, result.stdout) == (0, "")


def test_a_failure_is_a_sentence_and_an_exit_code(run: Run, shipped: Shipped, pictures: Path) -> None:
    """A schedule learns by the exit code that something failed, and a person by the line; the rest is built."""
    answer(run, "build", "shoes", "--source", pictures)
    result = run("index", "watch", "hats", "shoes", "--bound", 0, "--once")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "hats" in result.stderr


class Enough(Exception):
    """The test has seen what it wanted to see."""


def test_it_looks_again_after_every_pause() -> None:
    """Looks and pauses take turns, beginning with a look, until something ends them."""
    course: list[object] = []

    def pause(seconds: float) -> None:
        course.append(seconds)
        if len(course) == 6:
            raise Enough

    with pytest.raises(Enough):
        keep_looking(lambda: course.append("look"), 7.5, pause)
    assert course == ["look", 7.5] * 3


def test_sigterm_ends_it_in_order(run: Run, shipped: Shipped, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs it as a service stops it as one, with exit code 0."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("app.commands.watching.look_once", lambda *_: signal.raise_signal(signal.SIGTERM))
    assert run("index", "watch").exit_code == 0
