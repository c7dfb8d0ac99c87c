"""Items over HTTP."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.app.serving import create, png, put, search

ITEMS = "/v1/collections/shoes/items"

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**50), 2**50)
    | st.text(st.characters(codec="utf-8", categories=["L", "N"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=6,
)


def merged(target: Any, patch: Any) -> Any:
    """Merge as RFC 7396 describes it in pseudo-code."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def test_what_was_put_can_be_got(client: TestClient) -> None:
    """The answer to a PUT and the GET after it say the same, and the picture is the one that was sent."""
    stored = put(client, "boots/0017", 3, {"price": 49.5, "tags": ["a", None]})
    assert stored["key"] == "boots/0017"
    assert stored["metadata"] == {"price": 49.5, "tags": ["a", None]}
    assert datetime.fromisoformat(stored["updated_at"]).tzinfo is not None
    assert client.get(f"{ITEMS}/boots/0017").json() == stored
    assert client.get(stored["image_url"]).content == png(3)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    key=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=50).filter(
        lambda key: key not in {".", ".."}
    )
)
def test_any_key_without_control_characters_works_everywhere(client: TestClient, key: str) -> None:
    """Slashes, blanks, per cents, dots and letters of any script survive the way through an address."""
    path = f"{ITEMS}/{quote(key, safe='')}"
    answer = client.put(path, files={"image": png(1)})
    assert answer.status_code == 200, answer.text
    assert answer.json()["key"] == key
    assert client.get(path).json()["key"] == key
    assert client.get(f"/v1/view/shoes/{quote(key, safe='')}").status_code == 200
    assert client.post(f"/v1/search/similar/shoes/{quote(key, safe='')}").status_code == 200
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("key", ["a\tb", "a\x00b", "\x7f", "x" * 201, "é" * 101])
def test_a_key_that_breaks_the_rules_is_refused(key: str, client: TestClient) -> None:
    """Control characters and more than 200 bytes are a 422."""
    answer = client.put(f"{ITEMS}/{quote(key, safe='')}", files={"image": png(1)})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:likeness:problem:invalid-key")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.dictionaries(st.text("abc", min_size=1), json_values, max_size=4),
    patch=st.dictionaries(st.text("abc", min_size=1), json_values, max_size=4),
)
def test_a_patch_merges_metadata_as_the_rfc_says(client: TestClient, before: Any, patch: Any) -> None:
    """Null removes, objects merge, everything else replaces; title and picture stay."""
    stored = put(client, "a", 1, before)
    changed = client.patch(f"{ITEMS}/a", json={"metadata": patch}).json()
    assert changed["metadata"] == merged(before, patch)
    assert (changed["title"], changed["image_url"]) == (stored["title"], stored["image_url"])


def test_a_title_alone_can_be_patched(client: TestClient) -> None:
    """What is not named stays."""
    put(client, "a", 1, {"x": 1})
    changed = client.patch(f"{ITEMS}/a", json={"title": "Better"}).json()
    assert (changed["title"], changed["metadata"]) == ("Better", {"x": 1})


@pytest.mark.parametrize("body", [{"titel": "x"}, {"metadata": [1]}, {"title": 3}, [], None])
def test_a_malformed_patch_is_refused(body: Any, client: TestClient) -> None:
    """Unknown names and wrong types change nothing."""
    put(client, "a", 1)
    assert client.patch(f"{ITEMS}/a", json=body).status_code == 422
    assert client.get(f"{ITEMS}/a").json()["title"] == "Shoe a"


@pytest.mark.parametrize(
    ("metadata", "words"),
    [("{", "not JSON"), ("[1]", "must hold a JSON object"), ("3", "must hold a JSON object"), ("{'a': 1}", "not JSON")],
)
def test_malformed_metadata_is_refused_with_a_sentence(metadata: str, words: str, client: TestClient) -> None:
    """The field is named and nothing is stored."""
    answer = client.put(f"{ITEMS}/a", files={"image": png(1)}, data={"metadata": metadata})
    assert answer.status_code == 422
    assert "metadata" in answer.json()["detail"]
    assert words in answer.json()["detail"]
    assert client.get(f"{ITEMS}/a").status_code == 404


@pytest.mark.parametrize(
    ("files", "data", "words"),
    [
        ({"picture": b"x"}, {}, "a multipart field named image"),
        ({"other": ("x.png", b"x")}, {"image": "text, no file"}, "a multipart field named image"),
        ({"image": b""}, {}, "a multipart field named image"),
        ({"image": b"x", "more": b"y"}, {}, "Too many files"),
        ({"image": b"x"}, {str(number): "x" for number in range(9)}, "Too many fields"),
    ],
)
def test_a_malformed_form_is_refused(
    files: dict[str, Any], data: dict[str, str], words: str, client: TestClient
) -> None:
    """A form without picture, or with more than belongs into it, is a 422 that says so."""
    answer = client.put(f"{ITEMS}/a", files=files, data=data)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:likeness:problem:invalid-form")
    assert words in answer.json()["detail"]


def test_numbers_that_json_does_not_have_are_refused(client: TestClient) -> None:
    """Python's parser takes NaN; what would come back could not be read by anybody else."""
    put(client, "a", 1)
    answer = client.put(f"{ITEMS}/a", files={"image": png(1)}, data={"metadata": '{"x": NaN}'})
    assert answer.status_code == 422
    content = b'{"metadata": {"x": Infinity}}'
    answer = client.patch(f"{ITEMS}/a", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


def test_a_broken_multipart_body_is_refused(client: TestClient) -> None:
    """A body that does not keep to its boundary is a 422, too."""
    for media_type in ("multipart/form-data", "multipart/form-data; boundary=x"):
        answer = client.put(f"{ITEMS}/a", content=b"no form at all", headers={"Content-Type": media_type})
        assert answer.status_code == 422, answer.text
        assert answer.json()["detail"].startswith("The multipart form is malformed")


def test_an_unreadable_picture_stores_nothing(client: TestClient) -> None:
    """A bad upload leaves the item as it was."""
    before = put(client, "a", 1)
    for content in (b"text", png(2)[:50]):
        assert client.put(f"{ITEMS}/a", files={"image": content}).status_code == 422
    assert client.get(f"{ITEMS}/a").json() == before


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(1, 13))
def test_pages_hold_every_item_once(client: TestClient, limit: int) -> None:
    """Following the cursors meets all items, at most `limit` a page."""
    keys = {f"k/{number}" for number in range(12)}
    if not client.get("/v1/collections/shoes").json()["items"]:
        for key in sorted(keys):
            put(client, key, 1)
    met: list[str] = []
    cursor: str | None = None
    while True:
        page = client.get(ITEMS, params={"limit": limit} | ({"cursor": cursor} if cursor else {})).json()
        assert len(page["items"]) <= limit
        met += [item["key"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(met) == sorted(keys)


def test_a_list_can_be_filtered(client: TestClient) -> None:
    """Only items whose metadata matches are listed."""
    for number in range(4):
        put(client, str(number), 1, {"n": number})
    page = client.get(ITEMS, params={"filter": json.dumps({"n": {"in": [1, 3]}})}).json()
    assert {item["key"] for item in page["items"]} == {"1", "3"}


@pytest.mark.parametrize("parameters", [{"limit": "0"}, {"limit": "201"}, {"cursor": "nonsense"}, {"filter": "x"}])
def test_a_malformed_list_request_is_refused(parameters: dict[str, str], client: TestClient) -> None:
    """Each is a 422."""
    assert client.get(ITEMS, params=parameters).status_code == 422


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_what_does_not_exist_is_a_404(method: str, client: TestClient) -> None:
    """Unknown items and unknown collections are told apart."""
    body = {"title": "x"} if method == "PATCH" else None
    answer = client.request(method, f"{ITEMS}/missing", json=body)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:likeness:problem:unknown-item")
    answer = client.request(method, "/v1/collections/hats/items/a", json=body)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:likeness:problem:unknown-collection")


def test_putting_into_an_unknown_collection_is_a_404(client: TestClient) -> None:
    """Nothing is embedded for it."""
    answer = client.put("/v1/collections/hats/items/a", files={"image": png(1)})
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:likeness:problem:unknown-collection")


def test_collections_keep_their_items_apart(client: TestClient) -> None:
    """The same key in two collections is two items."""
    create(client, "hats")
    put(client, "a", 1)
    put(client, "a", 2, collection="hats")
    assert (
        client.get(f"{ITEMS}/a").json()["image_url"] != client.get("/v1/collections/hats/items/a").json()["image_url"]
    )
    assert [hit["score"] for hit in search(client, png(2), collection="hats").json()["hits"]] == [pytest.approx(1)]


def test_an_item_bears_its_version_as_etag(client: TestClient) -> None:
    """PUT, GET and PATCH give the same tag for the same state, in the header and in the body, and lists do too."""
    written = client.put(f"{ITEMS}/a", files={"image": png(1)})
    read = client.get(f"{ITEMS}/a")
    assert written.headers["ETag"] == read.headers["ETag"] == f'"{written.json()["version"]}"'
    assert client.get(ITEMS).json()["items"] == [read.json()]
    changed = client.patch(f"{ITEMS}/a", json={"title": "New"})
    assert changed.headers["ETag"] == client.get(f"{ITEMS}/a").headers["ETag"] != read.headers["ETag"]


def test_who_has_an_item_is_not_sent_it_again(client: TestClient) -> None:
    """If-None-Match with the item's tag, weak or in a list, is a 304 without body, until the item changes."""
    put(client, "a", 1)
    tag = client.get(f"{ITEMS}/a").headers["ETag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = client.get(f"{ITEMS}/a", headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
    put(client, "a", 2)
    assert client.get(f"{ITEMS}/a", headers={"If-None-Match": tag}).json()["version"] not in tag


def request(client: TestClient, method: str, **headers: str) -> Any:
    """Write the item a by a method, under conditions."""
    bodies: dict[str, Any] = {"PUT": {"files": {"image": png(7)}}, "PATCH": {"json": {"title": "New"}}}
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.request(method, f"{ITEMS}/a", headers=names, **bodies.get(method, {}))


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_write_under_a_condition_that_fails_is_a_412(method: str, client: TestClient) -> None:
    """An old tag, a weak one, and If-None-Match write nothing; the tag as it is writes."""
    put(client, "a", 1)
    old = client.get(f"{ITEMS}/a").headers["ETag"]
    before = put(client, "a", 2)
    tag = client.get(f"{ITEMS}/a").headers["ETag"]
    failing = ({"If_Match": old}, {"If_Match": f"W/{tag}"}, {"If_None_Match": "*"}, {"If_None_Match": f"W/{tag}"})
    for headers in failing:
        answer = request(client, method, **headers)
        assert (answer.status_code, answer.json()["type"]) == (412, "urn:likeness:problem:unmet-expectation")
        assert client.get(f"{ITEMS}/a").json() == before
    assert request(client, method, If_Match=f'"x", {tag}', If_None_Match=old).is_success


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_condition_that_cannot_be_read_is_a_422(method: str, client: TestClient) -> None:
    """A tag without its quotes writes nothing, instead of writing unguarded."""
    before = put(client, "a", 1)
    answer = request(client, method, If_Match=before["version"])
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:likeness:problem:invalid-tags")
    assert client.get(f"{ITEMS}/a").json() == before


def test_create_only_creates_once(client: TestClient) -> None:
    """If-None-Match: * stores a new item, and refuses to replace it."""
    assert request(client, "PUT", If_None_Match="*").status_code == 200
    assert request(client, "PUT", If_None_Match="*").status_code == 412
    assert request(client, "PUT", If_Match="*").status_code == 200


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_what_does_not_exist_is_a_404_under_any_condition(method: str, client: TestClient) -> None:
    """A condition is judged only of what could be written without it."""
    assert request(client, method, If_Match='"1-1"').status_code == 404
    assert request(client, "PUT", If_Match='"1-1"').status_code == 412
