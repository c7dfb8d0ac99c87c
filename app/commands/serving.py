"""One process that answers requests, by itself or as one of several workers."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Never

from app.commands.starting import collect_seldom

if TYPE_CHECKING:
    from app.settings import Settings
    from app.shared_metrics import SharedMetrics

BACKLOG = 2048
LAST_REQUESTS_S = 10
"""How long requests under way may take to finish once the server was told to stop, in seconds."""


def answer(
    taken: socket.socket, settings: Settings, started: Callable[[], None], shared: SharedMetrics | None = None
) -> None:
    """Answer requests on a socket until SIGTERM or SIGINT, which are raised again once the last one is answered.

    Args:
        taken: bound already.
        settings: what the operator set.
        started: called once requests are answered.
        shared: where this process counts, if it is one of several.

    Raises:
        SystemExit: with uvicorn's STARTUP_FAILURE if the server cannot start; its log says why.
    """
    import uvicorn

    from app.connections import BoundedHeads
    from app.main import create_app
    from app.telemetry import configure_logging

    class Telling(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                started()

    configure_logging(settings.log_level)
    configuration = uvicorn.Config(
        create_app(settings, shared=shared),
        http=BoundedHeads,
        backlog=BACKLOG,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=LAST_REQUESTS_S,
    )
    Telling(configuration).run(sockets=[taken])


def work(taken: socket.socket, ready: Connection, number: int, settings: Settings, metrics: Path) -> None:
    """Be one worker of a server: answer requests, and stop when told to or when the supervisor is gone.

    Args:
        taken: the socket that all workers share.
        ready: is sent one message once requests are answered, and closed.
        number: of this worker, from 0.
        settings: what the operator set.
        metrics: folder in which all workers count.
    """
    from app.shared_metrics import SharedMetrics

    collect_seldom()
    # Ctrl-C reaches all processes of a terminal; the supervisor is the one that speaks of it.
    for order in (signal.SIGTERM, signal.SIGINT):
        signal.signal(order, stop)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()

    def started() -> None:
        ready.send(number)
        ready.close()

    answer(taken, settings, started, SharedMetrics(metrics, number))


def stop(*_: object) -> Never:
    """Leave in order when told so before the server listens, or after it has answered its last request."""
    raise SystemExit(0)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
