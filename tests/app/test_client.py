"""What the client sends, what it makes of the answers, and how it fails, before a scripted server."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import HTTP
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.answers import Embedding, Item, ModelUsed, Weights
from app.client import LikenessClient, LikenessError
from app.requests import NewItem
from app.retries import RetryPolicy
from app.search_answers import Explanation, Hit, SearchAnswer
from app.tag_answers import Evidence, Label, LabelledPicture, Neighbour, Region, Tag

URL = "http://likeness.test"
ITEM = {
    "key": "a/b",
    "title": "Boot",
    "metadata": {"colour": "red"},
    "image_url": "/v1/pictures/ff",
    "thumbnail_url": "/v1/pictures/ff/thumbnail",
    "version": "3-7",
    "updated_at": "2026-01-02T03:04:05Z",
}
COLLECTION = {
    "name": "shoes",
    "title": "Shoes",
    "model": "sketch",
    "items": 3,
    "change_seq": 5,
    "generation": None,
    "created_at": "2026-01-02T03:04:05+00:00",
    "threshold": 0.4,
}
HIT = {name: ITEM[name] for name in ("key", "title", "metadata", "image_url", "thumbnail_url")} | {
    "score": 1,
    "probability": 0.625,
}
SEARCH = {
    "hits": [HIT],
    "matched": True,
    "collection": "shoes",
    "generation": 2,
    "model": {"name": "sketch", "checkpoint": "ab" * 32},
    "took_ms": {"decode": 0.5},
}
COMPARISON = {
    "verdict": "unsure",
    "probability": 0.4,
    "score": 0.31,
    "stripes": {"whole": 0.5, "top third": -0.1},
    "model": {"name": "reid", "checkpoint": "ab" * 32},
}
RESULTS = [
    {"key": "a/b", "status": 200, "item": ITEM, "problem": None},
    {"key": "c", "status": 422, "item": None, "problem": {"type": "t", "title": "T", "status": 422, "detail": "No."}},
]
MODEL = {
    "name": "sketch",
    "kind": "embed",
    "title": "Find the thing that was drawn",
    "paper": "none",
    "dim": 256,
    "networks": ["one", "two"],
    "checkpoints": [{"network": "two", "digest": "cd" * 32}],
}
EMBEDDING = {
    "model": "sketch",
    "checkpoint": "ab" * 32,
    "dim": 2,
    "embedding": [0.6000000238418579, -0.800000011920929],
    "embedding_base64": None,
}
TAG = {
    "label": "beach",
    "probability": 1,
    "region": {"x": 1, "y": 2, "width": 3, "height": 4},
    "evidence": {"label": "sea", "factor": 2, "all_before": 3.5},
    "merged": ["shore"],
    "explanation": {"picture": "data:image/png;base64,aW5r"},
}
TAGS = {"pictures": [{"width": 60, "height": 40, "tags": [TAG]}], "model": {"name": "tagger", "checkpoint": "ab" * 32}}
LABELS = {"labels": [{"label": "sea", "threshold": 0.5}], "precisions": [], "calibrated": True}
NEIGHBOURS = {"label": "sea", "neighbours": [{"label": "ocean", "cosine": 1}]}
NEVER_AGAIN = RetryPolicy(attempts=1)
Handler = Callable[[httpx.Request], httpx.Response]


class Server:
    """Answers every request alike and keeps what it was sent."""

    def __init__(self, answer: Any = None, status: int = 200) -> None:
        self._answer, self._status = answer, status
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Keep a request and answer it."""
        request.read()
        self.requests.append(request)
        return httpx.Response(self._status, json=self._answer)

    @property
    def request(self) -> httpx.Request:
        """The one request that was sent."""
        (request,) = self.requests
        return request

    @property
    def line(self) -> str:
        """Method and path of the one request, as they stood on the wire."""
        return f"{self.request.method} {self.request.url.raw_path.decode().partition('?')[0]}"


def client_of(handler: Handler, retries: RetryPolicy = NEVER_AGAIN) -> LikenessClient:
    """Make a client whose network is a function."""
    return LikenessClient(URL, retries=retries, transport=httpx.MockTransport(handler), sleep=lambda _: None)


def parts(request: httpx.Request) -> dict[str, bytes]:
    """Take a multipart body apart with the standard library's mail parser."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    found = {}
    for part in message_from_bytes(head + request.content, policy=HTTP).iter_parts():
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        found[str(part.get_param("name", header="content-disposition"))] = payload
    return found


def test_a_drawing_is_sent_as_multipart_and_hits_come_back_as_values() -> None:
    """A search carries the picture's bytes unchanged, everything else in the query string, and returns typed hits."""
    server = Server(SEARCH)
    picture = bytes(range(256))
    answer = client_of(server).search_sketch(picture, collection="people", k=7, where={"price": {"lt": 50}})
    assert server.line == "POST /v1/search/sketch"
    assert parts(server.request) == {"image": picture}
    parameters = dict(server.request.url.params)
    assert json.loads(parameters.pop("filter")) == {"price": {"lt": 50}}
    assert parameters == {"collection": "people", "k": "7"}
    assert answer.hits == (
        Hit("a/b", 1.0, 0.625, "Boot", {"colour": "red"}, "/v1/pictures/ff", "/v1/pictures/ff/thumbnail"),
    )
    assert answer.matched is True
    assert answer.model == ModelUsed("sketch", "ab" * 32)
    assert (answer.collection, answer.generation, answer.took_ms) == ("shoes", 2, {"decode": 0.5})


def test_strokes_are_sent_as_lists_of_points() -> None:
    """Any sequences of points become the JSON the server reads, and no filter is sent unless asked for."""
    server = Server(SEARCH)
    client_of(server).search_strokes((((0, 1.5), (2, 3)), ((4, 5),)))
    assert server.line == "POST /v1/search/sketch"
    assert json.loads(server.request.content) == {"strokes": [[[0, 1.5], [2, 3]], [[4, 5]]]}
    assert dict(server.request.url.params) == {"collection": "shoes", "k": "24"}


def test_an_embedding_is_a_tuple_of_numbers_with_the_weights_it_was_made_with() -> None:
    """Of a picture by default as an item, of lines as a query; a collection is named only if there is one."""
    server = Server(EMBEDDING)
    found = client_of(server).embed("sketch", b"picture")
    assert parts(server.request) == {"image": b"picture"}
    assert dict(server.request.url.params) == {"side": "item"}
    assert found == Embedding(ModelUsed("sketch", "ab" * 32), (0.6000000238418579, -0.800000011920929))
    server = Server(EMBEDDING)
    client_of(server).embed("sketch", [[(0, 1)]], side="query", collection="shoes")
    assert json.loads(server.request.content) == {"strokes": [[[0, 1]]]}
    assert dict(server.request.url.params) == {"side": "query", "collection": "shoes"}


def test_a_track_is_sent_as_parts_of_one_name() -> None:
    """Every crop is there, in order, with the cameras that are left out and the rate; words come back."""
    server = Server({**SEARCH, "verdict": "match", "hits": [{**HIT, "verdict": "match"}, HIT]})
    answer = client_of(server).search_person(b"one", b"two", leave_out_cameras=["a", "b"], fmr=0.001, k=3)
    assert server.request.content.count(b' name="image"') == 2
    assert server.request.content.index(b"one") < server.request.content.index(b"two")
    parameters = server.request.url.params
    assert parameters.get_list("leave_out_camera") == ["a", "b"]
    assert {name: parameters[name] for name in ("collection", "k", "fmr")} == {
        "collection": "people",
        "k": "3",
        "fmr": "0.001",
    }
    assert (answer.verdict, [hit.verdict for hit in answer.hits]) == ("match", ["match", None])


def test_a_comparison_is_read() -> None:
    """All that the server says of two crops arrives."""
    server = Server(COMPARISON)
    found = client_of(server).compare_person(b"one", b"two")
    assert server.request.content.count(b' name="image"') == 2
    assert dict(server.request.url.params) == {"fmr": "0.01"}
    assert (found.verdict, found.probability, found.score) == ("unsure", 0.4, 0.31)
    assert dict(found.stripes) == COMPARISON["stripes"]
    assert found.model == ModelUsed("reid", "ab" * 32)


@pytest.mark.parametrize(
    ("call", "line", "answer"),
    [
        (lambda c: c.search_similar("shoes", "a", k=3), "POST /v1/search/similar/shoes/a", SEARCH),
        (lambda c: c.collections(), "GET /v1/collections", {"collections": [COLLECTION]}),
        (lambda c: c.collection("shoes"), "GET /v1/collections/shoes", COLLECTION),
        (lambda c: c.create_collection("shoes"), "POST /v1/collections", COLLECTION),
        (lambda c: c.change_collection("shoes", {}), "PATCH /v1/collections/shoes", COLLECTION),
        (lambda c: c.delete_collection("shoes"), "DELETE /v1/collections/shoes", None),
        (lambda c: c.page("shoes"), "GET /v1/collections/shoes/items", {"items": [ITEM], "next_cursor": None}),
        (lambda c: c.item("shoes", "a"), "GET /v1/collections/shoes/items/a", ITEM),
        (lambda c: c.put_item("shoes", "a", b""), "PUT /v1/collections/shoes/items/a", ITEM),
        (lambda c: c.put_items("shoes", []), "POST /v1/collections/shoes/items", {"results": []}),
        (lambda c: c.refine("a"), "POST /v1/search/refine", SEARCH),
        (lambda c: c.search_person(b""), "POST /v1/search/person", SEARCH),
        (lambda c: c.compare_person(b"", b""), "POST /v1/compare/person", COMPARISON),
        (lambda c: c.patch_item("shoes", "a", title="x"), "PATCH /v1/collections/shoes/items/a", ITEM),
        (lambda c: c.delete_item("shoes", "a"), "DELETE /v1/collections/shoes/items/a", None),
        (lambda c: c.view_sketch(b""), "POST /v1/view/sketch", None),
        (lambda c: c.embed("a/b", b""), "POST /v1/embed/a%2Fb", EMBEDDING),
        (lambda c: c.models(), "GET /v1/models", {"models": [MODEL]}),
        (lambda c: c.model("sketch"), "GET /v1/models/sketch", MODEL),
        (lambda c: c.view_item("shoes", "a"), "GET /v1/view/shoes/a", None),
        (lambda c: c.picture("/v1/pictures/ff/thumbnail"), "GET /v1/pictures/ff/thumbnail", None),
    ],
)
def test_every_call_goes_where_the_api_has_it(call: Callable[[LikenessClient], Any], line: str, answer: Any) -> None:
    """One call is one request, to the documented address."""
    server = Server(answer)
    call(client_of(server))
    assert server.line == line


@pytest.mark.parametrize(
    ("call", "again"),
    [
        (lambda c: c.search_sketch(b""), True),
        (lambda c: c.search_strokes([]), True),
        (lambda c: c.search_similar("shoes", "a"), True),
        (lambda c: c.view_sketch(b""), True),
        (lambda c: c.embed("sketch", b""), True),
        (lambda c: c.item("shoes", "a"), True),
        (lambda c: c.delete_item("shoes", "a"), True),
        (lambda c: c.put_item("shoes", "a", b""), True),
        (lambda c: c.put_items("shoes", []), True),
        (lambda c: c.refine("a"), True),
        (lambda c: c.search_person(b""), True),
        (lambda c: c.compare_person(b"", b""), True),
        (lambda c: c.put_item("shoes", "a", b"", version="1-1"), False),
        (lambda c: c.put_item("shoes", "a", b"", only_new=True), False),
        (lambda c: c.delete_item("shoes", "a", version="1-1"), False),
        (lambda c: c.create_collection("shoes"), False),
        (lambda c: c.change_collection("shoes", {"title": "x"}), False),
        (lambda c: c.patch_item("shoes", "a"), False),
    ],
)
def test_what_changes_nothing_twice_is_repeated_after_a_lost_answer(
    call: Callable[[LikenessClient], Any], again: bool
) -> None:
    """Searches are posted but change nothing; making a collection and patching an item may have happened."""
    server = Server({}, status=502)
    with pytest.raises(LikenessError) as caught:
        call(client_of(server, RetryPolicy(attempts=3)))
    assert caught.value.status == 502
    assert len(server.requests) == (3 if again else 1)


@settings(deadline=None)
@given(key=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40))
def test_any_key_reaches_the_server_whole(key: str) -> None:
    """Slashes, dots, per cent signs, question marks and emoji: the decoded path ends in the key, nothing collapsed."""
    server = Server(ITEM)
    client_of(server).item("shoes", key)
    assert unquote(server.line) == f"GET /v1/collections/shoes/items/{key}"
    assert server.request.url.params == httpx.QueryParams()


def test_what_a_match_must_reach_is_sent_where_it_is_given() -> None:
    """A threshold goes with a new collection if there is one, and changes go as they are, None as null."""
    for threshold, sent in ((None, {}), (0.0, {"threshold": 0.0})):
        server = Server(COLLECTION)
        found = client_of(server).create_collection("shoes", threshold=threshold)
        assert json.loads(server.request.content) == {"name": "shoes", "model": "sketch", "title": "", **sent}
        assert found.threshold == 0.4
    server = Server({**COLLECTION, "personal": True, "keep_days": 30})
    found = client_of(server).create_collection("shoes", personal=True, keep_days=30)
    sent_too = {"personal": True, "keep_days": 30}
    assert json.loads(server.request.content) == {"name": "shoes", "model": "sketch", "title": "", **sent_too}
    assert (found.personal, found.keep_days) == (True, 30)
    server = Server({**COLLECTION, "threshold": None})
    assert client_of(server).change_collection("shoes", {"threshold": None}).threshold is None
    assert json.loads(server.request.content) == {"threshold": None}


def test_why_is_asked_and_read() -> None:
    """`explain` goes into the query string of each search that takes it, and the picture comes back as bytes."""
    why = {"picture": "data:image/png;base64,iVBORw==", "shares": [[0.5, 0, 0], [0, 0.5, 0], [0, 0, 0]]}
    answer = {**SEARCH, "hits": [{**HIT, "explanation": why}, HIT]}
    calls: list[Callable[[LikenessClient], SearchAnswer]] = [
        lambda c: c.search_sketch(b"", explain=True),
        lambda c: c.search_strokes([], explain=True),
        lambda c: c.refine("a", explain=True),
    ]
    for call in calls:
        server = Server(answer)
        first, second = call(client_of(server)).hits
        assert server.request.url.params["explain"] == "true"
        assert first.explanation == Explanation(b"\x89PNG", ((0.5, 0.0, 0.0), (0.0, 0.5, 0.0), (0.0, 0.0, 0.0)))
        assert second.explanation is None
    with pytest.raises(LikenessError, match="did not answer as"):
        client_of(Server({**SEARCH, "hits": [{**HIT, "explanation": {"picture": "data:,!", "shares": []}}]})).refine(
            "a"
        )


def test_what_an_older_server_does_not_say_is_not_known() -> None:
    """Answers without probability, match and threshold are read, and those are None."""
    hit = {name: value for name, value in HIT.items() if name != "probability"}
    older = {name: value for name, value in SEARCH.items() if name != "matched"}
    answer = client_of(Server({**older, "hits": [hit]})).search_strokes([])
    assert (answer.matched, answer.hits[0].probability) == (None, None)
    collection = {name: value for name, value in COLLECTION.items() if name != "threshold"}
    assert client_of(Server(collection)).collection("shoes").threshold is None


@pytest.mark.parametrize("key", [".", "..", "../..", "a/../b", "./a", "a//b", "/a", "a/", "?", "#", "%2F", "+", " "])
def test_keys_that_look_like_addresses_reach_the_server_whole(key: str) -> None:
    """No dot, slash or sign in a key is taken for part of the address."""
    server = Server(ITEM)
    client_of(server).item("shoes", key)
    assert unquote(server.line) == f"GET /v1/collections/shoes/items/{key}"


def test_an_item_is_put_with_title_and_metadata() -> None:
    """Metadata travels as one JSON field beside the picture."""
    server = Server(ITEM)
    item = client_of(server).put_item("shoes", "a", b"\x00\xff", title="Ümlaut", metadata={"n": [1, None]})
    sent = parts(server.request)
    assert json.loads(sent.pop("metadata")) == {"n": [1, None]}
    assert sent == {"image": b"\x00\xff", "title": "Ümlaut".encode()}
    assert item.updated_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("call", "conditions"),
    [
        (lambda c: c.put_item("shoes", "a", b""), {}),
        (lambda c: c.put_item("shoes", "a", b"", version="3-7"), {"If-Match": '"3-7"'}),
        (lambda c: c.put_item("shoes", "a", b"", only_new=True), {"If-None-Match": "*"}),
        (lambda c: c.patch_item("shoes", "a", version="3-7"), {"If-Match": '"3-7"'}),
        (lambda c: c.delete_item("shoes", "a", version="3-7"), {"If-Match": '"3-7"'}),
    ],
)
def test_an_expected_version_is_sent_as_a_condition(
    call: Callable[[LikenessClient], Any], conditions: dict[str, str]
) -> None:
    """The version of an item becomes its entity tag, and nothing is conditional unless asked for."""
    server = Server(ITEM)
    call(client_of(server))
    sent = {name: server.request.headers.get(name) for name in ("If-Match", "If-None-Match")}
    assert {name: value for name, value in sent.items() if value is not None} == conditions


def test_a_batch_is_one_form_and_its_results_are_values() -> None:
    """Facts travel as one JSON field, every picture as a part that its item names; results come back in order."""
    server = Server({"results": RESULTS})
    batch = [NewItem("a/b", b"\x00\xff", "Ümlaut", {"n": [1, None]}), NewItem("c", b"other")]
    stored, refused = client_of(server).put_items("shoes", batch)
    sent = parts(server.request)
    facts = json.loads(sent.pop("items"))
    assert [(one["key"], one["title"], one["metadata"]) for one in facts] == [
        ("a/b", "Ümlaut", {"n": [1, None]}),
        ("c", "", {}),
    ]
    assert [sent.pop(one["image"]) for one in facts] == [b"\x00\xff", b"other"]
    assert sent == {}
    assert (stored.status, stored.reason, stored.item) == (200, "", Item.from_json(ITEM))
    assert (refused.key, refused.status, refused.reason, refused.item) == ("c", 422, "No.", None)


def test_a_batch_bears_one_key_however_often_it_is_sent() -> None:
    """Repeated after a lost answer it has the same key; the next call takes a new one, or the caller's own."""
    server = Server({"results": []}, status=502)
    client = client_of(server, RetryPolicy(attempts=3))
    for key in (None, None, "mine"):
        with pytest.raises(LikenessError):
            client.put_items("shoes", [], idempotency_key=key)
    keys = [request.headers["Idempotency-Key"] for request in server.requests]
    assert [len(set(keys[start : start + 3])) for start in (0, 3, 6)] == [1, 1, 1]
    assert len(set(keys)) == 3
    assert keys[-1] == "mine"


def test_a_refined_search_sends_what_is_asked_and_what_is_thought_of_it() -> None:
    """A picture goes as a form, strokes and keys as JSON, the marks with them."""
    for query, body in (("a/b", {"item": "a/b"}), ([[(0, 1)]], {"strokes": [[[0, 1]]]})):
        server = Server(SEARCH)
        client_of(server).refine(query, liked=["x"], disliked=("y", "z"), k=3, where={"n": 1})
        assert json.loads(server.request.content) == {**body, "liked": ["x"], "disliked": ["y", "z"]}
        assert dict(server.request.url.params) == {"collection": "shoes", "k": "3", "filter": '{"n": 1}'}
    server = Server(SEARCH)
    client_of(server).refine(b"\x00\xff", liked=["x"])
    assert parts(server.request) == {"image": b"\x00\xff", "liked": b'["x"]', "disliked": b"[]"}


def test_a_patch_names_only_what_it_changes() -> None:
    """What is not given stays as it is; None inside metadata is sent, for it removes a name."""
    server = Server(ITEM)
    client_of(server).patch_item("shoes", "a", metadata={"colour": None})
    assert json.loads(server.request.content) == {"metadata": {"colour": None}}


def test_a_model_is_a_value() -> None:
    """A model names its networks and the weights that the server has."""
    (model,) = client_of(Server({"models": [MODEL]})).models()
    assert (model.name, model.dim, model.networks) == ("sketch", 256, ("one", "two"))
    assert model.checkpoints == (Weights("two", "cd" * 32),)


def test_answers_cannot_be_changed() -> None:
    """A value is what the server said; nobody changes it on the way."""
    collection = client_of(Server(COLLECTION)).collection("shoes")
    with pytest.raises(FrozenInstanceError):
        collection.items = 4  # type: ignore[misc]


@settings(deadline=None)
@given(count=st.integers(0, 25), size=st.integers(1, 10))
def test_all_items_are_visited_once_and_in_order(count: int, size: int) -> None:
    """Going through the items follows the cursors to the end, whatever the page size."""

    def serve(request: httpx.Request) -> httpx.Response:
        start, limit = int(request.url.params.get("cursor", 0)), int(request.url.params["limit"])
        page = [{**ITEM, "key": str(number)} for number in range(count)][start : start + limit]
        cursor = str(start + limit) if start + limit < count else None
        return httpx.Response(200, json={"items": page, "next_cursor": cursor})

    items = client_of(serve).items("shoes", page_size=size)
    assert [item.key for item in items] == [str(number) for number in range(count)]


def test_names_a_newer_server_adds_are_passed_over() -> None:
    """A client outlives the addition of a field."""
    assert client_of(Server({**ITEM, "new": 1})).item("shoes", "a").key == "a/b"


def test_a_problem_is_raised_with_its_facts() -> None:
    """The message is the server's sentence; type, title, request id and field errors stand beside it."""
    problem = {
        "type": "https://likeness.test/problems/unknown-item",
        "title": "Unknown item",
        "status": 404,
        "detail": "There is no item 'a'.",
        "instance": "/v1/collections/shoes/items/a",
        "request_id": "r1",
        "errors": [{"field": "key"}],
    }
    with pytest.raises(LikenessError) as caught:
        client_of(Server(problem, status=404)).item("shoes", "a")
    error = caught.value
    assert str(error) == "There is no item 'a'."
    assert (error.status, error.type, error.title) == (404, problem["type"], "Unknown item")
    assert (error.request_id, error.errors) == ("r1", ({"field": "key"},))


@pytest.mark.parametrize("body", [b"<html>no</html>", b"", b"\xff", b"[1]", b'"text"', b"null", b"{}"])
def test_an_answer_of_something_before_the_server_is_an_error_too(body: bytes) -> None:
    """A proxy's page, or nothing at all, becomes a sentence with the status."""
    client = client_of(lambda _: httpx.Response(502, content=body))
    with pytest.raises(LikenessError, match="502") as caught:
        client.item("shoes", "a")
    assert caught.value.status == 502
    assert caught.value.type == "about:blank"
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "answer", [[], {}, None, "text", {**ITEM, "updated_at": "yesterday"}, {**ITEM, "updated_at": 3}]
)
def test_an_answer_of_another_kind_of_server_is_an_error(answer: Any) -> None:
    """What answers 200 but is no Likeness server is named, instead of a KeyError raised."""
    with pytest.raises(LikenessError, match="is it one"):
        client_of(Server(answer)).item("shoes", "a")


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.ReadTimeout(""), httpx.TooManyRedirects("")])
def test_a_failing_network_is_one_sentence(failure: Exception) -> None:
    """Whatever the network does, the caller catches one kind of exception, which says where it was sent."""

    def fail(_: httpx.Request) -> httpx.Response:
        raise failure

    with pytest.raises(LikenessError, match=URL) as caught:
        client_of(fail).collections()
    assert caught.value.status is None
    assert caught.value.__cause__ is failure


@pytest.mark.parametrize("url", ["localhost:8000", "", "ftp://likeness.test", "http://[::1", "http://a:b"])
def test_an_address_that_is_none_is_an_error(url: str) -> None:
    """A mistyped address is told at the latest by the first call, in the same way as everything else."""
    with pytest.raises(LikenessError):
        LikenessClient(url, retries=NEVER_AGAIN).collections()


def test_a_key_goes_with_every_request() -> None:
    """Reading, writing and pictures alike; it is not shown by accident."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json=ITEM)

    with LikenessClient(URL, api_key=" likeness_a_b\n", transport=httpx.MockTransport(answer)) as likeness:
        likeness.item("shoes", "a/b")
        likeness.put_item("shoes", "a/b", b"picture")
        likeness.picture("/v1/pictures/ff")
        assert "likeness_a_b" not in repr(likeness)
    assert [request.headers["Authorization"] for request in requests] == ["Bearer likeness_a_b"] * 3


@pytest.mark.parametrize("url", ["http://elsewhere.test/p", "https://likeness.test/p", "http://likeness.test:81/p"])
def test_a_key_is_shown_to_no_other_server(url: str) -> None:
    """An answer that names a picture on another server, port or scheme does not get the key sent there."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200)

    with LikenessClient(URL, api_key="likeness_a_b", transport=httpx.MockTransport(answer)) as likeness:
        likeness.picture(url)
    assert "Authorization" not in requests[0].headers


@pytest.mark.parametrize("key", ["clé", "a b", "a\nb", "a\x7f"])
def test_a_key_that_no_header_holds_is_a_sentence(key: str) -> None:
    """It is refused before anything is sent, and not repeated."""
    with pytest.raises(LikenessError, match="characters that no key has") as refused:
        LikenessClient(URL, api_key=key)
    assert key not in str(refused.value)


def test_labels_are_asked_for_and_come_back_as_values() -> None:
    """Pictures go as parts of one name, what is asked for in the query string and nothing else; labels are typed."""
    server = Server(TAGS)
    answer = client_of(server).tags(b"one", b"two", k=3, labels=["sea", "ski"], explain=True, checkpoint="ab" * 4)
    assert server.line == "POST /v1/tags"
    assert server.request.content.count(b' name="image"') == 2
    asked = server.request.url.params.multi_items()
    expected = [("k", "3"), ("explain", "true"), ("labels", "sea"), ("labels", "ski"), ("checkpoint", "abababab")]
    assert sorted(asked) == sorted(expected)
    other = Server(TAGS)
    client_of(other).tags(b"one", order="probability", merge=True, merge_cosine=0.7, model="tagger")
    expected = [("order", "probability"), ("merge", "true"), ("merge_cosine", "0.7"), ("model", "tagger")]
    assert sorted(other.request.url.params.multi_items()) == sorted(expected)
    tag = Tag("beach", 1.0, Region(1, 2, 3, 4), Evidence("sea", 2.0, 3.5), ("shore",), b"ink")
    assert answer == (LabelledPicture(60, 40, (tag,)),)


def test_what_is_not_known_of_a_label_is_none() -> None:
    """A label without a region, evidence and a picture; without options nothing is asked for."""
    bare = {**TAG, "region": None, "evidence": None, "explanation": None}
    server = Server({**TAGS, "pictures": [{"width": 1, "height": 1, "tags": [bare]}]})
    ((tag,),) = (one.tags for one in client_of(server).tags(b"one"))
    assert (tag.region, tag.evidence, tag.attention) == (None, None, None)
    assert not server.request.url.params


def test_labels_and_their_neighbours_are_values() -> None:
    """Names of labels reach the server whole."""
    assert client_of(Server(LABELS)).labels() == (Label("sea", 0.5),)
    server = Server(NEIGHBOURS)
    assert client_of(server).label_neighbours("sea/side", k=2) == (Neighbour("ocean", 1.0),)
    assert server.line == "GET /v1/labels/sea%2Fside/neighbours"
    assert dict(server.request.url.params) == {"k": "2"}
