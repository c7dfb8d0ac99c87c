"""Parts of files: those that are there are sent, and the others refused in the form of all errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.app.serving import application, png, put
from tests.app.test_hanging_up import filled, on_a_socket

SIZE = len(png(1))
MALFORMED = ("bytes", "bytes=", "bytes=-", "bytes=x-y", "bytes=9-3", "lines=0-1", "0-1", "=", ",")


def refusal(answer: Any) -> tuple[int, str]:
    """Status and kind of a refusal, which has to be a problem of this very answer."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["request_id"]) == (answer.status_code, answer.headers["X-Request-ID"])
    assert problem["instance"] == answer.request.url.path
    assert problem["detail"].endswith(".")
    return problem["status"], problem["type"].rpartition(":")[2]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(0, 2 * SIZE), last=st.integers(0, 2 * SIZE))
def test_a_range_is_a_slice_or_a_problem(client: TestClient, first: int, last: int) -> None:
    """Against slices of the bytes: what lies in the range comes, nothing in it is a 416, and one backwards a 400."""
    content = png(1)
    url = put(client, "a", 1)["image_url"]
    answer = client.get(url, headers={"Range": f"bytes={first}-{last}"})
    if first >= SIZE:
        assert refusal(answer) == (416, "range-not-satisfiable")
        assert answer.headers["content-range"] == f"bytes */{SIZE}"
        assert f" {SIZE} bytes" in answer.json()["detail"]
    elif last < first:
        assert refusal(answer) == (400, "bad-request")
    else:
        assert (answer.status_code, answer.content) == (206, content[first : last + 1])
        assert answer.headers["content-range"] == f"bytes {first}-{min(last, SIZE - 1)}/{SIZE}"


@pytest.mark.parametrize("asked", MALFORMED)
def test_a_malformed_range_is_said(client: TestClient, asked: str) -> None:
    """With an example of one that is not."""
    answer = client.get(put(client, "a", 1)["image_url"], headers={"Range": asked})
    assert refusal(answer) == (400, "bad-request")
    assert "bytes=0-1023" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["thumbnail", "/", "/static/js/main.js"])
def test_every_file_is_refused_in_the_same_form(client: TestClient, path: str) -> None:
    """Thumbnails, the page and the page's files too; what they are allowed to load stays with the answer."""
    url = put(client, "a", 1)["thumbnail_url"] if path == "thumbnail" else path
    answer = client.get(url, headers={"Range": "bytes=99999999-"})
    assert refusal(answer) == (416, "range-not-satisfiable")
    assert "content-security-policy" in answer.headers
    assert refusal(client.get(url, headers={"Range": "bytes=9-3"})) == (400, "bad-request")


@pytest.mark.parametrize("path", ["/v1/collections", "/metrics", "/health/live", "/v1/pictures/x", "/nowhere"])
def test_where_there_is_no_file_a_range_means_nothing(client: TestClient, path: str) -> None:
    """The answer, an error too, is the one without the header."""
    plain, ranged = client.get(path), client.get(path, headers={"Range": "bytes=99999999-"})
    assert (plain.status_code, plain.headers["content-type"]) == (ranged.status_code, ranged.headers["content-type"])


def test_refusals_arrive_whole_over_a_connection_that_goes_on(tmp_path: Path) -> None:
    """Lengths and bodies agree over a real socket: the next request on the same connection is answered."""
    with on_a_socket(application(tmp_path)) as (server, _), filled(server) as client:
        url = client.get("/v1/collections/shoes/items/a").json()["image_url"]
        for asked, expected in (("bytes=99999999-", 416), ("bytes=9-3", 400)):
            answer = client.get(url, headers={"Range": asked})
            assert refusal(answer)[0] == expected
            assert int(answer.headers["content-length"]) == len(answer.content)
            assert client.get(url, headers={"Range": "bytes=1-4"}).content == png(1)[1:5]
