"""Lets requests that compute in, while there is a place for them, before anything else of them is looked at."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import cast

from starlette.types import ASGIApp, Receive, Scope, Send

from app.admission import Admission, ServerBusy
from app.problems import of_error

_COMPUTING = {
    "GET": re.compile(r"/v1/view/.+/.+", re.DOTALL),
    "POST": re.compile(
        r"/v1/(search/(?!similar/).+|view/.+|embed/.+|compare/.+|tags|collections/[^/]+/items)", re.DOTALL
    ),
    "PUT": re.compile(r"/v1/collections/[^/]+/items/.*", re.DOTALL),
}


def computes(method: str, path: str) -> bool:
    """Whether a request decodes a picture or asks a network."""
    pattern = _COMPUTING.get(method)
    return pattern is not None and pattern.fullmatch(path) is not None


class Admitting:
    """Middleware: holds a place for each request that computes, until its answer is sent.

    Before the router, for under too much load most of what a server does is to refuse.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`, whose state has the server's parts once it runs."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        with ExitStack() as held:
            if scope["type"] == "http" and computes(scope["method"], scope["path"]):
                admission = cast("Admission", scope["app"].state.services.admission)
                try:
                    held.enter_context(admission.place())
                except ServerBusy as error:
                    await of_error(scope["path"], error)(scope, receive, send)
                    return
            await self._app(scope, receive, send)
