"""`likeness serve`: on a socket that was taken before anything slow began, in this process or in several workers."""

from __future__ import annotations

import json
import signal
import socket
import tempfile
from collections.abc import Callable
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Never, TypeAlias

import typer

from app.commands.configuration import check_device, load_settings
from app.commands.keys import require_key
from app.commands.sentences import Refusal
from app.commands.serving import LAST_REQUESTS_S, answer, stop, work
from app.commands.starting import start_anew
from app.commands.stores import opened
from app.commands.supervisor import Supervisor
from app.commands.terminal import AsJson, note

if TYPE_CHECKING:
    from app.settings import Settings

Host: TypeAlias = Annotated[str | None, typer.Option(help="Address to listen on; LIKENESS_HOST unless set.")]
Port: TypeAlias = Annotated[
    int | None, typer.Option(min=0, max=65535, help="Port to listen on, 0 for any; LIKENESS_PORT unless set.")
]
IPV4 = 4
LAST_STEPS_S = 10
"""How long a worker may take to close everything after its last request, in seconds."""


def serve(
    host: Host = None,
    port: Port = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes that share the port and the cores; LIKENESS_WORKERS unless set."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Serve the API and the page until Ctrl-C or SIGTERM."""
    settings = load_settings(host=host, port=port, workers=workers)
    start_anew()
    with take_socket(settings.host, settings.port) as taken:
        serve_on(taken, settings, as_json=as_json)


def serve_on(taken: socket.socket, settings: Settings, *, as_json: bool) -> None:
    """Serve until told to stop; the address is printed once requests are answered."""
    signal.signal(signal.SIGTERM, stop)
    # Background jobs of a shell begin with this signal ignored; uvicorn obeys it, so the exit code must say so.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # What a person set wrongly is told in a sentence here, not in a traceback by the server.
    check_device(settings)
    with opened(settings) as stores:
        require_key(settings, stores.keyring)
    announce = partial(_announce, settings.host, taken.getsockname()[1], as_json=as_json)
    if settings.workers > 1:
        _supervise(taken, settings, announce)
    import uvicorn.config

    try:
        answer(taken, settings, announce)
    except SystemExit as end:
        if end.code != uvicorn.config.STARTUP_FAILURE:
            raise
        message = "The server could not start; its log, above, says why."
        raise Refusal(message) from None


def _supervise(taken: socket.socket, settings: Settings, announce: Callable[[], None]) -> Never:
    """Serve with several processes, each of which imports and loads what it needs by itself."""
    from app.telemetry import configure_logging

    configure_logging(settings.log_level)
    with tempfile.TemporaryDirectory(prefix="likeness-metrics-") as folder:
        target = partial(work, settings=settings, metrics=Path(folder))
        Supervisor(taken, target, settings.workers, LAST_REQUESTS_S + LAST_STEPS_S).run(announce)


def take_socket(host: str, port: int) -> socket.socket:
    """Take an address and port; nobody is answered before something listens there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        taken = socket.socket(family, kind, protocol)
        try:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(address)
        except OSError:
            taken.close()
            raise
    except OSError as error:
        message = (
            f"Port {port} of {host} cannot be taken ({error.strerror}); "
            "stop what listens there, or choose another with --port."
        )
        raise Refusal(message) from None
    return taken


def _announce(host: str, port: int, *, as_json: bool) -> None:
    from app.access import is_loopback

    url = address_of(host, port)
    print(json.dumps({"url": url}) if as_json else f"Likeness is at {url} (Ctrl-C stops it).", flush=True)
    if not is_loopback(host):
        note("Keys cross the network as they are: put a proxy that speaks TLS before this server.")


def address_of(host: str, port: int) -> str:
    """Write the address that a browser on this machine takes."""
    try:
        address = ip_address(host)
    except ValueError:
        return f"http://{host}:{port}"
    if address.is_unspecified:
        address = ip_address("127.0.0.1" if address.version == IPV4 else "::1")
    return f"http://{address}:{port}" if address.version == IPV4 else f"http://[{address}]:{port}"
