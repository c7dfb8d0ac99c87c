"""The tables as they stand in a database: made, changed and compared by Alembic, with the scripts in `migrations`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from indexer.catalogue.database import Database, connect
from indexer.catalogue.errors import UnusableDatabase
from indexer.catalogue.tables import metadata

SCRIPTS = "migrations"

# Any number, as long as nothing else in the same PostgreSQL database locks by it.
_LOCK = 5_318_008_117


def upgrade(url: str, revision: str = "head") -> None:
    """Make the tables, or bring them to a revision; processes that do it at the same time wait for each other.

    Raises:
        UnusableDatabase: the address cannot be used, or the tables are of a newer version than this one.
        CatalogueUnavailable: the database does not answer.
    """
    with _changing(url) as config:
        command.upgrade(config, revision)


def downgrade(url: str, revision: str) -> None:
    """Take the tables back to an earlier revision, `base` for none; what only later ones hold is lost.

    Raises:
        UnusableDatabase: the address or the revision cannot be used.
        CatalogueUnavailable: the database does not answer.
    """
    with _changing(url) as config:
        command.downgrade(config, revision)


def differences(url: str) -> list[Any]:
    """Return what Alembic would still change to turn the tables into those of `indexer.catalogue.tables`."""
    database = connect(url)
    try:
        with database.reading() as connection:
            options = {"compare_type": True, "compare_server_default": True}
            return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))
    finally:
        database.close()


def check_revision(database: Database) -> None:
    """Make sure that the tables are those of this version.

    Raises:
        UnusableDatabase: they are not.
    """
    with database.reading() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current != ScriptDirectory.from_config(configuration()).get_current_head():
        state = "holds no tables yet" if current is None else "has tables of another version"
        message = (
            f"The database at {database.address} {state}: upgrade it, or use the version of Likeness that made them."
        )
        raise UnusableDatabase(message)


def configuration(connection: Connection | None = None, scripts: Path | None = None) -> Config:
    """Return Alembic's settings: where the scripts lie, and the connection that they use."""
    config = Config()
    config.set_main_option("script_location", str(scripts or files(SCRIPTS)).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _changing(url: str) -> Iterator[Config]:
    database = connect(url)
    try:
        with database.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
            yield configuration(connection)
    except CommandError as error:
        message = f"The tables cannot be changed ({error}): another version of Likeness made them."
        raise UnusableDatabase(message) from error
    finally:
        database.close()
