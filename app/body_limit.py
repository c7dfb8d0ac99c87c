"""Refuses bodies that are too large before they take memory."""

from __future__ import annotations

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import of_status


class BodyTooLarge(HTTPException):
    """More came than may come; FastAPI lets its own kind of exception through when it reads a body."""

    def __init__(self, limit: int) -> None:
        """Say how much may come."""
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The request's body is larger than {limit:,} bytes.")


class BodyLimit:
    """Middleware: refuses a body that says it is too large, and stops reading one that turns out to be."""

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
            await of_status(scope["path"], error.status_code, error.detail)(scope, receive, send)
            return
        read = 0

        async def counted_receive() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit:
                raise BodyTooLarge(self._limit)
            return message

        await self._app(scope, counted_receive, send)


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
