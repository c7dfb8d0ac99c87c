"""Refuses bodies that are too large before they take memory, and those that come too slowly to wait for."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import of_status

GRACE_S = 20.0
"""Seconds in which nothing of a body has to come."""
LEAST_RATE = 4_000
"""Bytes a second that have to come on average after that; a telephone without credit is faster."""


class BodyTooLarge(HTTPException):
    """More came than may come; FastAPI lets its own kind of exception through when it reads a body."""

    def __init__(self, limit: int) -> None:
        """Say how much may come."""
        detail = f"The request's body is larger than {limit:,} bytes."
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


class BodyTooSlow(HTTPException):
    """A body holds up the others who wait for its place."""

    def __init__(self, read: int) -> None:
        """Say how much has come."""
        detail = f"The request's body comes too slowly: only {read:,} bytes of it have come in time."
        super().__init__(HTTPStatus.REQUEST_TIMEOUT, detail, {"Connection": "close"})


class BodyLimit:
    """Middleware: refuses a body that says it is too large, and stops reading one that turns out to be, or is slow."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        """Wrap `app`; `limit` in bytes."""
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _declared_length(scope) > self._limit:
            error = BodyTooLarge(self._limit)
            await of_status(scope["path"], error.status_code, error.detail, error.headers)(scope, receive, send)
            return
        read, complete = 0, False
        started = asyncio.get_running_loop().time()

        async def counted_receive() -> Message:
            nonlocal read, complete
            if complete:
                # What comes now is the end of the connection, whenever it ends.
                return await receive()
            try:
                async with asyncio.timeout_at(started + GRACE_S + read / LEAST_RATE):
                    message = await receive()
            except TimeoutError:
                raise BodyTooSlow(read) from None
            read += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if read > self._limit:
                raise BodyTooLarge(self._limit)
            return message

        await self._app(scope, counted_receive, send)


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
