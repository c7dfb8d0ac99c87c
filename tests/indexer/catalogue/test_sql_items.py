"""Tests of items, on SQLite and PostgreSQL."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.catalogue import (
    InvalidCursor,
    InvalidKey,
    InvalidMetadata,
    Item,
    ItemDraft,
    SqlCatalogue,
    Stored,
    UnknownItem,
    parse_filter,
)
from indexer.catalogue.metadata import merge_patch
from tests.indexer.catalogue.strategies import metadata, text

numbers = itertools.count()
on_databases = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
keys = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=10)


@pytest.fixture
def shoes(catalogue: SqlCatalogue) -> str:
    """The name of an empty collection."""
    return catalogue.create_collection("shoes", "sketch").name


def vector(*numbers: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """A vector of these numbers."""
    return np.array(numbers, dtype=np.float32)


def test_what_is_written_is_read(catalogue: SqlCatalogue, shoes: str) -> None:
    """An item comes back as it went in, by key, by id and in a page."""
    before = datetime.now(UTC)
    [written] = catalogue.upsert(shoes, [ItemDraft("a/b c", "Éclair", {"x": [1, {"y": None}]}, "p" * 64, "s" * 64)])
    assert written == Item(written.id, "a/b c", "Éclair", {"x": [1, {"y": None}]}, "p" * 64, 1, written.updated_at)
    assert timedelta() <= written.updated_at - before < timedelta(minutes=5)
    assert catalogue.item(shoes, "a/b c") == written
    assert catalogue.items(shoes, [written.id]) == [written]
    assert catalogue.page(shoes).items == [written]


@on_databases
@given(drafts=st.lists(st.tuples(keys, text, metadata), min_size=1, max_size=4))
def test_anything_allowed_survives(catalogue: SqlCatalogue, drafts: list[tuple[str, str, dict[str, Any]]]) -> None:
    """Keys in any script and metadata of any shape come back the same; keys differ if their code points do."""
    name = f"c{next(numbers)}"
    catalogue.create_collection(name, "sketch")
    written = catalogue.upsert(name, [ItemDraft(key, title, content) for key, title, content in drafts])
    last = {key: (title, content) for key, title, content in drafts}
    assert [item.key for item in written] == [key for key, _, _ in drafts]
    for key, (title, content) in last.items():
        item = catalogue.item(name, key)
        assert (item.key, item.title, item.metadata) == (key, title, content)
        assert item in written
    assert catalogue.collection(name).items == len(last)
    assert catalogue.stored(name, list(last)).keys() == last.keys()


def test_a_batch_is_one_change(catalogue: SqlCatalogue, shoes: str) -> None:
    """All items of one call bear one number, and come back in the order of the call."""
    written = catalogue.upsert(shoes, [ItemDraft(key) for key in ("b", "a", "c")])
    assert [(item.key, item.change_seq) for item in written] == [("b", 1), ("a", 1), ("c", 1)]
    assert catalogue.state(shoes).change_seq == 1
    assert catalogue.upsert(shoes, []) == []
    assert catalogue.state(shoes).change_seq == 1


def test_of_a_key_twice_in_a_batch_the_later_counts(catalogue: SqlCatalogue, shoes: str) -> None:
    """One key is one item, and both places in the answer show it."""
    first, second = catalogue.upsert(shoes, [ItemDraft("a", "old"), ItemDraft("a", "new")])
    assert first == second == catalogue.item(shoes, "a")
    assert second.title == "new"


def test_a_draft_replaces_the_whole_item(catalogue: SqlCatalogue, shoes: str) -> None:
    """Nothing of the old item shows through the new one but its id."""
    [old] = catalogue.upsert(shoes, [ItemDraft("a", "Old", {"x": 1}, "p", "s", {"d": vector(1)})])
    [new] = catalogue.upsert(shoes, [ItemDraft("a")])
    assert new == Item(old.id, "a", "", {}, None, 2, new.updated_at)
    assert catalogue.stored(shoes, ["a"]) == {"a": Stored(old.id, "", {}, None, None, frozenset())}


def test_a_bad_draft_stops_the_whole_batch(catalogue: SqlCatalogue, shoes: str) -> None:
    """Either all of a batch is written or nothing, and no number is taken for nothing."""
    for error, bad in (
        (InvalidKey, ItemDraft("")),
        (InvalidMetadata, ItemDraft("b", metadata={"a": float("nan")})),
        (InvalidMetadata, ItemDraft("b", title="\0")),
        (ValueError, ItemDraft("b", vectors={"d": vector(1, float("nan"))})),
        (ValueError, ItemDraft("b", vectors={"d": np.ones((1, 2), dtype=np.float32)})),
        (ValueError, ItemDraft("b", vectors={"d": vector()})),
    ):
        with pytest.raises(error):
            catalogue.upsert(shoes, [ItemDraft("a"), bad])
    assert catalogue.page(shoes).items == []
    assert catalogue.state(shoes).change_seq == 0


def test_large_batches_fit(catalogue: SqlCatalogue, shoes: str) -> None:
    """A batch may have more items than a statement has room for parameters."""
    count = 1200
    drafts = [ItemDraft(str(number), metadata={"n": number}, picture=f"p{number}") for number in range(count)]
    catalogue.upsert(shoes, drafts)
    again = catalogue.upsert(shoes, drafts)
    assert [item.metadata["n"] for item in again] == list(range(count))
    assert catalogue.items(shoes, [item.id for item in reversed(again)]) == again[::-1]
    assert len(catalogue.stored(shoes, [draft.key for draft in drafts])) == count
    assert len(catalogue.pictures()) == count


def test_ids_are_never_used_again(catalogue: SqlCatalogue, shoes: str) -> None:
    """Who holds the id of a deleted item never meets another item by it."""
    [old] = catalogue.upsert(shoes, [ItemDraft("a")])
    catalogue.delete(shoes, "a")
    [new] = catalogue.upsert(shoes, [ItemDraft("a")])
    assert new.id > old.id
    assert catalogue.items(shoes, [old.id]) == []


def test_items_come_in_the_order_asked_for(catalogue: SqlCatalogue, shoes: str) -> None:
    """Neighbours keep their order; what was deleted or belongs to another collection is left out."""
    catalogue.create_collection("boots", "sketch")
    [strange] = catalogue.upsert("boots", [ItemDraft("x")])
    a, b, c = catalogue.upsert(shoes, [ItemDraft(key) for key in "abc"])
    catalogue.delete(shoes, "b")
    assert catalogue.items(shoes, np.array([c.id, b.id, strange.id, a.id])) == [c, a]
    assert catalogue.items(shoes, []) == []


def test_a_deletion_is_a_change(catalogue: SqlCatalogue, shoes: str) -> None:
    """A deletion takes the next number; a second one finds nothing and takes none."""
    catalogue.upsert(shoes, [ItemDraft("a")])
    assert catalogue.delete(shoes, "a") == 2
    with pytest.raises(UnknownItem, match="holds no item 'a'"):
        catalogue.delete(shoes, "a")
    with pytest.raises(UnknownItem):
        catalogue.item(shoes, "a")
    assert catalogue.state(shoes).change_seq == 2


@on_databases
@given(old=metadata, patch=metadata, title=st.none() | text)
def test_patches_merge(catalogue: SqlCatalogue, old: dict[str, Any], patch: dict[str, Any], title: str | None) -> None:
    """A patch merges metadata, sets the title, and takes a number only if that changes something."""
    name = f"c{next(numbers)}"
    catalogue.create_collection(name, "sketch")
    [before] = catalogue.upsert(name, [ItemDraft("a", "Title", old, "p", "s", {"d": vector(1)})])
    after = catalogue.patch(name, "a", title=title, metadata=patch)
    assert catalogue.item(name, "a") == after
    assert after.metadata == merge_patch(old, patch)
    assert after.title == ("Title" if title is None else title)
    assert (after.id, after.picture) == (before.id, before.picture)
    assert catalogue.state(name).change_seq == after.change_seq
    assert catalogue.patch(name, "a", title=title, metadata=patch) == after
    changes = catalogue.changes(name, before.change_seq, "d")
    assert (len(changes.ids), len(changes.removed)) == (0, 0)


def test_a_bad_patch_changes_nothing(catalogue: SqlCatalogue, shoes: str) -> None:
    """What a patch would make of an item is checked as a whole."""
    [old] = catalogue.upsert(shoes, [ItemDraft("a", metadata={"x": "y" * 10_000})])
    with pytest.raises(InvalidMetadata):
        catalogue.patch(shoes, "a", metadata={"z": "y" * 10_000})
    with pytest.raises(InvalidMetadata):
        catalogue.patch(shoes, "a", title="\0")
    with pytest.raises(UnknownItem):
        catalogue.patch(shoes, "b", title="B")
    assert catalogue.patch(shoes, "a") == old
    assert catalogue.state(shoes).change_seq == 1


def test_pages_hold_every_item_once(catalogue: SqlCatalogue, shoes: str) -> None:
    """Following the cursors lists everything, oldest first, whether or not the last page is full."""
    written = catalogue.upsert(shoes, [ItemDraft(str(number), metadata={"odd": number % 2}) for number in range(6)])
    for limit in (1, 2, 3, 4, 6, 7):
        pages = [catalogue.page(shoes, limit=limit)]
        while pages[-1].next_cursor is not None:
            pages.append(catalogue.page(shoes, cursor=pages[-1].next_cursor, limit=limit))
        assert [item for page in pages for item in page.items] == written
        assert len(pages) == -(-6 // limit)
    odd = catalogue.page(shoes, limit=2, where=parse_filter({"odd": 1}))
    rest = catalogue.page(shoes, limit=2, where=parse_filter({"odd": 1}), cursor=odd.next_cursor)
    assert odd.items + rest.items == written[1::2]
    assert rest.next_cursor is None


@on_databases
@given(
    limit=st.integers(1, 4),
    writes=st.lists(st.lists(st.tuples(st.sampled_from(["put", "delete"]), st.integers(0, 9)), max_size=3), max_size=4),
)
def test_pages_are_stable_under_writes(
    catalogue: SqlCatalogue, limit: int, writes: list[list[tuple[str, int]]]
) -> None:
    """Items that exist throughout are met exactly once, whatever is added, replaced or deleted between pages."""
    name = f"c{next(numbers)}"
    catalogue.create_collection(name, "sketch")
    catalogue.upsert(name, [ItemDraft(str(number)) for number in range(6)])
    steady = {str(number) for number in range(6)}
    listed: list[str] = []
    cursor = None
    for step in itertools.chain(writes, itertools.repeat([])):
        page = catalogue.page(name, cursor=cursor, limit=limit)
        listed += [item.key for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
        for kind, number in step:
            if kind == "put":
                catalogue.upsert(name, [ItemDraft(str(number), "again")])
            elif catalogue.stored(name, [str(number)]):
                catalogue.delete(name, str(number))
                steady.discard(str(number))
    assert steady <= set(listed)
    assert all(listed.count(key) == 1 for key in steady)


def test_cursors_are_of_one_collection(catalogue: SqlCatalogue, shoes: str) -> None:
    """A cursor of another collection, or anything else, is refused."""
    catalogue.create_collection("boots", "sketch")
    catalogue.upsert("boots", [ItemDraft("a"), ItemDraft("b")])
    strange = catalogue.page("boots", limit=1).next_cursor
    for cursor in (strange, "", "x", "é"):
        with pytest.raises(InvalidCursor):
            catalogue.page(shoes, cursor=cursor)
    with pytest.raises(ValueError, match="0 items"):
        catalogue.page(shoes, limit=0)


def test_a_build_sees_what_is_stored(catalogue: SqlCatalogue, shoes: str) -> None:
    """Of the keys asked for, those that exist come with their source and the checkpoints they have vectors of."""
    drafts = [ItemDraft("a", "A", {"x": 1}, "p", "s", {"d": vector(1), "e": vector(2)}), ItemDraft("b")]
    a, b = catalogue.upsert(shoes, drafts)
    assert catalogue.stored(shoes, ["a", "b", "c"]) == {
        "a": Stored(a.id, "A", {"x": 1}, "p", "s", frozenset({"d", "e"})),
        "b": Stored(b.id, "", {}, None, None, frozenset()),
    }
    assert catalogue.stored(shoes, []) == {}


def test_pictures_in_use_are_known(catalogue: SqlCatalogue, shoes: str) -> None:
    """What may be pruned is what no item of any collection refers to any more."""
    catalogue.create_collection("boots", "sketch")
    catalogue.upsert(shoes, [ItemDraft("a", picture="p"), ItemDraft("b", picture="q"), ItemDraft("c")])
    catalogue.upsert("boots", [ItemDraft("a", picture="p")])
    catalogue.delete(shoes, "a")
    catalogue.upsert(shoes, [ItemDraft("b", picture="r")])
    assert catalogue.pictures() == {"p", "r"}
