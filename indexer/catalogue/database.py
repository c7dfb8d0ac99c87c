"""Connections to SQLite and PostgreSQL, and the two ways of using one: reading a snapshot, and writing in turn."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from indexer.catalogue.errors import CatalogueUnavailable, UnusableDatabase
from indexer.disk import unwritable

BUSY_TIMEOUT_MS = 30_000
CONNECT_TIMEOUT_S = 10
POOL_SIZE = 8
MAX_OVERFLOW = 24

_BEGIN = "likeness_begin"

# By SQLite's primary result codes, and by PostgreSQL's states.
_UNWRITABLE: dict[object, str] = {
    sqlite3.SQLITE_FULL: "its disk is full",
    sqlite3.SQLITE_READONLY: "it may only be read",
    "53100": "its disk is full",
    "25006": "it may only be read",
}


class Database:
    """An engine, and how its connections are used."""

    def __init__(self, engine: Engine, url: URL) -> None:
        self.engine = engine
        self.address = url.render_as_string(hide_password=True)
        self._writer = engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        self._selecting: Engine = engine.execution_options(**{_BEGIN: ""})
        self._reader: Engine = engine
        if engine.dialect.name == "postgresql":
            self._selecting = engine.execution_options(isolation_level="AUTOCOMMIT")
            self._reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def selecting(self) -> Iterator[Connection]:
        """Lend a connection for one SELECT, which is consistent by itself, or for what no transaction may hold."""
        with _translating(self.address), self._selecting.connect() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection on which every SELECT sees the same moment."""
        with _translating(self.address), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Lend a connection in a transaction that is committed at the end, or rolled back by any error."""
        with _translating(self.address), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close the connections that are not in use."""
        self.engine.dispose()


def connect(address: str) -> Database:
    """Return the database at an address; it is not asked anything yet.

    A file of SQLite's that may only be read is read; it is held to stay as it is until it is connected to anew.

    Raises:
        UnusableDatabase: the address is not one of SQLite (a file) or PostgreSQL.
    """
    url = _url(address)
    if url.get_backend_name() == "postgresql":
        arguments = {"connect_timeout": CONNECT_TIMEOUT_S}
        return Database(_engine(url, pool_pre_ping=True, connect_args=arguments), url)
    if url.database is None:
        raise AssertionError
    file = Path(url.database)
    file.parent.mkdir(parents=True, exist_ok=True)
    if _is_read_only(file):
        engine = _engine(_unchanging(url, file))
    else:
        engine = _engine(url)
        event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine, url)


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError as error:
        message = "The database's address cannot be read; it looks like postgresql://user:password@host/name."
        raise UnusableDatabase(message) from error
    if url.drivername in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        message = f"A database of the kind {url.drivername!r} cannot be used: give the address of SQLite or PostgreSQL."
        raise UnusableDatabase(message)
    if url.get_backend_name() == "sqlite" and (url.database or ":memory:") == ":memory:":
        message = "A catalogue in SQLite needs a file: its address looks like sqlite:///folder/catalogue.db."
        raise UnusableDatabase(message)
    return url


def _is_read_only(file: Path) -> bool:
    """Tell whether a database is there and nothing can be written beside it, as SQLite's journal must be."""
    return file.exists() and not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK))


def _unchanging(url: URL, file: Path) -> URL:
    """Return the address by which SQLite opens a file without a lock or a journal, as nobody can change it.

    Where a journal lies beside it, it is read too, for it may hold what was written last.
    """
    journal = file.with_name(f"{file.name}-wal")
    options = {"mode": "ro", "uri": "true"} | ({} if journal.exists() else {"immutable": "1"})
    return url.set(database=f"file:{quote(str(file))}", query=options)


def _engine(url: URL, **options: Any) -> Engine:  # noqa: ANN401 - as SQLAlchemy takes them
    return create_engine(url, pool_size=POOL_SIZE, max_overflow=MAX_OVERFLOW, **options)


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's, behind SQLAlchemy's pool
    # Python's driver would begin transactions by itself, and later than is needed here.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that begins by reading could not write once another has written meanwhile; a writer queues first.
    statement = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)


@contextmanager
def _translating(address: str) -> Iterator[None]:
    """Turn the errors that mean "ask again later", or "make room", into our own."""
    try:
        with _making_room(address):
            yield
    except (OperationalError, InterfaceError, PoolTimeoutError) as error:
        raise _unavailable(address, error) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise _unavailable(address, error) from error
        if type(error) is DatabaseError:
            # SQLite's word for a file that is something else, or damaged.
            message = f"The catalogue at {address} cannot be used ({_reason(error)}): restore it, or name another."
            raise UnusableDatabase(message) from error
        raise


@contextmanager
def _making_room(address: str) -> Iterator[None]:
    """Turn the errors of a database that takes no more into ours."""
    try:
        yield
    except DBAPIError as error:
        code = getattr(error.orig, "sqlite_errorcode", None)
        state = getattr(error.orig, "sqlstate", None) if code is None else code & 0xFF
        if state not in _UNWRITABLE:
            raise
        place = f"the catalogue at {address}"
        raise unwritable(place, _UNWRITABLE[state]) from error


def _unavailable(address: str, error: Exception) -> CatalogueUnavailable:
    message = f"The catalogue at {address} does not answer ({_reason(error)}); try again, or check the database."
    return CatalogueUnavailable(message)


def _reason(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip() or type(cause).__name__).splitlines()[0].rstrip(".")
