"""The supervisor: as many workers as asked for, whatever becomes of them, and none of them left in the end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Iterator
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Never

import pytest

from app.commands.sentences import Refusal
from app.commands.serving import stop
from app.commands.supervisor import LONGEST_PAUSE_S, Supervisor, pause_after

PATIENCE = 300.0


class Enough(Exception):
    """The test has seen what it wanted to see."""


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    """A socket of this machine, which somebody must close."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _ends_by_signal() -> Iterator[None]:
    """Let a worker end the supervisor's run by a signal, as an operator does, and leave nobody behind."""

    def enough(*_: object) -> Never:
        raise Enough

    kept = signal.signal(signal.SIGUSR1, enough)
    yield
    signal.signal(signal.SIGUSR1, kept)
    assert multiprocessing.active_children() == []


def obey(taken: socket.socket, ready: Connection, number: int, folder: Path) -> None:
    """Say that this one answers, and then do nothing but obey; the third process of all ends the test."""
    signal.signal(signal.SIGTERM, stop)
    (folder / f"{os.getpid()}").write_text(str(number))
    again = len(list(folder.iterdir())) > 2
    ready.send(number)
    if again:
        os.kill(os.getppid(), signal.SIGUSR1)
    while True:
        signal.pause()


def disobey(taken: socket.socket, ready: Connection, number: int) -> None:
    """Answer, and take no notice of being told to end."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ready.send(number)
    while True:
        signal.pause()


def fail(taken: socket.socket, ready: Connection, number: int) -> None:
    """End at once, as the second worker does; the first one obeys."""
    if number:
        sys.exit(3)
    signal.signal(signal.SIGTERM, stop)
    ready.send(number)
    while True:
        signal.pause()


def accept(taken: socket.socket, ready: Connection, number: int) -> None:
    """Answer one caller with this worker's number."""
    ready.send(number)
    caller, _ = taken.accept()
    with caller:
        caller.sendall(str(number).encode())
    signal.pause()


def enough() -> Never:
    """End the run as soon as all answer."""
    raise Enough


def started(folder: Path) -> dict[int, int]:
    """Return the number that each process had."""
    return {int(path.name): int(path.read_text()) for path in folder.iterdir()}


def test_all_answer_before_the_server_says_so_and_all_end_with_it(taken: socket.socket, tmp_path: Path) -> None:
    """When the supervisor tells that it serves, every worker has started; when it ends, none is left, and no port."""
    seen: list[int] = []

    def serving() -> None:
        seen.extend(started(tmp_path).values())
        raise Enough

    with pytest.raises(Enough):
        Supervisor(taken, partial(obey, folder=tmp_path), 2, PATIENCE).run(serving)
    assert sorted(seen) == [0, 1]
    assert taken.fileno() == -1


def test_a_worker_that_is_killed_is_followed_by_another(taken: socket.socket, tmp_path: Path) -> None:
    """SIGKILL takes one of two; another process takes its place and number, and nobody else is disturbed."""
    told: list[str] = []

    def serving() -> None:
        told.append("serving")
        victim = next(process for process, number in started(tmp_path).items() if number == 1)
        os.kill(victim, signal.SIGKILL)

    with pytest.raises(Enough):
        Supervisor(taken, partial(obey, folder=tmp_path), 2, PATIENCE).run(serving)
    assert sorted(started(tmp_path).values()) == [0, 1, 1]
    assert told == ["serving"]


def test_a_worker_that_cannot_start_ends_the_server(taken: socket.socket) -> None:
    """If one fails before all have answered once, the others end too, and a sentence says so."""
    with pytest.raises(Refusal, match="could not start"):
        Supervisor(taken, fail, 2, PATIENCE).run(enough)
    assert taken.fileno() == -1


def test_who_does_not_end_is_killed(taken: socket.socket) -> None:
    """A worker that takes no notice of the order has its patience, here none, and no more."""
    with pytest.raises(Enough):
        Supervisor(taken, disobey, 1, 0.0).run(enough)


def test_workers_accept_from_the_same_socket(taken: socket.socket) -> None:
    """Two workers that take one caller each answer two callers of one port."""
    address = taken.getsockname()
    answers: list[bytes] = []

    def serving() -> None:
        for _ in range(2):
            with socket.create_connection(address) as caller:
                answers.append(caller.recv(1))
        raise Enough

    with pytest.raises(Enough):
        Supervisor(taken, accept, 2, PATIENCE).run(serving)
    assert sorted(answers) == [b"0", b"1"]


def test_pauses_double_up_to_a_bound() -> None:
    """Who served is followed at once; who fails again and again is tried less and less often, but for ever."""
    pauses: list[float] = list(map(pause_after, range(1000)))
    assert pauses[:6] == [0, 1, 2, 4, 8, 16]
    assert set(pauses[6:]) == {LONGEST_PAUSE_S}
