"""Erasing rows, on both systems, judged by the rows that are left and by the bytes in the databases' files."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import psycopg
import pytest
from sqlalchemy import create_engine, update

from indexer.catalogue import (
    CatalogueUnavailable,
    ErasedRows,
    ItemDraft,
    Once,
    SqlCatalogue,
    UnknownCollection,
    database,
    open_catalogue,
)
from indexer.catalogue.tables import items
from tests.databases import PostgreSQL
from tests.indexer.stock import NEW, OLD, new_catalogue, put

VECTOR = np.random.default_rng(7).standard_normal(24, dtype=np.float32)
NAME = "Somebody-of-the-test"


def people(catalogue: SqlCatalogue) -> str:
    """Make a collection of four items."""
    catalogue.create_collection("people", "fake")
    for number, key in enumerate("abcd"):
        put(catalogue, "people", key, number, OLD, NEW)
    return "people"


def ids_of(catalogue: SqlCatalogue, *keys: str) -> list[int]:
    """Return the ids of some items."""
    return [catalogue.item("people", key).id for key in keys]


def drop_moments(url: str) -> None:
    """Leave of items what the version before writes of them."""
    stored = database.connect(url)
    with stored.writing() as connection:
        connection.execute(update(items).values(pictured_at=None))
    stored.close()


def test_items_go_with_all_that_quotes_them(catalogue: SqlCatalogue) -> None:
    """Their rows, vectors, rejects and answers are gone in one change, and nothing else is."""
    name = people(catalogue)
    catalogue.reject(name, "a", "It is no picture.")
    catalogue.reject(name, "z/1", "It is no picture.")
    catalogue.reject(name, "other", "It is no picture.")
    catalogue.upsert_once(name, [], Once("k", "0c" * 32, lambda items: "a"))
    before = catalogue.state(name).change_seq
    assert catalogue.erase(name, [*ids_of(catalogue, "a", "c"), 999_999], ["z/1"]) == ErasedRows(2, 4, 2)
    assert [item.key for item in catalogue.page(name).items] == ["b", "d"]
    assert catalogue.ids(name).tolist() == ids_of(catalogue, "b", "d")
    assert [reject.key for reject in catalogue.rejects(name)] == ["other"]
    assert catalogue.answered(name, "k", "0c" * 32) is None
    changes = catalogue.changes(name, before, OLD)
    assert (changes.change_seq, len(changes.ids), len(changes.removed)) == (before + 1, 0, 2)
    assert catalogue.vector_count(name, NEW) == 2


def test_erasing_nothing_changes_nothing(catalogue: SqlCatalogue) -> None:
    """Neither items of another collection nor ids of none are touched, and no change is counted."""
    name = people(catalogue)
    catalogue.create_collection("others", "fake")
    state = catalogue.state(name)
    assert catalogue.erase("others", ids_of(catalogue, "a")) == ErasedRows(0, 0, 0)
    assert catalogue.erase(name, []) == ErasedRows(0, 0, 0)
    assert catalogue.state(name) == state
    assert catalogue.collection(name).items == 4
    with pytest.raises(UnknownCollection):
        catalogue.erase("x", [])
    with pytest.raises(UnknownCollection):
        catalogue.ids("x")


def test_what_was_pictured_before_a_moment_is_older(catalogue: SqlCatalogue) -> None:
    """Another picture makes an item new; other words, or the same picture once more, do not."""
    name = people(catalogue)
    moments = {item.key: item.updated_at for item in catalogue.page(name).items}
    assert catalogue.older(name, moments["a"]).tolist() == []
    assert catalogue.older(name, moments["c"]).tolist() == ids_of(catalogue, "a", "b")
    everybody = ids_of(catalogue, "a", "b", "c", "d")
    later = moments["d"] + timedelta(microseconds=1)
    catalogue.patch(name, "a", title="New")
    old = next(item for item in catalogue.page(name).items if item.key == "b")
    catalogue.upsert(name, [ItemDraft("b", "New", {"x": 1}, old.picture)])
    assert catalogue.older(name, later).tolist() == everybody
    catalogue.upsert(name, [ItemDraft("a", picture=f"{9:064x}")])
    assert catalogue.older(name, later).tolist() == ids_of(catalogue, "b", "c", "d")
    with pytest.raises(UnknownCollection):
        catalogue.older("x", moments["a"])


def test_an_item_of_the_version_before_is_as_old_as_its_last_write(catalogue: SqlCatalogue, database_url: str) -> None:
    """What a server that notes no more adds, during an upgrade, expires too; other words leave it its age."""
    name = people(catalogue)
    drop_moments(database_url)
    moments = {item.key: item.updated_at for item in catalogue.page(name).items}
    everybody, later = ids_of(catalogue, *"abcd"), moments["d"] + timedelta(microseconds=1)
    assert catalogue.older(name, moments["a"]).tolist() == []
    assert catalogue.older(name, moments["c"]).tolist() == everybody[:2]
    catalogue.patch(name, "a", title="New")
    old = catalogue.item(name, "b")
    catalogue.upsert(name, [ItemDraft("b", "New", {}, old.picture)])
    assert catalogue.older(name, later).tolist() == everybody
    assert catalogue.older(name, moments["c"]).tolist() == everybody[:2]
    catalogue.upsert(name, [ItemDraft("c", picture=f"{9:064x}")])
    assert catalogue.older(name, later).tolist() == ids_of(catalogue, "a", "b", "d")


def test_own_pictures_are_shown_by_nobody_else(catalogue: SqlCatalogue) -> None:
    """A picture is an item's own unless an item outside the chosen ones refers to it, in whatever collection."""
    name = people(catalogue)
    put(catalogue, name, "e", 0)
    catalogue.create_collection("others", "fake")
    put(catalogue, "others", "f", 1)
    catalogue.upsert(name, [ItemDraft("g")])
    own = {key: catalogue.own_pictures(name, ids_of(catalogue, key)) for key in "abceg"}
    assert own == {"a": set(), "b": set(), "c": {f"{2:064x}"}, "e": set(), "g": set()}
    assert catalogue.own_pictures(name, ids_of(catalogue, "a", "e", "d")) == {f"{0:064x}", f"{3:064x}"}
    assert catalogue.own_pictures(name, []) == set()
    # What another collection holds is not its own to tell of.
    assert catalogue.own_pictures("others", ids_of(catalogue, "c")) == set()


def test_the_files_of_postgresql_hold_nothing_of_them(postgresql: PostgreSQL) -> None:
    """After the scrub neither tables nor their statistics quote an item; what its WAL holds is not looked at."""
    url = postgresql.upgraded()
    with open_catalogue(url) as catalogue, psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        people(catalogue)
        catalogue.upsert("people", [ItemDraft("x", NAME, {"name": NAME}, None, None, {OLD: VECTOR})])
        connection.execute("CHECKPOINT")
        row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        folder = Path(row[0]) / "base"
        needles = (NAME.encode(), VECTOR.astype("<f4").tobytes())
        assert all(_is_held(folder, needle) for needle in needles)
        catalogue.erase("people", ids_of(catalogue, "x"))
        catalogue.scrub()
        connection.execute("CHECKPOINT")
        assert not any(_is_held(folder, needle) for needle in needles)
        assert catalogue.collection("people").items == 4


def test_who_reads_on_keeps_the_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a reader needs the journal of SQLite it is told that it could not be emptied; afterwards it is empty."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 1)
    new_catalogue(tmp_path)
    with open_catalogue(f"sqlite:///{tmp_path / 'likeness.db'}") as catalogue:
        people(catalogue)
        reader = create_engine(f"sqlite:///{tmp_path / 'likeness.db'}").connect()
        reader.exec_driver_sql("BEGIN")
        reader.exec_driver_sql("SELECT count(*) FROM items").close()
        catalogue.erase("people", ids_of(catalogue, "a"))
        with pytest.raises(CatalogueUnavailable, match="the same command again"):
            catalogue.scrub()
        reader.close()
        reader.engine.dispose()
        catalogue.scrub()
        assert (tmp_path / "likeness.db-wal").stat().st_size == 0


def _is_held(folder: Path, needle: bytes) -> bool:
    return any(needle in path.read_bytes() for path in folder.rglob("*") if path.is_file())
