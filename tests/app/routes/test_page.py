"""The page and the headers of every answer."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from app.routes.page import WEB


def test_the_page_stands_at_the_root(client: TestClient) -> None:
    """It is HTML, and each file that it names of its own is there."""
    answer = client.get("/")
    assert answer.headers["content-type"].startswith("text/html")
    named = re.findall(r'(?:src|href)="(static/[^"]+)"', answer.text)
    assert named
    for path in named:
        assert client.get(f"/{path}").status_code == 200, path


def test_browsers_ask_whether_the_files_are_still_the_same(client: TestClient) -> None:
    """A new version is seen at once, an old one is not sent again."""
    path = next(path for path in (WEB / "static").rglob("*.js"))
    url = f"/static/{path.relative_to(WEB / 'static').as_posix()}"
    answer = client.get(url)
    assert answer.headers["cache-control"] == "no-cache"
    assert "javascript" in answer.headers["content-type"]
    assert client.get(url, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/", "/static/nothing.js", "/v1/collections", "/nowhere", "/metrics", "/v1/models/x"])
def test_every_answer_carries_the_policy(path: str, client: TestClient) -> None:
    """Nothing inline, nothing from elsewhere, never in a frame; errors included."""
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["img-src"] == "'self' data: blob:"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/static/../main.py", "/static/%2e%2e/main.py", "/static/..%2fmain.py", "/static"])
def test_nothing_beside_the_pages_files_is_served(path: str, client: TestClient) -> None:
    """There is no way out of the folder, and its content is not listed."""
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
