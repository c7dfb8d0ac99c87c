"""Keeps the processes of a server alive: starts them, starts one again that died, and ends them together."""

from __future__ import annotations

import logging
import multiprocessing
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Never

from app.commands.sentences import Refusal

LONGEST_PAUSE_S = 30.0
"""A worker that keeps failing before it answers is started again at least this often, in seconds."""

_logger = logging.getLogger("likeness.workers")
# A process that was forked after OpenMP or CUDA began hangs in them.
_SPAWN = multiprocessing.get_context("spawn")

Target = Callable[[socket.socket, Connection, int], None]
"""What a worker runs: with the socket of all, the end of a pipe to send one message on once it answers, its number."""


@dataclass(eq=False)
class Worker:
    """One place among the workers, and the process that holds it at present.

    Attributes:
        number: from 0.
        process: None while it is dead.
        ready: where its message comes, until it has come or cannot come any more.
        answers: whether it has come.
        failures: how many processes in a row ended before they answered.
        due: when the next one is started, by the supervisor's clock in seconds.
    """

    number: int
    process: SpawnProcess | None = None
    ready: Connection | None = None
    answers: bool = False
    failures: int = 0
    due: float = 0.0


class Supervisor:
    """Watches over the workers of one server; what ends `run`, a signal say, ends the workers."""

    def __init__(
        self,
        taken: socket.socket,
        target: Target,
        count: int,
        patience: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start nothing yet.

        Args:
            taken: the socket that all workers accept from; closed as soon as they are told to end.
            target: what each of them runs; it must be importable by name.
            count: how many.
            patience: seconds that they have to end, before they are killed.
            clock: seconds that only rise.
        """
        self._taken = taken
        self._target = target
        self._workers = [Worker(number) for number in range(count)]
        self._patience = patience
        self._clock = clock
        self._serving = False

    def run(self, serving: Callable[[], None]) -> Never:
        """Keep all workers alive; `serving` is called once each of them answers.

        Raises:
            Refusal: a worker ended before all of them had answered once.
        """
        try:
            while True:
                for worker in self._workers:
                    if worker.process is None and worker.due <= self._clock():
                        self._start(worker)
                self._listen()
                if not self._serving and all(worker.answers for worker in self._workers):
                    self._serving = True
                    serving()
        finally:
            self._end()

    def _start(self, worker: Worker) -> None:
        worker.answers = False
        worker.ready, theirs = _SPAWN.Pipe(duplex=False)
        worker.process = _SPAWN.Process(
            target=self._target, args=(self._taken, theirs, worker.number), name=f"likeness-worker-{worker.number}"
        )
        worker.process.start()
        # The only other end is the worker's now: if it dies, this one notices.
        theirs.close()

    def _listen(self) -> None:
        """Wait until a worker answers, dies, or is to be started."""
        begun = {worker.ready: worker for worker in self._workers if worker.ready is not None}
        living = {worker.process.sentinel: worker for worker in self._workers if worker.process is not None}
        due = [worker.due - self._clock() for worker in self._workers if worker.process is None]
        heard = wait([*begun, *living], max(0.0, min(due)) if due else None)
        for ready, worker in begun.items():
            if ready in heard:
                self._note_ready(worker)
        for sentinel, worker in living.items():
            if sentinel in heard:
                self._bury(worker)

    def _note_ready(self, worker: Worker) -> None:
        """Read whether a worker has answered, which it says once, or has ended without."""
        if worker.ready is None:
            return
        try:
            worker.ready.recv()
            worker.answers, worker.failures = True, 0
        except EOFError:
            worker.failures += 1
        worker.ready.close()
        worker.ready = None

    def _bury(self, worker: Worker) -> None:
        """Take note of a worker's death, and of when another process takes its place."""
        if worker.process is None:
            return
        worker.process.join()
        process, worker.process = worker.process, None
        # Its end of the pipe is closed: whether it had answered before it died stands in what is left in it.
        self._note_ready(worker)
        if not self._serving:
            message = "The server could not start; its log, above, says why."
            raise Refusal(message)
        pause = pause_after(worker.failures)
        worker.due = self._clock() + pause
        _logger.warning(
            "Worker %d (process %s) ended with code %s; it is started again %s",
            worker.number,
            process.pid,
            process.exitcode,
            f"in {pause:.0f} s" if pause else "now",
        )

    def _end(self) -> None:
        """Tell all workers to answer their last requests and end, and wait for them."""
        # Whoever connects from now on is refused, not left waiting.
        self._taken.close()
        living = [worker.process for worker in self._workers if worker.process is not None]
        for process in living:
            process.terminate()
        deadline = self._clock() + self._patience
        for process in living:
            process.join(max(0.0, deadline - self._clock()))
            if process.exitcode is None:
                _logger.error("Worker process %s did not end and is killed", process.pid)
                process.kill()
                process.join()


def pause_after(failures: int) -> float:
    """How long to wait, in seconds, before a place is filled again whose last so many processes never answered."""
    return min(LONGEST_PAUSE_S, 2.0 ** min(failures - 1, 10)) if failures else 0.0
