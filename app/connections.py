"""Connections: what is bounded before a request is one, for the application sees it only once its head is complete."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.problems import of_status

HEAD_BYTES = 65_536
"""Of a request's first line and headers; a read from the socket more may have been taken in when it is noticed."""
HEAD_S = 15.0
"""Seconds from the first byte of a head, or from the beginning of a connection, to the end of the head."""


class BoundedHeads(HttpToolsProtocol):
    """One connection. Heads that do not end, or come too slowly, end it, so that they hold no memory for long."""

    _timer: asyncio.TimerHandle | None = None
    _in_head = True
    _taken = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn's own
        """Wait for the first head."""
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._unwatch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come, and end the connection if the head it belongs to is too large."""
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        self._watch()
        self._taken += len(data)
        if self._taken > HEAD_BYTES:
            detail = f"The request's line and headers are larger than {HEAD_BYTES:,} bytes."
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, detail)

    def on_message_begin(self) -> None:
        """Begin a head."""
        self._in_head, self._taken = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Let the application have the request."""
        self._in_head = False
        self._unwatch()
        super().on_headers_complete()

    def _watch(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(HEAD_S, self._give_up)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        # Not what uvicorn declares: there is none before the first request.
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            # The request before this one is being answered on the same connection.
            self._watch()
        elif self._taken:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The request's headers came too slowly.")
        else:
            self.transport.close()

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        answer = of_status("/", status, detail, {"Connection": "close"})
        head = b"".join(b"%s: %s\r\n" % header for header in answer.raw_headers)
        self.transport.write(f"HTTP/1.1 {status} {status.phrase}\r\n".encode() + head + b"\r\n" + bytes(answer.body))
        self.transport.close()
