"""Tests of the tables in real databases, and of the scripts that make them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text

from indexer.catalogue import ItemDraft, UnusableDatabase, open_catalogue
from indexer.catalogue.database import connect
from indexer.catalogue.schema import differences, downgrade, upgrade
from indexer.catalogue.tables import metadata
from tests.databases import sqlite_address


def table_names(url: str) -> set[str]:
    """The tables of a database, without Alembic's own."""
    database = connect(url)
    with database.reading() as connection:
        found = set(inspect(connection).get_table_names())
    database.close()
    return found - {"alembic_version"}


def describe(connection: Connection, table: str) -> dict[str, object]:
    """What SQLite says of a table, apart from how it was written down."""
    inspector = inspect(connection)
    written = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table}).scalar_one()
    return {
        "columns": [
            (column["name"], str(column["type"]), column["nullable"]) for column in inspector.get_columns(table)
        ],
        "primary key": inspector.get_pk_constraint(table)["constrained_columns"],
        "foreign keys": inspector.get_foreign_keys(table),
        # An index of some rows only says which ones in an expression, and two expressions are never equal.
        "indexes": [
            {**index, "dialect_options": {name: str(value) for name, value in index["dialect_options"].items()}}
            for index in inspector.get_indexes(table)
        ],
        "unique": inspector.get_unique_constraints(table),
        "checks": inspector.get_check_constraints(table),
        "ids are used once": "AUTOINCREMENT" in written,
    }


def test_scripts_make_the_tables_that_the_code_expects(empty_database: str) -> None:
    """After an upgrade Alembic finds nothing left to change."""
    upgrade(empty_database)
    assert table_names(empty_database) == set(metadata.tables)
    assert differences(empty_database) == []


def test_scripts_go_down_and_up_again(empty_database: str) -> None:
    """Going all the way down leaves no table, and the way up works from there."""
    upgrade(empty_database)
    downgrade(empty_database, "base")
    assert table_names(empty_database) == set()
    upgrade(empty_database)
    assert differences(empty_database) == []


def test_the_way_down_keeps_the_collections(empty_database: str) -> None:
    """A version that knows neither finds every collection, and after the way up again none has a threshold or days."""
    upgrade(empty_database)
    with open_catalogue(empty_database) as catalogue:
        made = catalogue.create_collection("shoes", "sketch", threshold=0.5, personal=True, keep_days=7)
    downgrade(empty_database, "0005")
    upgrade(empty_database)
    with open_catalogue(empty_database) as catalogue:
        assert catalogue.collections() == [replace(made, threshold=None, personal=False, keep_days=None)]


def test_items_of_an_older_version_are_as_old_as_their_last_write(empty_database: str) -> None:
    """Nothing else was kept of them, and none is younger, or without age, for the upgrade."""
    upgrade(empty_database)
    with open_catalogue(empty_database) as catalogue:
        catalogue.create_collection("people", "reid")
        one, other = catalogue.upsert("people", [ItemDraft("one")]) + catalogue.upsert("people", [ItemDraft("other")])
    downgrade(empty_database, "0008")
    upgrade(empty_database)
    with open_catalogue(empty_database) as catalogue:
        assert catalogue.older("people", one.updated_at).tolist() == []
        assert catalogue.older("people", other.updated_at).tolist() == [one.id]


def test_a_missing_column_is_a_difference(empty_database: str) -> None:
    """The comparison sees what a forgotten migration leaves behind."""
    upgrade(empty_database)
    database = connect(empty_database)
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE generations DROP COLUMN recall"))
    database.close()
    assert [difference[0] for difference in differences(empty_database)] == ["add_column"]


def test_processes_that_upgrade_together_wait_for_each_other(empty_database: str) -> None:
    """Several services that start at once all find the tables made."""
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(upgrade, [empty_database] * 3))
    assert differences(empty_database) == []


def test_what_sqlite_is_told_by_the_scripts_is_what_the_tables_say(tmp_path: Path) -> None:
    """Also what Alembic does not compare, such as AUTOINCREMENT and cascades, is the same either way."""
    upgrade(sqlite_address(tmp_path / "scripts"))
    made = connect(sqlite_address(tmp_path / "tables"))
    with made.writing() as connection:
        metadata.create_all(connection)
    scripted = connect(sqlite_address(tmp_path / "scripts"))
    described = []
    for database in (made, scripted):
        with database.reading() as connection:
            described.append({name: describe(connection, name) for name in metadata.tables})
        database.close()
    assert described[0] == described[1]


def test_a_database_without_tables_is_not_opened(empty_database: str) -> None:
    """Whoever forgets the upgrade is told so, instead of meeting missing tables later."""
    with pytest.raises(UnusableDatabase, match="holds no tables yet"):
        open_catalogue(empty_database)


def test_a_database_of_a_newer_version_is_neither_opened_nor_upgraded(empty_database: str) -> None:
    """An old version keeps its hands off the tables of a newer one."""
    upgrade(empty_database)
    database = connect(empty_database)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(UnusableDatabase, match="another version"):
        open_catalogue(empty_database)
    with pytest.raises(UnusableDatabase, match="another version"):
        upgrade(empty_database)
