"""The catalogue in SQL: SQLite embedded, PostgreSQL where several processes write a lot."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from indexer.catalogue.contracts import Catalogue
from indexer.catalogue.database import Database, connect
from indexer.catalogue.keyring import Keyring
from indexer.catalogue.schema import check_revision
from indexer.catalogue.sql_builds import SqlBuilds
from indexer.catalogue.sql_collections import SqlCollections
from indexer.catalogue.sql_erasing import SqlErasing
from indexer.catalogue.sql_items import SqlItems
from indexer.catalogue.sql_locks import SqlLocks
from indexer.catalogue.sql_searches import SqlSearches
from indexer.catalogue.sql_vectors import SqlVectors


class SqlCatalogue(  # one catalogue, of which each part has a module
    SqlCollections, SqlItems, SqlErasing, SqlSearches, SqlVectors, SqlBuilds, SqlLocks, Catalogue
):
    """A catalogue in SQLite or PostgreSQL; every promise is in `Catalogue`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.keyring = Keyring(database)

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_catalogue(url: str) -> SqlCatalogue:
    """Open the catalogue at a database's address, such as sqlite:///var/catalogue.db.

    Raises:
        UnusableDatabase: the address cannot be used, or the tables are not those of this version.
        CatalogueUnavailable: the database does not answer.
    """
    database = connect(url)
    try:
        check_revision(database)
    except BaseException:
        database.close()
        raise
    return SqlCatalogue(database)
