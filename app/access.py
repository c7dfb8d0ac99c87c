"""Who may talk to a server on this machine: no web page but its own."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.problems import of_status

_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class LoopbackOnly:
    """Middleware for a server that listens on loopback.

    Any web page may make its reader's browser send requests to 127.0.0.1. So a request must carry a name of this
    machine as Host, which a page of a foreign name that was pointed here cannot do, and its Origin, if it has one,
    must be this server's own.
    """

    def __init__(self, app: ASGIApp, allowed_hosts: Collection[str] = ()) -> None:
        """Wrap `app`; `allowed_hosts` are names that a proxy on this machine passes on."""
        self._app = app
        self._names = _LOCAL_NAMES | {name.lower() for name in allowed_hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            refusal = self._refusal(headers.get("host", ""), headers.get("origin"))
            if refusal is not None:
                await of_status(scope["path"], HTTPStatus.FORBIDDEN, refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, host: str, origin: str | None) -> str | None:
        if _host_name(host) not in self._names:
            return f"This server answers to localhost only, not to {host!r}; set LIKENESS_ALLOWED_HOSTS to allow it."
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return f"A page of {origin!r} may not use this server."
        return None


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _host_name(host: str) -> str | None:
    """Take the port off a Host header."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
