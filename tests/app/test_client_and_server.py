"""The client before the real server: both sides of the wire mean the same by it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from app.answers import ModelUsed
from app.client import LikenessClient, LikenessError
from app.main import create_app
from app.requests import Lines, NewItem
from app.search_answers import SearchAnswer
from tests.app.labelling import file_of, keep, labelling_application
from tests.app.people import people_server
from tests.app.serving import png, settings_in
from tests.models.fakes import DIGEST, FakePredictor, fake_spec
from tests.models.taggers import GREEN, YELLOW, blocks
from tests.web.serving import run


def load(model: str, digest: str | None) -> Any:
    """Load the fake model, with the weights of any digest."""
    return FakePredictor(digest=digest or DIGEST, name=model)


KEYS = ("plain", "a/b/c", "..", ".", "a/../b", "ümlaut ☂", "100%25?x=1#y", "a//b", "/a", "a/", "+")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LikenessClient]:
    """A client of a server with one empty collection."""
    # The fake goes by the name of the system that the client's calls are named after.
    settings = settings_in(tmp_path_factory.mktemp("home"))
    app = create_app(settings, predictors=load, specs={"sketch": fake_spec("sketch")})
    with run(app) as address, LikenessClient(address) as likeness:
        likeness.create_collection("empty", title="Nothing yet")
        yield likeness


@pytest.fixture
def collection(client: LikenessClient) -> Iterator[str]:
    """Make a collection for one test."""
    client.create_collection("shoes", title="Shoes")
    yield "shoes"
    client.delete_collection("shoes")


def test_collections_come_and_go(client: LikenessClient, collection: str) -> None:
    """A collection that was made is listed and shown as it was made, and one that was deleted is gone."""
    assert [found.name for found in client.collections()] == ["empty", "shoes"]
    shown = client.collection(collection)
    assert (shown.title, shown.model, shown.items, shown.generation) == ("Shoes", "sketch", 0, None)
    assert shown.created_at.tzinfo is not None
    client.create_collection("hats")
    client.delete_collection("hats")
    with pytest.raises(LikenessError, match="hats") as caught:
        client.collection("hats")
    assert (caught.value.status, caught.value.type) == (404, "urn:likeness:problem:unknown-collection")
    assert caught.value.request_id


@pytest.mark.parametrize("key", KEYS)
def test_any_key_goes_there_and_back(client: LikenessClient, collection: str, key: str) -> None:
    """What is stored under a key is found, changed, shown, viewed and deleted under that very key."""
    stored = client.put_item(collection, key, png(1), title="Boot", metadata={"colour": "red", "n": [1, None]})
    assert stored.key == key
    assert client.item(collection, key) == stored
    assert [item.key for item in client.items(collection)] == [key]
    assert client.search_sketch(png(1), collection=collection, k=1).hits[0].key == key
    assert client.search_similar(collection, key, k=1).hits == ()
    assert client.view_item(collection, key).startswith(b"\x89PNG")
    changed = client.patch_item(collection, key, title="Pump", metadata={"colour": None})
    assert (changed.title, changed.metadata) == ("Pump", {"n": [1, None]})
    assert changed.updated_at >= stored.updated_at
    client.delete_item(collection, key)
    with pytest.raises(LikenessError) as caught:
        client.item(collection, key)
    assert caught.value.status == 404


def test_searches_see_what_was_written(client: LikenessClient, collection: str) -> None:
    """The best hit is the picture itself, filters hold, and every part of the answer arrives."""
    for number in range(5):
        client.put_item(collection, str(number), png(number), metadata={"even": number % 2 == 0, "n": number})
    answer = client.search_sketch(png(3), collection=collection, k=2)
    assert answer.hits[0].key == "3"
    assert answer.hits[0].score == pytest.approx(1, abs=1e-3)
    assert len(answer.hits) == 2
    assert (answer.collection, answer.generation) == (collection, None)
    assert (answer.model.name, answer.model.checkpoint) == ("sketch", DIGEST)
    assert {"decode", "index", "metadata"} <= set(answer.took_ms)
    filtered = client.search_sketch(png(3), collection=collection, where={"even": True})
    assert sorted(hit.key for hit in filtered.hits) == ["0", "2", "4"]
    similar = client.search_similar(collection, "3", k=10, where={"n": {"gte": 2}})
    assert sorted(hit.key for hit in similar.hits) == ["2", "4"]
    strokes = client.search_strokes([[(0, 0), (1, 1)], [(5.5, 2)]], collection=collection, k=3)
    assert len(strokes.hits) == 3


def test_embeddings_come_as_numbers(client: LikenessClient, collection: str) -> None:
    """Of pictures and of lines; the best hit's score is the cosine of the two that the client multiplies itself."""
    client.put_item(collection, "a", png(1))
    (hit,) = client.search_sketch(png(2), collection=collection).hits
    query = client.embed("sketch", png(2), side="query", collection=collection)
    item = client.embed("sketch", png(1))
    assert query.model == item.model == ModelUsed("sketch", DIGEST)
    assert sum(one * other for one, other in zip(query.vector, item.vector, strict=True)) == pytest.approx(
        hit.score, abs=1e-5
    )
    lines = client.embed("sketch", [[(0, 0), (1, 1)]], side="query")
    assert sum(number**2 for number in lines.vector) == pytest.approx(1)
    with pytest.raises(LikenessError, match="side=query"):
        client.embed("sketch", [[(0, 0), (1, 1)]])


def test_people_are_searched_and_compared(tmp_path: Path) -> None:
    """Crops, cameras and words go there and back, and a rate that nobody measured is refused."""
    with run(people_server(tmp_path)) as address, LikenessClient(address) as likeness:
        likeness.create_collection("people", model="reid")
        for number in range(4):
            likeness.put_item("people", str(number), png(number), metadata={"camera": number % 2})
        answer = likeness.search_person(png(3), png(3))
        assert (answer.hits[0].key, answer.hits[0].verdict, answer.verdict) == ("3", "match", "match")
        odd = likeness.search_person(png(3), leave_out_cameras=["0", "door"], where={"camera": {"gte": 0}}, k=9)
        assert sorted(hit.key for hit in odd.hits) == ["1", "3"]
        same = likeness.compare_person(png(3), png(3))
        assert same.verdict == "match"
        assert same.score == pytest.approx(1, abs=1e-5)
        assert set(same.stripes) == {"whole", "feet"}
        with pytest.raises(LikenessError, match=r"0\.01 and 0\.001") as caught:
            likeness.search_person(png(3), fmr=0.05)
        assert caught.value.type == "urn:likeness:problem:not-calibrated"


def test_a_version_guards_an_item(client: LikenessClient, collection: str) -> None:
    """Whoever writes under a version that has passed is refused with 412, and what stands, stands."""
    first = client.put_item(collection, "a", png(1), only_new=True)
    second = client.patch_item(collection, "a", title="Boot", version=first.version)
    assert second.version != first.version
    for call in (
        lambda: client.put_item(collection, "a", png(2), only_new=True),
        lambda: client.put_item(collection, "a", png(2), version=first.version),
        lambda: client.patch_item(collection, "a", title="Pump", version=first.version),
        lambda: client.delete_item(collection, "a", version=first.version),
    ):
        with pytest.raises(LikenessError) as caught:
            call()
        assert (caught.value.status, caught.value.type) == (412, "urn:likeness:problem:unmet-expectation")
    assert client.item(collection, "a") == second
    client.delete_item(collection, "a", version=second.version)
    assert client.collection(collection).items == 0


def test_a_batch_goes_there_and_back(client: LikenessClient, collection: str) -> None:
    """Any keys are stored together, the bad one is told, and the same key answers the same again."""
    batch = [NewItem(key, png(place), "Boot", {"n": place}) for place, key in enumerate(KEYS)]
    results = client.put_items(collection, [*batch, NewItem("bad", b"text")], idempotency_key="one")
    assert [result.key for result in results] == [*KEYS, "bad"]
    assert [result.item for result in results[:-1]] == [client.item(collection, key) for key in KEYS]
    assert (results[-1].status, results[-1].item) == (422, None)
    assert results[-1].reason.endswith(".")
    client.delete_item(collection, KEYS[0])
    assert client.put_items(collection, [*batch, NewItem("bad", b"text")], idempotency_key="one") == results
    with pytest.raises(LikenessError) as caught:
        client.put_items(collection, batch, idempotency_key="one")
    assert caught.value.type == "urn:likeness:problem:reused-request-key"


def test_a_search_is_refined(client: LikenessClient, collection: str) -> None:
    """For each kind of query: what is disliked is gone, and what is liked scores better than before."""
    client.put_items(collection, [NewItem(str(number), png(number)) for number in range(6)])
    strokes: Lines = [[(0, 0), (1, 1)], [(5.5, 2)]]
    plain: tuple[tuple[bytes | Lines | str, SearchAnswer], ...] = (
        (png(9), client.search_sketch(png(9), collection=collection)),
        (strokes, client.search_strokes(strokes, collection=collection)),
        ("0", client.search_similar(collection, "0")),
    )
    for query, before in plain:
        liked, disliked = before.hits[-1].key, before.hits[0].key
        after = client.refine(query, liked=[liked, "gone"], disliked=[disliked], collection=collection)
        assert {hit.key for hit in after.hits} == {hit.key for hit in before.hits} - {disliked}
        scores = {hit.key: hit.score for hit in after.hits}
        assert scores[liked] > before.hits[-1].score


def test_pages_follow_each_other(client: LikenessClient, collection: str) -> None:
    """Going through the items meets each once, oldest first, whatever the size of a page."""
    for number in range(5):
        client.put_item(collection, str(number), png(number))
    for size in (1, 2, 5, 100):
        assert [item.key for item in client.items(collection, page_size=size)] == ["0", "1", "2", "3", "4"]


def test_pictures_come_back_byte_for_byte(client: LikenessClient, collection: str) -> None:
    """The address in an item leads to the bytes that were sent, and to a thumbnail."""
    item = client.put_item(collection, "a", png(1))
    assert item.image_url is not None
    assert item.thumbnail_url is not None
    assert client.picture(item.image_url) == png(1)
    assert client.picture(item.thumbnail_url)
    assert client.view_sketch(png(1)).startswith(b"\x89PNG")


def test_models_are_shown(client: LikenessClient) -> None:
    """The models of the server arrive as values."""
    assert [model.name for model in client.models()] == ["sketch"]
    assert client.model("sketch").dim == 8


@pytest.mark.parametrize("content", [b"", b"text", png(1)[:40]])
def test_what_is_no_picture_is_refused_with_a_reason(client: LikenessClient, collection: str, content: bytes) -> None:
    """A drawing and an item that cannot be read are one sentence each, and nothing is stored."""
    for call in (
        lambda: client.search_sketch(content, collection=collection),
        lambda: client.put_item(collection, "a", content),
    ):
        with pytest.raises(LikenessError) as caught:
            call()
        assert caught.value.status == 422
        assert str(caught.value).endswith(".")
    assert client.collection(collection).items == 0


def test_a_malformed_request_says_which_field(client: LikenessClient) -> None:
    """Field errors arrive beside the sentence."""
    with pytest.raises(LikenessError) as caught:
        client.search_sketch(png(1), collection="empty", k=0)
    assert caught.value.status == 422
    assert any("k" in str(error) for error in caught.value.errors)


def test_labels_are_told_as_they_are_asked_for(tmp_path: Path) -> None:
    """Order, what means the same, which model: the real server heeds them; a precision beside a number it refuses."""
    keep(tmp_path)
    picture = file_of(blocks(YELLOW, YELLOW, YELLOW, GREEN))
    with run(labelling_application(tmp_path)) as address, LikenessClient(address) as client:

        def labels(**asked: Any) -> list[str]:
            (answer,) = client.tags(picture, min_probability=0.2, beam=16, **asked)
            return [said.label for said in answer.tags]

        assert labels() == ["red", "green", "crimson"]
        assert labels(order="probability") == ["green", "red", "crimson"]
        assert labels(merge=True) == labels(merge=True, merge_cosine=0.9) == ["red", "green"]
        assert labels(merge=True, merge_cosine=0.999) == ["red", "green", "crimson"]
        assert labels(model="tiny") == labels()
        assert client.labels(model="tiny") == client.labels()
        assert client.label_neighbours("red", model="tiny")[0].label == "crimson"
        for ask in (partial(client.tags, picture), client.labels, partial(client.label_neighbours, "red")):
            with pytest.raises(LikenessError, match="'shoe' that says labels") as unknown:
                ask(model="shoe")
            assert unknown.value.status == 404
        with pytest.raises(LikenessError, match="give one or the other") as both:
            client.tags(picture, k=3, precision=0.9)
        assert (both.value.status, len(both.value.errors)) == (422, 1)


def test_the_client_asks_for_labels_by_all_that_the_server_knows(tmp_path: Path) -> None:
    """Its arguments are the parameters of the API, by the same names."""
    paths = labelling_application(tmp_path).openapi()["paths"]
    for method, path, verb in (
        (LikenessClient.tags, "/v1/tags", "post"),
        (LikenessClient.labels, "/v1/labels", "get"),
        (LikenessClient.label_neighbours, "/v1/labels/{label}/neighbours", "get"),
    ):
        arguments = set(signature(method).parameters) - {"self", "pictures"}
        assert arguments == {one["name"] for one in paths[path][verb]["parameters"]}
