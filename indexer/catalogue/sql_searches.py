"""Searches of collections of people, noted in SQL."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select

from indexer.catalogue.database import Database
from indexer.catalogue.records import NotedSearch
from indexer.catalogue.tables import searches

_NOTED = select(
    searches.c.collection,
    searches.c.caller,
    searches.c.query,
    searches.c.hits,
    searches.c.matched,
    searches.c.searched_at,
)


class SqlSearches:
    """The part of the catalogue that is about who has searched."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note_search(self, search: NotedSearch) -> None:
        """Note a search, with the moment at which this is done."""
        row = asdict(search) | {"searched_at": datetime.now(UTC)}
        with self._database.writing() as connection:
            connection.execute(insert(searches), row)

    def noted_searches(self, collection: str, limit: int | None = None) -> list[NotedSearch]:
        """Return the latest searches that were noted of a collection of that name, oldest first."""
        latest = _NOTED.where(searches.c.collection == collection).order_by(searches.c.id.desc()).limit(limit)
        with self._database.selecting() as connection:
            return [NotedSearch(*row) for row in connection.execute(latest).all()][::-1]

    def forget_searches(self, collection: str, before: datetime) -> int:
        """Delete what was noted of a collection of that name before a moment; returns how many lines that were."""
        older = delete(searches).where(searches.c.collection == collection, searches.c.searched_at < before)
        with self._database.writing() as connection:
            return connection.execute(older).rowcount
