"""Connections: what is bounded before a request is one, for the application sees it only once its head is complete."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.problems import of_status

HEAD_BYTES = 65_536
"""Of a request's first line and headers; a read from the socket more may have been taken in when it is noticed."""
HEAD_S = 15.0
"""Seconds from the first byte of a head, or from the beginning of a connection, to the end of the head.

Also how long what comes after an answer, and is no request, keeps a connection open.
"""

REFUSED_HEADS = "likeness.refused_heads"
"""Where the state of an application's lifespan holds whoever wants to hear of refused heads."""
HeadObserver = Callable[[int, float], None]
"""Is told the status that a head was refused with, and the seconds since it began."""


class BoundedHeads(HttpToolsProtocol):
    """One connection. Heads that do not end, or come too slowly, end it, so that they hold no memory for long.

    Of those the application does not hear; `REFUSED_HEADS` does.
    """

    _timer: asyncio.TimerHandle | None = None
    _began = 0.0
    _in_head = True
    _is_mixed = False
    _taken = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn's own
        """Wait for the first head."""
        super().connection_made(transport)
        self._began = time.monotonic()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._unwatch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come, and end the connection if the head it belongs to is too large."""
        self._is_mixed = False
        if self._timer is None:
            # Whatever comes now, nothing was waited for: if a head begins, it begins here.
            self._began = time.monotonic()
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._in_head:
            self._watch()
            # Of a read that ended another request too, it is not known how much belongs to this head.
            self._taken += 1 if self._is_mixed else len(data)
            if self._taken > HEAD_BYTES:
                self._end_head()
        elif not self._is_answering:
            # Empty lines, or a body that nobody reads any more: uvicorn has let its own timer go.
            self._watch()

    def on_message_begin(self) -> None:
        """Begin a head."""
        self._in_head, self._taken = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Let the application have the request."""
        self._in_head = False
        self._unwatch()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that what is being read belongs to more than one request."""
        self._is_mixed = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, in the form of all other errors."""
        self._refuse(HTTPStatus.BAD_REQUEST, msg)

    @property
    def _is_answering(self) -> bool:
        # Not what uvicorn declares: there is none before the first request.
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _end_head(self) -> None:
        if self._is_answering:
            # Nothing more is taken in until the request before this one is answered; uvicorn resumes then.
            self.flow.pause_reading()
        else:
            detail = f"The request's line and headers are larger than {HEAD_BYTES:,} bytes."
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, detail)

    def _watch(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(HEAD_S, self._give_up)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if self._is_answering:
            self._watch()
        elif self._in_head and self._taken:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The request's headers came too slowly.")
        else:
            self.transport.close()

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        observe: HeadObserver | None = self.app_state.get(REFUSED_HEADS)
        # What goes wrong within a body, or behind a request, ends one that the application counts.
        if observe is not None and not self._is_answering:
            observe(status, time.monotonic() - self._began)
        answer = of_status("/", status, detail, {"Connection": "close"})
        head = b"".join(b"%s: %s\r\n" % header for header in answer.raw_headers)
        self.transport.write(f"HTTP/1.1 {status} {status.phrase}\r\n".encode() + head + b"\r\n" + bytes(answer.body))
        self.transport.close()
