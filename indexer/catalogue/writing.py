"""What one change writes: rows of items, the values in their metadata, and their vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from indexer.catalogue.errors import UnmetExpectation
from indexer.catalogue.metadata import leaves_of, write_metadata
from indexer.catalogue.records import Expectation, Item, ItemDraft, version_of
from indexer.catalogue.rows import PICTURED_SINCE, portions
from indexer.catalogue.tables import START, items, leaves, rejects, vectors
from indexer.catalogue.turns import Turn


def write_items(turn: Turn, change_seq: int, drafts: Sequence[ItemDraft]) -> list[Item]:
    """Write checked drafts of different keys, and return the items in their order.

    Raises:
        UnmetExpectation: a key does not hold what its draft expects.
    """
    known = _known(turn, [draft.key for draft in drafts])
    for draft in drafts:
        check_expected(draft.key, known[draft.key].version if draft.key in known else None, draft.expected)
    moment = datetime.now(UTC)
    rows = [_row(turn, draft, change_seq, moment, known.get(draft.key)) for draft in drafts]
    added = _insert(turn, [row for row in rows if row["key"] not in known])
    replaced = {key: held.item_id for key, held in known.items()}
    _update(turn, [{**row, "row_id": replaced[row["key"]]} for row in rows if row["key"] in replaced])
    ids = {**added, **replaced}
    other = [replaced[draft.key] for draft in drafts if draft.key in known and _is_other(draft, known[draft.key])]
    drop_vectors(turn.connection, other, change_seq)
    write_leaves(turn, {ids[draft.key]: draft.metadata for draft in drafts}, fresh=not known)
    written = [Item(ids[draft.key], *_shown(draft), change_seq, moment) for draft in drafts]
    for portion in portions([draft.key for draft in drafts]):
        own = rejects.c.collection_id == turn.collection_id
        turn.connection.execute(delete(rejects).where(own, rejects.c.key.in_(portion)))
    return written


def check_expected(key: str, version: str | None, expected: Expectation | None) -> None:
    """Make sure that a key holds what is expected; `version` is that of its item, None if there is none.

    Raises:
        UnmetExpectation: it does not.
    """
    if expected is not None and not expected.is_met_by(version):
        held = "holds nothing" if version is None else f"holds the version {version}"
        message = f"The key {key[:80]!r} {held}, which is not what was expected: read the item again, then decide."
        raise UnmetExpectation(message)


def write_leaves(turn: Turn, metadata: Mapping[int, Mapping[str, Any]], *, fresh: bool = False) -> None:
    """Write the single values of the metadata of items, in place of what was there."""
    if not fresh:
        for portion in portions(list(metadata)):
            turn.connection.execute(delete(leaves).where(leaves.c.item_id.in_(portion)))
    rows = [
        {
            "item_id": item_id,
            "position": position,
            "collection_id": turn.collection_id,
            "path": leaf.path,
            "text": leaf.value if isinstance(leaf.value, str) else None,
            "start": leaf.value[:START] if isinstance(leaf.value, str) else None,
            "flag": leaf.value if isinstance(leaf.value, bool) else None,
            "number": _number(leaf.value),
        }
        for item_id, values in metadata.items()
        for position, leaf in enumerate(leaves_of(values))
    ]
    if rows:
        turn.connection.execute(insert(leaves), rows)


def write_vectors(turn: Turn, change_seq: int, rows: Sequence[tuple[int, str, bytes]]) -> None:
    """Write vectors, given as id of the item, digest and bytes; one that is there already keeps its change number."""
    if not rows:
        return
    turn.note_checkpoint(rows[0][1])
    new = upserting(turn.connection, vectors)
    statement = new.on_conflict_do_update(
        index_elements=[vectors.c.item_id, vectors.c.digest],
        set_={"change_seq": new.excluded.change_seq, "vector": new.excluded.vector},
        where=vectors.c.vector.is_distinct_from(new.excluded.vector),
    )
    turn.connection.execute(
        statement,
        [
            {
                "item_id": item_id,
                "digest": digest,
                "collection_id": turn.collection_id,
                "change_seq": change_seq,
                "vector": vector,
            }
            for item_id, digest, vector in rows
        ],
    )


def drop_vectors(connection: Connection, ids: Sequence[int], change_seq: int) -> None:
    """Let the vectors of items be gone since a change; the rows stay, to tell so."""
    for portion in portions(ids):
        held = (vectors.c.item_id.in_(portion), vectors.c.vector.is_not(None))
        connection.execute(update(vectors).where(*held).values(vector=None, change_seq=change_seq))


def pictures_of(turn: Turn, ids: Sequence[int]) -> dict[int, str | None]:
    """Return the pictures of those of the items that exist."""
    own = select(items.c.id, items.c.picture).where(items.c.collection_id == turn.collection_id)
    return {
        row.id: row.picture
        for portion in portions(ids)
        for row in turn.connection.execute(own.where(items.c.id.in_(portion)))
    }


def upserting(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that can say what to do if the row is there; both databases write it alike."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


@dataclass(frozen=True)
class _Held:
    """What a key holds before it is written."""

    item_id: int
    picture: str | None
    pictured_since: datetime
    version: str


def _known(turn: Turn, keys: Sequence[str]) -> dict[str, _Held]:
    """Return what those of the keys hold that exist."""
    since = PICTURED_SINCE.label("pictured_since")
    columns = select(items.c.key, items.c.id, items.c.picture, since, items.c.change_seq)
    columns = columns.where(items.c.collection_id == turn.collection_id)
    return {
        row.key: _Held(row.id, row.picture, row.pictured_since, version_of(row.id, row.change_seq))
        for portion in portions(keys)
        for row in turn.connection.execute(columns.where(items.c.key.in_(portion)))
    }


def _is_other(draft: ItemDraft, held: _Held) -> bool:
    return draft.picture is None or draft.picture != held.picture


def _row(turn: Turn, draft: ItemDraft, change_seq: int, moment: datetime, held: _Held | None) -> dict[str, Any]:
    return {
        "collection_id": turn.collection_id,
        "key": draft.key,
        "title": draft.title,
        "metadata": write_metadata(draft.metadata),
        "picture": draft.picture,
        "source": draft.source,
        "change_seq": change_seq,
        "updated_at": moment,
        "pictured_at": moment if held is None or _is_other(draft, held) else held.pictured_since,
    }


def _insert(turn: Turn, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    if not rows:
        return {}
    statement = insert(items).returning(items.c.key, items.c.id)
    return {row.key: row.id for row in turn.connection.execute(statement, rows)}


def _update(turn: Turn, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        turn.connection.execute(update(items).where(items.c.id == bindparam("row_id")), rows)


def _shown(draft: ItemDraft) -> tuple[str, str, Mapping[str, Any], str | None]:
    return draft.key, draft.title, draft.metadata, draft.picture


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
