"""Tests of connections: addresses, settings, and databases that do not answer."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from indexer.catalogue import CatalogueUnavailable, ItemDraft, UnusableDatabase, database, open_catalogue, upgrade
from indexer.catalogue.database import connect
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


def test_a_restart_of_the_server_is_survived(postgresql: PostgreSQL) -> None:
    """Connections that a restart has cut are noticed and made anew."""
    url = postgresql.upgraded()
    with open_catalogue(url) as catalogue:
        catalogue.create_collection("shoes", "sketch")
        postgresql.end_connections(url)
        assert catalogue.state("shoes").change_seq == 0
        assert catalogue.upsert("shoes", [ItemDraft("a")])[0].change_seq == 1
    postgresql.drop(url)
