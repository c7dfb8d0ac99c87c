"""A collection's own row: who writes takes hold of it, so that writers of one collection take turns."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from indexer.catalogue.errors import UnknownCollection
from indexer.catalogue.tables import collections


@dataclass(frozen=True)
class Turn:
    """A collection that nobody else can write to until the transaction ends."""

    connection: Connection
    collection_id: int
    checkpoint: str | None
    published: int | None
    building: str | None

    def next_change(self) -> int:
        """Take the next change number."""
        taken = (
            update(collections)
            .where(collections.c.id == self.collection_id)
            .values(change_seq=collections.c.change_seq + 1)
            .returning(collections.c.change_seq)
        )
        return int(self.connection.execute(taken).scalar_one())

    def note_checkpoint(self, digest: str) -> None:
        """Note the checkpoint of the first vector; later ones change nothing."""
        if self.checkpoint is None:
            self.note(checkpoint=digest)

    def note(self, **values: str | int | None) -> None:
        """Change columns of the collection's row."""
        own_row = collections.c.id == self.collection_id
        self.connection.execute(update(collections).where(own_row).values(**values))


def take_turn(connection: Connection, name: str) -> Turn:
    """Wait until no other transaction writes to a collection, and keep others out until this one ends.

    Raises:
        UnknownCollection: there is none of that name.
    """
    columns = (collections.c.id, collections.c.checkpoint, collections.c.published, collections.c.building)
    own_row = select(*columns).where(collections.c.name == name)
    row = connection.execute(own_row.with_for_update()).one_or_none()
    if row is None:
        raise unknown_collection(name)
    return Turn(connection, *row)


def find_collection(connection: Connection, name: str) -> int:
    """Return the id of a collection.

    Raises:
        UnknownCollection: there is none of that name.
    """
    found = connection.execute(select(collections.c.id).where(collections.c.name == name)).scalar_one_or_none()
    if found is None:
        raise unknown_collection(name)
    return int(found)


def unknown_collection(name: str) -> UnknownCollection:
    """Return the error that says so."""
    return UnknownCollection(f"There is no collection {name[:80]!r}; create it first, or list those that exist.")
