"""Fixtures for every deck: real databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalogue import SqlCatalogue, open_catalogue, upgrade
from tests.databases import PostgreSQL, run_postgresql, sqlite_address


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A running PostgreSQL server."""
    with run_postgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables, on either system."""
    if request.param == "sqlite":
        yield sqlite_address(tmp_path)
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    url = server.empty()
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with the catalogue's tables, on either system."""
    if request.param == "sqlite":
        url = sqlite_address(tmp_path)
        upgrade(url)
        yield url
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    url = server.upgraded()
    yield url
    server.drop(url)


@pytest.fixture
def catalogue(database_url: str) -> Iterator[SqlCatalogue]:
    """An empty catalogue, on either system."""
    with open_catalogue(database_url) as opened:
        yield opened
