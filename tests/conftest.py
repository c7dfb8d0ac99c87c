"""Fixtures for every deck: real databases; and in which order, and how, all tests run."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from indexer.catalogue import SqlCatalogue, open_catalogue, upgrade
from tests.databases import PostgreSQL, run_postgresql, sqlite_address

# How long an example takes says something of the machine, not of the code.
settings.register_profile("likeness", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("likeness")

LONG_ONES = (
    "test_document_commands.py",
    "test_crashes.py",
    "test_container_commands.py",
    "test_workers.py",
    "test_backup.py",
    "test_whole.py",
)
"""Modules whose tests start many processes: whoever came to one last would keep everybody waiting for it."""

# Imported modules are a million objects that stay; looking for garbage among them took an eighth of all the time.
gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest tests come first, so that in the end no worker has nothing to do; all others keep their order."""
    items.sort(key=lambda item: LONG_ONES.index(item.path.name) if item.path.name in LONG_ONES else len(LONG_ONES))


def pytest_collection_finish() -> None:
    """Look for garbage from now on, but only among what the tests make."""
    gc.freeze()
    gc.set_threshold(10_000)
    gc.enable()


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
