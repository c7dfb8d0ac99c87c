"""Fixtures for every deck: real databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from indexer.catalogue import SqlCatalogue, open_catalogue, upgrade
from tests.databases import PostgreSQL, run_postgresql, sqlite_address

# How long an example takes says something of the machine, not of the code.
settings.register_profile("likeness", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("likeness")


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
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with the catalogue's tables, all empty, on either system."""
    if request.param == "sqlite":
        url = sqlite_address(tmp_path)
        upgrade(url)
        return url
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.cleared()


@pytest.fixture
def catalogue(database_url: str) -> Iterator[SqlCatalogue]:
    """An empty catalogue, on either system."""
    with open_catalogue(database_url) as opened:
        yield opened
