"""Items in SQL: writing them, one by one or many, and reading them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, delete, select, update

from indexer.catalogue.answering import find_answer, keep_answer
from indexer.catalogue.conditions import condition
from indexer.catalogue.cursors import read_cursor, write_cursor
from indexer.catalogue.database import Database
from indexer.catalogue.errors import UnknownItem
from indexer.catalogue.filters import Filter
from indexer.catalogue.keys import check_key, check_title
from indexer.catalogue.metadata import check_metadata, merge_patch, write_metadata
from indexer.catalogue.needs import check_needs
from indexer.catalogue.records import Expectation, Ids, Item, ItemDraft, Once, Page, Stored
from indexer.catalogue.rows import ITEM_COLUMNS, PICTURED_SINCE, as_ids, pack, portions, to_item
from indexer.catalogue.tables import collections, items, vectors
from indexer.catalogue.turns import Turn, find_collection, take_turn
from indexer.catalogue.writing import check_expected, drop_vectors, write_items, write_leaves, write_vectors

# Built once: the first is asked for the hits of every search.
_ALL = (
    select(*ITEM_COLUMNS)
    .join(collections, items.c.collection_id == collections.c.id)
    .where(collections.c.name == bindparam("collection"))
)
_BY_IDS = _ALL.where(items.c.id.in_(bindparam("ids", expanding=True)))
_BY_KEY = _ALL.where(items.c.key == bindparam("key"))


class SqlItems:
    """The part of the catalogue that is about items."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def upsert(
        self, collection: str, drafts: Sequence[ItemDraft], *, embedded: AbstractSet[str] | None = None
    ) -> list[Item]:
        """Write items in one transaction, all with the same change number, in the order of `drafts`."""
        checked = _checked(drafts)
        with self._database.writing() as connection:
            return _write(take_turn(connection, collection), collection, checked, embedded)

    def upsert_once(
        self, collection: str, drafts: Sequence[ItemDraft], once: Once, *, embedded: AbstractSet[str] | None = None
    ) -> str:
        """Write items and keep the answer, in one transaction, unless that was done already; return the answer."""
        checked = _checked(drafts)
        with self._database.writing() as connection:
            turn = take_turn(connection, collection)
            kept = find_answer(connection, turn.collection_id, once.key, once.request)
            if kept is not None:
                return kept
            answer = once.answer(_write(turn, collection, checked, embedded))
            keep_answer(turn, once.key, once.request, answer)
        return answer

    def answered(self, collection: str, key: str, request: str) -> str | None:
        """Return what `upsert_once` answered to a request; None if it did not, or long ago."""
        with self._database.reading() as connection:
            return find_answer(connection, find_collection(connection, collection), key, request)

    def patch(
        self,
        collection: str,
        key: str,
        *,
        title: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        expected: Expectation | None = None,
    ) -> Item:
        """Change the title, and merge into the metadata; vectors stay."""
        with self._database.writing() as connection:
            turn = take_turn(connection, collection)
            old = _one(connection, collection, key)
            check_expected(key, old.version, expected)
            patched = replace(
                old,
                title=old.title if title is None else check_title(title),
                metadata=check_metadata(merge_patch(old.metadata, metadata or {})),
            )
            if (patched.title, write_metadata(patched.metadata)) == (old.title, write_metadata(old.metadata)):
                return old
            new = replace(patched, change_seq=turn.next_change(), updated_at=datetime.now(UTC))
            values = {"title": new.title, "change_seq": new.change_seq, "updated_at": new.updated_at}
            stored, row = write_metadata(new.metadata), update(items).where(items.c.id == new.id)
            connection.execute(row.values(metadata=stored, pictured_at=PICTURED_SINCE, **values))
            write_leaves(turn, {new.id: new.metadata})
        return new

    def delete(self, collection: str, key: str, *, expected: Expectation | None = None) -> int:
        """Delete one item and return the change number of the deletion."""
        with self._database.writing() as connection:
            turn = take_turn(connection, collection)
            item = _one(connection, collection, key)
            check_expected(key, item.version, expected)
            change_seq = turn.next_change()
            drop_vectors(connection, [item.id], change_seq)
            connection.execute(delete(items).where(items.c.id == item.id))
        return change_seq

    def item(self, collection: str, key: str) -> Item:
        """Return one item."""
        with self._database.selecting() as connection:
            return _one(connection, collection, key)

    def items(self, collection: str, ids: Sequence[int] | Ids) -> list[Item]:
        """Return items in the order of `ids`; those that do not exist are left out."""
        wanted = [int(item_id) for item_id in ids]
        found: dict[int, Item] = {}
        with self._database.selecting() as connection:
            for portion in portions(wanted):
                rows = connection.execute(_BY_IDS, {"collection": collection, "ids": portion}).all()
                found.update((row.id, to_item(row)) for row in rows)
            if not found:
                find_collection(connection, collection)
        return [found[item_id] for item_id in wanted if item_id in found]

    def page(self, collection: str, *, cursor: str | None = None, limit: int = 50, where: Filter | None = None) -> Page:
        """Return some items, oldest first."""
        if limit < 1:
            message = f"A page cannot hold {limit} items."
            raise ValueError(message)
        with self._database.reading() as connection:
            collection_id = find_collection(connection, collection)
            after = 0 if cursor is None else read_cursor(cursor, collection_id)
            kept = select(*ITEM_COLUMNS).where(items.c.collection_id == collection_id, items.c.id > after)
            if where is not None:
                kept = kept.where(condition(where, collection_id))
            # One more than asked for tells whether there is a next page.
            rows = connection.execute(kept.order_by(items.c.id).limit(limit + 1)).all()
        found = [to_item(row) for row in rows[:limit]]
        return Page(found, write_cursor(collection_id, found[-1].id) if len(rows) > limit else None)

    def allowed(self, collection: str, where: Filter) -> Ids:
        """Return the ids, ascending, of all items that a filter keeps."""
        with self._database.reading() as connection:
            collection_id = find_collection(connection, collection)
            kept = select(items.c.id).where(items.c.collection_id == collection_id, condition(where, collection_id))
            return as_ids(connection.execute(kept.order_by(items.c.id)).scalars().all())

    def stored(self, collection: str, keys: Sequence[str]) -> dict[str, Stored]:
        """Return what is stored of those of the keys that exist."""
        found: dict[str, Stored] = {}
        with self._database.reading() as connection:
            own = items.c.collection_id == find_collection(connection, collection)
            for portion in portions(keys):
                these = (own, items.c.key.in_(portion))
                digests = _digests(connection, *these)
                rows = connection.execute(select(items.c.source, *ITEM_COLUMNS).where(*these)).mappings()
                found.update((row["key"], _to_stored(row, digests.get(row["id"], frozenset()))) for row in rows)
        return found

    def pictures(self) -> set[str]:
        """Return every picture that an item of any collection refers to."""
        with self._database.selecting() as connection:
            found = connection.execute(select(items.c.picture).where(items.c.picture.is_not(None)).distinct())
            return set(found.scalars())


def _one(connection: Connection, collection: str, key: str) -> Item:
    row = connection.execute(_BY_KEY, {"collection": collection, "key": key}).one_or_none()
    if row is None:
        find_collection(connection, collection)
        message = f"The collection {collection} holds no item {key[:80]!r}."
        raise UnknownItem(message)
    return to_item(row)


def _checked(drafts: Sequence[ItemDraft]) -> list[tuple[ItemDraft, list[tuple[str, bytes]]]]:
    """Return checked drafts with the bytes of their vectors by digest."""
    return [
        (_checked_draft(draft), [(digest, pack(vector)) for digest, vector in draft.vectors.items()])
        for draft in drafts
    ]


def _checked_draft(draft: ItemDraft) -> ItemDraft:
    check_key(draft.key)
    return replace(draft, title=check_title(draft.title), metadata=check_metadata(draft.metadata))


def _write(
    turn: Turn,
    collection: str,
    checked: Sequence[tuple[ItemDraft, list[tuple[str, bytes]]]],
    embedded: AbstractSet[str] | None,
) -> list[Item]:
    """Write checked drafts as one change, and return the items in their order."""
    if not checked:
        return []
    if embedded is not None:
        check_needs(turn, collection, frozenset(embedded))
    change_seq = turn.next_change()
    latest = {draft.key: (draft, packed) for draft, packed in checked}
    written = {item.key: item for item in write_items(turn, change_seq, [draft for draft, _ in latest.values()])}
    rows = [(written[key].id, digest, vector) for key, (_, packed) in latest.items() for digest, vector in packed]
    write_vectors(turn, change_seq, rows)
    return [written[draft.key] for draft, _ in checked]


def _digests(connection: Connection, *these: ColumnElement[bool]) -> dict[int, frozenset[str]]:
    """Return the checkpoints that items have been embedded with."""
    held = select(items.c.id, vectors.c.digest).join(vectors, vectors.c.item_id == items.c.id)
    found: dict[int, frozenset[str]] = {}
    for item_id, digest in connection.execute(held.where(*these, vectors.c.vector.is_not(None))):
        found[item_id] = found.get(item_id, frozenset()) | {digest}
    return found


def _to_stored(row: RowMapping, digests: frozenset[str]) -> Stored:
    return Stored(row["id"], row["title"], json.loads(row["metadata"]), row["picture"], row["source"], digests)
