"""Tests of collections, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import event

from indexer.catalogue import (
    CollectionExists,
    GenerationRecord,
    InvalidKeepDays,
    InvalidMetadata,
    InvalidName,
    InvalidThreshold,
    ItemDraft,
    SqlCatalogue,
    State,
    UnknownCollection,
)

ONES = np.ones(2, dtype=np.float32)


def test_a_new_collection_is_empty(catalogue: SqlCatalogue) -> None:
    """A collection begins with no items, no changes and nothing published."""
    before = datetime.now(UTC)
    made = catalogue.create_collection("shoes", "sketch", "Shoes for all")
    assert (made.name, made.model, made.title) == ("shoes", "sketch", "Shoes for all")
    assert (made.items, made.change_seq, made.published, made.checkpoint) == (0, 0, None, None)
    assert timedelta() <= made.created_at - before < timedelta(minutes=5)
    assert made.created_at.tzinfo is UTC
    assert catalogue.collection("shoes") == made
    assert catalogue.state("shoes") == State(made.id, "sketch", 0, None, None)


def test_a_collection_states_what_a_match_must_reach(catalogue: SqlCatalogue) -> None:
    """The threshold is none unless given, is seen by every search, changes, and is none again."""
    made = catalogue.create_collection("shoes", "sketch", threshold=0.25)
    catalogue.create_collection("boots", "sketch")
    assert [found.threshold for found in catalogue.collections()] == [None, 0.25]
    for threshold in (-1.0, 0.1 + 0.2, 1.0, None):
        changed = catalogue.change_collection("shoes", {"threshold": threshold})
        assert changed == catalogue.collection("shoes") == replace(made, threshold=threshold)
        assert catalogue.state("shoes") == State(made.id, "sketch", 0, None, None, threshold)
    assert catalogue.state("boots").threshold is None


def test_only_what_is_named_of_a_collection_changes(catalogue: SqlCatalogue) -> None:
    """Title and threshold change each alone or together, and neither items nor their change number move."""
    made = catalogue.create_collection("shoes", "sketch", "Shoes", threshold=0.5)
    catalogue.upsert("shoes", [ItemDraft("1")])
    assert catalogue.change_collection("shoes", {"title": "Boots"}).threshold == 0.5
    assert catalogue.change_collection("shoes", {"threshold": None}).title == "Boots"
    both = catalogue.change_collection("shoes", {"title": "", "threshold": 0.75})
    assert catalogue.change_collection("shoes", {}) == both
    assert both == replace(made, title="", threshold=0.75, items=1, change_seq=1)


def test_a_collection_of_people_says_so_and_for_how_long(catalogue: SqlCatalogue) -> None:
    """Neither is stated unless given; each changes alone, and is taken back."""
    assert catalogue.create_collection("shoes", "sketch").personal is False
    made = catalogue.create_collection("people", "sketch", personal=True, keep_days=30)
    assert [(found.personal, found.keep_days) for found in catalogue.collections()] == [(True, 30), (False, None)]
    assert catalogue.change_collection("people", {"keep_days": None}) == replace(made, keep_days=None)
    assert catalogue.change_collection("people", {"personal": False}).personal is False
    assert catalogue.change_collection("people", {"personal": True, "keep_days": 36_500}).keep_days == 36_500


@pytest.mark.parametrize("days", [0, -1, 36_501])
def test_what_is_no_number_of_days_is_refused(catalogue: SqlCatalogue, days: int) -> None:
    """Neither a new collection nor an old one takes it, and nothing is written."""
    made = catalogue.create_collection("people", "sketch")
    with pytest.raises(InvalidKeepDays, match="1 to 36500"):
        catalogue.create_collection("others", "sketch", keep_days=days)
    with pytest.raises(InvalidKeepDays):
        catalogue.change_collection("people", {"personal": True, "keep_days": days})
    assert catalogue.collections() == [made]


@pytest.mark.parametrize("threshold", [1.001, -2.0, float("nan"), float("inf")])
def test_what_is_no_cosine_is_refused(catalogue: SqlCatalogue, threshold: float) -> None:
    """Neither a new collection nor an old one takes it, and nothing is written."""
    made = catalogue.create_collection("shoes", "sketch")
    with pytest.raises(InvalidThreshold, match="from -1 to 1"):
        catalogue.create_collection("boots", "sketch", threshold=threshold)
    with pytest.raises(InvalidThreshold):
        catalogue.change_collection("shoes", {"title": "New", "threshold": threshold})
    with pytest.raises(InvalidMetadata):
        catalogue.change_collection("shoes", {"title": "\0"})
    assert catalogue.collections() == [made]


def test_collections_are_listed_by_name(catalogue: SqlCatalogue) -> None:
    """The list is in the order of names, whatever the order of creation, with counts of items."""
    for name in ("b", "a-b", "a", "a_b", "0"):
        catalogue.create_collection(name, "sketch")
    catalogue.upsert("a", [ItemDraft("1"), ItemDraft("2")])
    listed = catalogue.collections()
    assert [collection.name for collection in listed] == sorted(["b", "a-b", "a", "a_b", "0"])
    assert {collection.name: collection.items for collection in listed if collection.items} == {"a": 2}
    assert listed[1] == catalogue.collection("a")


def test_a_name_is_taken_once(catalogue: SqlCatalogue) -> None:
    """A second collection of the same name is refused and changes nothing."""
    first = catalogue.create_collection("shoes", "sketch")
    with pytest.raises(CollectionExists, match="'shoes' already"):
        catalogue.create_collection("shoes", "reid", "Other")
    assert catalogue.collections() == [first]


def test_bad_names_and_titles_are_refused(catalogue: SqlCatalogue) -> None:
    """The rules for names and titles hold at the door."""
    with pytest.raises(InvalidName):
        catalogue.create_collection("Shoes!", "sketch")
    with pytest.raises(InvalidMetadata):
        catalogue.create_collection("shoes", "sketch", "\0")
    assert catalogue.collections() == []


def test_deleting_takes_everything_along(catalogue: SqlCatalogue) -> None:
    """Nothing of a deleted collection is met again, not even under the same name; others stay whole."""
    for name in ("shoes", "boots"):
        catalogue.create_collection(name, "sketch")
        catalogue.upsert(name, [ItemDraft("1", metadata={"a": 1}, picture=name, vectors={"d": ONES}), ItemDraft("2")])
        catalogue.delete(name, "2")
        catalogue.reject(name, "3", "Bad.")
        catalogue.publish(name, GenerationRecord(1, "d", 1, 1, "Flat"))
    old = catalogue.collection("shoes")
    catalogue.delete_collection("shoes")
    assert [collection.name for collection in catalogue.collections()] == ["boots"]
    new = catalogue.create_collection("shoes", "sketch")
    assert new.id > old.id
    assert (new.items, new.change_seq, new.published, new.checkpoint) == (0, 0, None, None)
    assert catalogue.page("shoes").items == []
    assert catalogue.rejects("shoes") == []
    assert catalogue.generations("shoes") == []
    changes = catalogue.changes("shoes", 0, "d")
    assert (changes.change_seq, len(changes.ids), len(changes.removed)) == (0, 0, 0)
    assert catalogue.pictures() == {"boots"}
    assert catalogue.vector_count("boots", "d") == 1


def test_the_state_is_one_select(catalogue: SqlCatalogue) -> None:
    """Where a collection stands cannot be torn between two statements."""
    catalogue.create_collection("shoes", "sketch")
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement.lstrip()[:6])

    engine = catalogue._database.engine  # noqa: SLF001 - to see what is sent
    event.listen(engine, "before_cursor_execute", note)
    catalogue.state("shoes")
    event.remove(engine, "before_cursor_execute", note)
    assert [statement for statement in statements if statement != "BEGIN"] == ["SELECT"]


def test_searches_use_the_first_checkpoint_until_one_is_published(catalogue: SqlCatalogue) -> None:
    """The collection's checkpoint is that of its first vector; a published generation's takes precedence."""
    made = catalogue.create_collection("shoes", "sketch")
    catalogue.upsert("shoes", [ItemDraft("0")])
    assert catalogue.state("shoes").digest is None
    catalogue.upsert("shoes", [ItemDraft("1", vectors={"old": ONES, "new": ONES})])
    catalogue.upsert("shoes", [ItemDraft("2", vectors={"new": ONES})])
    assert catalogue.collection("shoes").checkpoint == "old"
    assert catalogue.state("shoes") == State(made.id, "sketch", 3, None, "old")
    catalogue.publish("shoes", GenerationRecord(7, "new", 3, 2, "Flat"))
    assert catalogue.state("shoes") == State(made.id, "sketch", 3, 7, "new")
    assert catalogue.collection("shoes").checkpoint == "old"


def test_an_unknown_collection_is_said_everywhere(catalogue: SqlCatalogue) -> None:
    """No call invents a collection, or answers as if an unknown one were empty."""
    vectors = np.ones((0, 2), dtype=np.float32)
    calls = [
        lambda: catalogue.collection("x"),
        lambda: catalogue.change_collection("x", {"title": "a"}),
        lambda: catalogue.change_collection("x", {}),
        lambda: catalogue.delete_collection("x"),
        lambda: catalogue.state("x"),
        lambda: catalogue.upsert("x", [ItemDraft("1")]),
        lambda: catalogue.upsert("x", []),
        lambda: catalogue.patch("x", "1", title="a"),
        lambda: catalogue.delete("x", "1"),
        lambda: catalogue.item("x", "1"),
        lambda: catalogue.items("x", [1]),
        lambda: catalogue.page("x"),
        lambda: catalogue.stored("x", ["1"]),
        lambda: catalogue.changes("x", 0, "d"),
        lambda: catalogue.vectors("x", "d"),
        lambda: catalogue.vector_count("x", "d"),
        lambda: catalogue.lacking("x", "d"),
        lambda: catalogue.add_vectors("x", "d", [], vectors),
        lambda: catalogue.reject("x", "1", "Bad."),
        lambda: catalogue.rejects("x"),
        lambda: catalogue.clear_rejects("x"),
        lambda: catalogue.publish("x", GenerationRecord(1, "d", 0, 0, "Flat")),
        lambda: catalogue.generations("x"),
        lambda: catalogue.forget_generation("x", 1),
    ]
    for call in calls:
        with pytest.raises(UnknownCollection, match="no collection 'x'"):
            call()  # type: ignore[no-untyped-call]
