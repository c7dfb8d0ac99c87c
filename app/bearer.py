"""The key that the client shows to its server."""

from __future__ import annotations

from collections.abc import Generator

import httpx

from app.failures import LikenessError


class Bearer(httpx.Auth):
    """Shows a key to one server, and to no other that an answer might name."""

    def __init__(self, key: str, server: httpx.URL) -> None:
        """Show `key` to the server at `server`.

        Raises:
            LikenessError: no key looks like that.
        """
        bare = key.strip()
        if not (bare.isascii() and bare.isprintable()) or " " in bare:
            message = "The key holds characters that no key has; copy it as `likeness keys create` printed it."
            raise LikenessError(message)
        self._header = f"Bearer {bare}"
        self._server = _origin(server)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the key on a request."""
        if _origin(request.url) == self._server:
            request.headers["Authorization"] = self._header
        yield request


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
