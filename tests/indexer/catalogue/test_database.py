"""Tests of connections: addresses, settings, and databases that do not answer."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from indexer.catalogue import (
    CatalogueUnavailable,
    ItemDraft,
    SqlCatalogue,
    UnusableDatabase,
    database,
    open_catalogue,
    upgrade,
)
from indexer.catalogue.database import connect
from indexer.disk import DiskUnwritable
from tests.databases import PostgreSQL, sqlite_address


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", "cannot be read"),
        ("no address", "cannot be read"),
        ("mysql://a:b@c/d", "kind 'mysql' cannot be used"),
        ("postgresql+asyncpg://a:b@c/d", "kind 'postgresql\\+asyncpg' cannot be used"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_addresses_of_other_things_are_refused(address: str, reason: str) -> None:
    """An address that cannot work is refused at once, in a sentence that holds no password."""
    with pytest.raises(UnusableDatabase, match=reason) as caught:
        connect(address)
    assert "a:b" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_usual_names_of_postgresql_are_understood(scheme: str) -> None:
    """An address works as hosting services write it."""
    opened = connect(f"{scheme}://user:secret@host/name")
    assert opened.engine.url.drivername == "postgresql+psycopg"
    opened.close()


def test_sqlite_is_set_up_on_every_connection(tmp_path: Path) -> None:
    """Readers go on beside a writer, rows go with their collection, and a commit outlives a power cut."""
    opened = connect(sqlite_address(tmp_path / "made" / "for it"))
    with opened.reading() as first, opened.reading() as second:
        for connection in (first, second):
            settings = {
                name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
            }
            assert settings == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30_000}
    opened.close()


def test_every_select_of_a_reading_sees_the_same_moment(database_url: str) -> None:
    """What is written between two SELECTs of one reading is not seen by the second."""
    with open_catalogue(database_url) as catalogue:
        catalogue.create_collection("shoes", "sketch")
        count = text("SELECT count(*) FROM items")
        with closing(connect(database_url)) as other, other.reading() as connection:
            before = connection.execute(count).scalar_one()
            catalogue.upsert("shoes", [ItemDraft("a")])
            assert connection.execute(count).scalar_one() == before
        assert catalogue.collection("shoes").items == 1


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    """Who cannot reach PostgreSQL learns the address and the reason, but not the password."""
    address = f"postgresql://user:secret@/name?host={tmp_path}"
    for call in (open_catalogue, upgrade):
        with pytest.raises(CatalogueUnavailable, match="does not answer") as caught:
            call(address)
        assert "secret" not in str(caught.value)
        assert "user:***@" in str(caught.value)


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    """A file of something else is not taken for an empty catalogue, and stays as it is."""
    file = tmp_path / "catalogue.db"
    file.write_bytes(b"something else " * 1000)
    with pytest.raises(UnusableDatabase, match="not a database"):
        upgrade(sqlite_address(tmp_path))
    assert file.read_bytes() == b"something else " * 1000


def test_a_writer_that_waits_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When another holds SQLite for longer than the timeout, the answer is an error of the catalogue's own."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 10)
    upgrade(sqlite_address(tmp_path))
    with open_catalogue(sqlite_address(tmp_path)) as catalogue:
        catalogue.create_collection("shoes", "sketch")
        with (
            closing(connect(sqlite_address(tmp_path))) as other,
            other.writing(),
            pytest.raises(CatalogueUnavailable, match="database is locked"),
        ):
            catalogue.upsert("shoes", [ItemDraft("a")])
        assert catalogue.upsert("shoes", [ItemDraft("a")])[0].change_seq == 1


def read_only(opened: SqlCatalogue) -> None:
    """Let the database take no writes from now on."""
    engine = opened._database.engine  # noqa: SLF001 - no user has a way to do this
    statement = "PRAGMA query_only = ON" if engine.dialect.name == "sqlite" else "SET TRANSACTION READ ONLY"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(statement))


def test_a_database_that_may_only_be_read_is_read(catalogue: SqlCatalogue) -> None:
    """Writes are refused in a sentence, what is stored can be asked for, and nothing has changed."""
    catalogue.create_collection("shoes", "sketch")
    item = catalogue.upsert("shoes", [ItemDraft("a")])[0]
    read_only(catalogue)
    writes: tuple[Callable[[], object], ...] = (
        lambda: catalogue.upsert("shoes", [ItemDraft("b")]),
        lambda: catalogue.patch("shoes", "a", title="x"),
        lambda: catalogue.delete("shoes", "a"),
        lambda: catalogue.create_collection("boots", "sketch"),
        lambda: catalogue.delete_collection("shoes"),
    )
    for write in writes:
        with pytest.raises(DiskUnwritable, match="may only be read"):
            write()
    assert catalogue.state("shoes").change_seq == 1
    assert catalogue.page("shoes").items == [item]


@pytest.mark.parametrize("killed", [False, True])
def test_a_file_on_a_read_only_disk_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: bool) -> None:
    """A catalogue that is opened where nothing can be written shows all of itself, and what its journal alone holds."""
    written, frozen = tmp_path / "written", tmp_path / "frozen # 100 %"
    address = sqlite_address(written)
    upgrade(address)
    with open_catalogue(address) as catalogue:
        catalogue.create_collection("shoes", "sketch")
        catalogue.upsert("shoes", [ItemDraft("a", "Boot")])
        if killed:
            shutil.copytree(written, frozen)
            assert list(frozen.glob("*-wal"))
    if not killed:
        shutil.copytree(written, frozen)
        assert not list(frozen.glob("*-wal"))
    before = {path.name: path.read_bytes() for path in frozen.iterdir()}
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with open_catalogue(sqlite_address(frozen)) as catalogue:
        assert catalogue.item("shoes", "a").title == "Boot"
        assert [item.key for item in catalogue.page("shoes").items] == ["a"]
        with pytest.raises(DiskUnwritable, match="may only be read") as caught:
            catalogue.upsert("shoes", [ItemDraft("b")])
    # The place is named as the operator named it, not as SQLite is asked for it.
    assert re.search(r"sqlite:////\S+/frozen %23 100 %25/catalogue.db, for", str(caught.value))
    assert {name: content for name, content in before.items() if not name.endswith("-shm")} == {
        path.name: path.read_bytes() for path in frozen.iterdir() if not path.name.endswith("-shm")
    }


def test_a_file_that_is_not_there_is_not_only_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is nothing to read yet, whether it can be made is SQLite's to find out."""
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    address = sqlite_address(tmp_path)
    upgrade(address)
    assert list(tmp_path.iterdir())


def test_a_full_disk_below_sqlite_is_said(tmp_path: Path) -> None:
    """A write that no longer fits leaves nothing behind; what is stored is read, and written to once there is room."""
    upgrade(sqlite_address(tmp_path))
    with open_catalogue(sqlite_address(tmp_path)) as catalogue:
        catalogue.create_collection("shoes", "sketch")
        item = catalogue.upsert("shoes", [ItemDraft("a")])[0]
        engine = catalogue._database.engine  # noqa: SLF001 - SQLite can be told that no page more fits

        def full(connection: Connection) -> None:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")

        event.listen(engine, "begin", full)
        with pytest.raises(DiskUnwritable, match="its disk is full"):
            catalogue.upsert("shoes", [ItemDraft(str(number), "x" * 900) for number in range(50)])
        assert catalogue.page("shoes").items == [item]
        event.remove(engine, "begin", full)
        engine.dispose()
        assert catalogue.upsert("shoes", [ItemDraft("b")])[0].change_seq == 2


def test_a_full_disk_below_postgresql_is_said(postgresql: PostgreSQL) -> None:
    """What PostgreSQL says when it cannot extend a file is the same error."""
    url = postgresql.upgraded()
    with open_catalogue(url) as catalogue:
        catalogue.create_collection("shoes", "sketch")
        with closing(connect(url)) as other, other.writing() as connection:
            connection.exec_driver_sql(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"
            )
            connection.exec_driver_sql("CREATE TRIGGER full_disk BEFORE INSERT ON items EXECUTE FUNCTION full_disk()")
        with pytest.raises(DiskUnwritable, match="its disk is full"):
            catalogue.upsert("shoes", [ItemDraft("a")])
        assert catalogue.state("shoes").change_seq == 0
    postgresql.drop(url)


def test_a_restart_of_the_server_is_survived(postgresql: PostgreSQL) -> None:
    """Connections that a restart has cut are noticed and made anew."""
    url = postgresql.upgraded()
    with open_catalogue(url) as catalogue:
        catalogue.create_collection("shoes", "sketch")
        postgresql.end_connections(url)
        assert catalogue.state("shoes").change_seq == 0
        assert catalogue.upsert("shoes", [ItemDraft("a")])[0].change_seq == 1
    postgresql.drop(url)
