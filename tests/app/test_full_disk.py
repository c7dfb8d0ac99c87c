"""A disk that is full or read-only: reads go on, writes get 507 with a sentence, and nothing is corrupted."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, event
from starlette.testclient import TestClient

from indexer.catalogue import SqlCatalogue
from indexer.generations import GenerationStore
from indexer.pictures import PictureStore
from indexer.verification import verify
from tests.app.serving import application, client_of, create, png, put, search
from tests.indexer.pictured import refuse_new_files

ITEMS = "/v1/collections/shoes/items"


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    """Make a server."""
    return application(tmp_path)


def let_rows_fail(app: FastAPI) -> None:
    """Let the database take no writes."""
    catalogue: SqlCatalogue = app.state.services.catalogue

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = ON")

    event.listen(catalogue._database.engine, "begin", begin)  # noqa: SLF001 - no user has a way to do this


def refused(answer: Any) -> None:
    """Check that an answer is a 507 that says what is wrong."""
    assert (answer.status_code, answer.json()["type"]) == (507, "urn:likeness:problem:disk-unwritable")
    assert answer.json()["detail"].startswith("Nothing can be written to ")
    assert "Retry-After" not in answer.headers


def reads_go_on(client: TestClient) -> None:
    """Search, list, and fetch."""
    found = search(client, png(1)).json()["hits"]
    assert (found[0]["key"], found[0]["score"]) == ("a", pytest.approx(1, abs=1e-5))
    assert client.get(f"{ITEMS}/a").json()["key"] == "a"
    assert client.get(found[0]["image_url"]).content == png(1)
    assert client.get("/health/ready").status_code in {200, 503}


def lose_thumbnail(app: FastAPI, digest: str) -> None:
    """Take a thumbnail away, as a power cut may."""
    pictures: PictureStore = app.state.services.pictures
    small = pictures.thumbnail(digest)
    assert small is not None
    small.unlink()


def is_sound(app: FastAPI) -> bool:
    """Compare SQL with the files."""
    parts = app.state.services
    generations: GenerationStore = parts.generations
    pictures: PictureStore = parts.pictures
    return verify(parts.catalogue, generations, pictures, "shoes").problems == ()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_where_no_file_can_be_written_reads_go_on(app: FastAPI, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """A new picture is a 507 and no item; once there is room again it is written."""
    with client_of(app) as client:
        create(client)
        before = put(client, "a", 1)
        with monkeypatch.context() as full:
            refuse_new_files(full, number)
            refused(client.put(f"{ITEMS}/b", files={"image": png(2)}))
            refused(client.put(f"{ITEMS}/a", files={"image": png(2)}))
            reads_go_on(client)
            assert client.get(f"{ITEMS}/a").json() == before
            assert client.get(f"{ITEMS}/b").status_code == 404
            assert is_sound(app)
        put(client, "b", 2)
        assert search(client, png(2)).json()["hits"][0]["key"] == "b"


def test_a_large_upload_that_finds_no_room_is_said(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large files of a form are kept aside while they are read; where that is not possible small ones still are."""

    def fail(**_: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with client_of(app) as client:
        create(client)
        put(client, "a", 1)
        monkeypatch.setattr(tempfile, "TemporaryFile", fail)
        refused(search(client, png(1) + bytes(2_000_000)))
        reads_go_on(client)


def test_a_lost_thumbnail_is_shown_where_it_cannot_be_written(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made again for every request until there is room."""
    with client_of(app) as client:
        create(client)
        item = put(client, "a", 1)
        whole = client.get(item["thumbnail_url"])
        lose_thumbnail(app, item["image_url"].rpartition("/")[2])
        refuse_new_files(monkeypatch, errno.ENOSPC)
        again = client.get(item["thumbnail_url"])
        assert (again.content, again.headers["content-type"]) == (whole.content, whole.headers["content-type"])
        assert again.headers["etag"] == whole.headers["etag"]


def test_where_no_row_can_be_written_reads_go_on(app: FastAPI) -> None:
    """Every write is a 507 and has changed nothing."""
    with client_of(app) as client:
        create(client)
        before = put(client, "a", 1)
        let_rows_fail(app)
        refused(client.put(f"{ITEMS}/b", files={"image": png(2)}))
        refused(client.patch(f"{ITEMS}/a", json={"title": "x"}))
        refused(client.delete(f"{ITEMS}/a"))
        refused(client.post("/v1/collections", json={"name": "hats", "model": "fake"}))
        refused(client.delete("/v1/collections/shoes"))
        reads_go_on(client)
        assert client.get(f"{ITEMS}/a").json() == before
        assert is_sound(app)
