"""The page, its files, and the headers under which browsers treat every answer."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.responses import FileResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WEB = Path(__file__).parent.parent / "web"
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ASK_AGAIN = "no-cache"
"""A browser keeps the page's files but asks each time whether they are still the same: there are no build numbers."""

router = APIRouter(include_in_schema=False)


@router.get("/")
async def page() -> FileResponse:
    """Return the page."""
    return FileResponse(WEB / "index.html", headers={"Cache-Control": ASK_AGAIN})


def mount(app: FastAPI) -> None:
    """Serve the page's files under /static."""
    app.mount("/static", StaticFiles(directory=WEB / "static", check_dir=False), name="static")


class SecurityHeaders:
    """Middleware: puts `HEADERS` on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app
        self._headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), *self._headers]
                if scope["path"].startswith("/static/"):
                    headers.append((b"cache-control", ASK_AGAIN.encode()))
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, send_with_headers)
