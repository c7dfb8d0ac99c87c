"""Pictures over HTTP."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from indexer.pictures import PictureStore
from models.images import Picture, decode
from tests.app.serving import application, client_of, create, pixels, png, put

PATIENCE = 60


def encoded(file_format: str) -> bytes:
    """Encode a picture."""
    buffer = io.BytesIO()
    Image.fromarray(pixels(5)).save(buffer, file_format)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("file_format", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")]
)
def test_a_picture_comes_back_byte_for_byte_as_its_own_type(
    file_format: str, media_type: str, client: TestClient
) -> None:
    """The media type follows from the bytes, not from what the upload called itself."""
    content = encoded(file_format)
    item = client.put("/v1/collections/shoes/items/a", files={"image": ("x.html", content, "text/html")}).json()
    answer = client.get(item["image_url"])
    assert answer.content == content
    assert answer.headers["content-type"] == media_type
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_picture_is_kept_for_ever_and_not_sent_twice(client: TestClient) -> None:
    """Its address is its content: browsers need not ask again, and if they do, nothing is sent."""
    item = put(client, "a", 1)
    for url in (item["image_url"], item["thumbnail_url"]):
        answer = client.get(url)
        assert "immutable" in answer.headers["cache-control"]
        again = client.get(url, headers={"If-None-Match": f'"x", W/{answer.headers["etag"]}'})
        assert client.get(url, headers={"If-None-Match": "*"}).status_code == 304
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == answer.headers["etag"]
        assert client.get(url, headers={"If-None-Match": '"x"'}).content == answer.content
    assert client.get(item["image_url"]).headers["etag"] != client.get(item["thumbnail_url"]).headers["etag"]


def test_a_thumbnail_is_a_picture(client: TestClient) -> None:
    """It decodes, and says what it is."""
    answer = client.get(put(client, "a", 1)["thumbnail_url"])
    with Image.open(io.BytesIO(answer.content)) as image:
        assert answer.headers["content-type"] == Image.MIME[str(image.format)]


def test_equal_pictures_are_one(client: TestClient) -> None:
    """Two items of the same bytes share an address, which outlives one of them."""
    first, second = put(client, "a", 1), put(client, "b", 1)
    assert first["image_url"] == second["image_url"]
    client.delete("/v1/collections/shoes/items/a")
    assert client.get(second["image_url"]).content == png(1)


@pytest.mark.parametrize("digest", ["0" * 64, "nonsense", "..%2f..%2fetc%2fpasswd", "%2e%2e", "A" * 64, "0" * 63])
def test_what_is_no_picture_is_a_404(digest: str, client: TestClient) -> None:
    """Unknown digests and attempts to leave the folder find nothing."""
    put(client, "a", 1)
    for path in (f"/v1/pictures/{digest}", f"/v1/pictures/{digest}/thumbnail"):
        assert client.get(path).status_code == 404


def test_lost_thumbnails_wait_for_their_turn_to_decode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While all threads decode, thumbnails that are there are shown; a lost one is made after that, once for all."""
    app = application(tmp_path, decode_threads=1)
    begun, asked, go_on = threading.Event(), threading.Event(), threading.Event()
    order = []

    def upload() -> None:
        begun.set()
        assert go_on.wait(PATIENCE)
        order.append("upload")

    def decode_lost(content: bytes) -> Picture:
        order.append("lost")
        return decode(content)

    with client_of(app) as client, ThreadPoolExecutor(3) as callers:
        create(client)
        kept, lost = put(client, "a", 1), put(client, "b", 2)
        pictures: PictureStore = app.state.services.pictures
        small = pictures.thumbnail(lost["image_url"].rpartition("/")[2])
        assert small is not None
        before = small.read_bytes()
        small.unlink()
        look = pictures.thumbnail

        def looked(digest: str) -> Path | None:
            found = look(digest)
            if found is None:
                asked.set()
            return found

        monkeypatch.setattr(pictures, "thumbnail", looked)
        monkeypatch.setattr("indexer.pictures.decode", decode_lost)
        assert client.portal is not None
        client.portal.start_task_soon(app.state.services.workers.compute, upload)
        assert begun.wait(PATIENCE)
        answers = [callers.submit(client.get, lost["thumbnail_url"]) for _ in range(3)]
        assert asked.wait(PATIENCE)
        assert client.get(kept["thumbnail_url"]).status_code == 200
        go_on.set()
        assert [answer.result(PATIENCE).content for answer in answers] == [before] * 3
    assert order == ["upload", "lost"]
