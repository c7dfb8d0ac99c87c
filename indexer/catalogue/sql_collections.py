"""Collections in SQL."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from indexer.catalogue.database import Database
from indexer.catalogue.errors import CollectionExists
from indexer.catalogue.keys import check_keep_days, check_name, check_threshold, check_title
from indexer.catalogue.needs import SEARCHED_WITH, WITH_PUBLISHED, find_needs
from indexer.catalogue.records import Collection, CollectionChanges, Needs, State
from indexer.catalogue.rows import to_collection
from indexer.catalogue.tables import collections, items
from indexer.catalogue.turns import take_turn, unknown_collection

_COUNT = select(func.count()).where(items.c.collection_id == collections.c.id).scalar_subquery().label("items")
_ALL = select(
    collections.c.id,
    collections.c.name,
    collections.c.title,
    collections.c.model,
    collections.c.checkpoint,
    collections.c.change_seq,
    collections.c.published,
    _COUNT,
    collections.c.created_at,
    collections.c.threshold,
    collections.c.personal,
    collections.c.keep_days,
)
# Built once: it is asked for every search.
_STATE = (
    select(
        collections.c.id.label("collection_id"),
        collections.c.model,
        collections.c.change_seq,
        collections.c.published,
        SEARCHED_WITH.label("digest"),
        collections.c.threshold,
        collections.c.personal,
    )
    .select_from(WITH_PUBLISHED)
    .where(collections.c.name == bindparam("collection"))
)


class SqlCollections:
    """The part of the catalogue that is about collections as a whole."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create_collection(
        self,
        name: str,
        model: str,
        title: str = "",
        *,
        threshold: float | None = None,
        personal: bool = False,
        keep_days: int | None = None,
    ) -> Collection:
        """Create an empty collection."""
        row = {
            "name": check_name(name),
            "title": check_title(title),
            "model": model,
            "change_seq": 0,
            "created_at": datetime.now(UTC),
            "threshold": check_threshold(threshold),
            "personal": personal,
            "keep_days": check_keep_days(keep_days),
        }
        try:
            with self._database.writing() as connection:
                connection.execute(insert(collections), row)
        except IntegrityError as error:
            message = f"There is a collection {name!r} already; choose another name."
            raise CollectionExists(message) from error
        return self.collection(name)

    def collection(self, name: str) -> Collection:
        """Return one collection."""
        with self._database.selecting() as connection:
            row = connection.execute(_ALL.where(collections.c.name == name)).mappings().one_or_none()
        if row is None:
            raise unknown_collection(name)
        return to_collection(row)

    def collections(self) -> list[Collection]:
        """Return all collections by name."""
        with self._database.selecting() as connection:
            return [to_collection(row) for row in connection.execute(_ALL.order_by(collections.c.name)).mappings()]

    def change_collection(self, name: str, changes: CollectionChanges) -> Collection:
        """Change what is named of a collection."""
        row: dict[str, object] = {}
        if "title" in changes:
            row["title"] = check_title(changes["title"])
        if "threshold" in changes:
            row["threshold"] = check_threshold(changes["threshold"])
        if "personal" in changes:
            row["personal"] = changes["personal"]
        if "keep_days" in changes:
            row["keep_days"] = check_keep_days(changes["keep_days"])
        if row:
            with self._database.writing() as connection:
                connection.execute(update(collections).where(collections.c.name == name).values(row))
        return self.collection(name)

    def delete_collection(self, name: str) -> None:
        """Delete a collection with everything in it."""
        with self._database.writing() as connection:
            turn = take_turn(connection, name)
            connection.execute(delete(collections).where(collections.c.id == turn.collection_id))

    def state(self, collection: str) -> State:
        """Return where a collection stands; one SELECT."""
        with self._database.selecting() as connection:
            row = connection.execute(_STATE, {"collection": collection}).one_or_none()
        if row is None:
            raise unknown_collection(collection)
        return State(*row)

    def needs(self, collection: str) -> Needs:
        """Return what a new item has to be embedded with."""
        with self._database.selecting() as connection:
            return find_needs(connection, collection)
