"""What a server may answer, for states that a healthy server does not get into when a test wants it to."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Request, Route

SEARCH = "**/v1/search/fake?*"
VIEWS = "**/v1/view/**"
EVERYTHING = "**/v1/**"
DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==")
"""A PNG of one white pixel."""


def answer(*titles: str, sure: float | None = None, matched: bool | None = None) -> str:
    """Body of a search that found items of these titles, the first of which is it as surely as `sure` says."""
    hits: list[dict[str, Any]] = [
        {
            "key": title,
            "score": 0.9 - 0.1 * place,
            "probability": None if sure is None else sure / 10**place,
            "title": title,
            "metadata": {},
            "image_url": None,
            "thumbnail_url": None,
        }
        for place, title in enumerate(titles)
    ]
    model = {"name": "fake", "checkpoint": "fa" * 32}
    found = {"hits": hits, "matched": matched, "collection": "shoes", "generation": None, "model": model}
    return json.dumps({**found, "took_ms": {"predict": 1.0}})


def fulfil_with(route: Route, *titles: str, sure: float | None = None, matched: bool | None = None) -> None:
    """Answer a search with items of these titles."""
    body = answer(*titles, sure=sure, matched=matched)
    route.fulfill(status=200, content_type="application/json", body=body)


def invent(page: Page, reply: Callable[[Route], None]) -> None:
    """Answer searches, and give the items that they invent something to be seen."""
    page.route(SEARCH, reply)
    page.route(VIEWS, lambda route: route.fulfill(content_type="image/png", body=DOT))


def decline(route: Route, status: int, detail: str, **headers: str) -> None:
    """Answer with a problem, as RFC 9457 has it."""
    body = {"type": "about:blank", "title": "Problem", "status": status, "detail": detail, "request_id": "r-17"}
    route.fulfill(
        status=status,
        content_type="application/problem+json",
        headers={"X-Request-ID": "r-17", **headers},
        body=json.dumps(body),
    )


def strokes_of(request: Request) -> list[list[list[float]]]:
    """The strokes that a search sent."""
    assert request.headers["content-type"] == "application/json"
    strokes: list[list[list[float]]] = cast("dict[str, Any]", request.post_data_json)["strokes"]
    return strokes
