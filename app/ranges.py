"""Parts of files: what is wrong with a Range header is said as every other error is, not in the framework's words."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import of_status

_PLAIN = "text/plain"


class RangeProblems:
    """Middleware: says in a problem why no part of a file is sent; the framework has a text without a form for it."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or "range" not in Headers(scope=scope):
            await self._app(scope, receive, send)
            return
        refused = False

        async def send_problem(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start":
                problem = _problem(scope["path"], message["status"], Headers(raw=message.get("headers", [])))
                if problem is not None:
                    refused = True
                    await problem(scope, receive, send)
            if not refused:
                await send(message)

        await self._app(scope, receive, send_problem)


def _problem(path: str, status: int, headers: Headers) -> Response | None:
    """Write the framework's refusal anew; None if it is none."""
    if not headers.get("content-type", "").startswith(_PLAIN):
        return None
    if status == HTTPStatus.BAD_REQUEST:
        detail = "The Range header is malformed: write it like bytes=0-1023, or leave it out to be sent all."
        return of_status(path, status, detail)
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        there = headers.get("content-range", "")
        detail = f"The Range header asks for what is not there: the file has {there.rpartition('/')[2]} bytes."
        return of_status(path, status, detail, {"Content-Range": there})
    return None
