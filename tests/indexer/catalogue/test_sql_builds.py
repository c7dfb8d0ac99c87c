"""Tests of rejects and generations, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from indexer.catalogue import GenerationRecord, ItemDraft, PublishedGeneration, Reject, SqlCatalogue

FIRST = GenerationRecord(1, "old", change_seq=5, count=4, factory="Flat")
SECOND = GenerationRecord(2, "new", change_seq=9, count=2**40, factory="IVF1024,Flat", recall=0.97)


@pytest.fixture
def shoes(catalogue: SqlCatalogue) -> str:
    """The name of an empty collection."""
    return catalogue.create_collection("shoes", "sketch").name


def rejected(catalogue: SqlCatalogue) -> dict[str, str]:
    """Keys and reasons of the rejects of shoes."""
    return {reject.key: reject.reason for reject in catalogue.rejects("shoes")}


def test_a_reject_is_kept_with_its_reason(catalogue: SqlCatalogue, shoes: str) -> None:
    """What could not be indexed is listed by key, with why and when; a newer reason takes the place of the older."""
    catalogue.reject(shoes, "b", "It is text.", "s" * 64)
    catalogue.reject(shoes, "a", "It is missing.")
    catalogue.reject(shoes, "b", "It is damaged.")
    a, b = catalogue.rejects(shoes)
    assert a == Reject("a", "It is missing.", None, a.rejected_at)
    assert b == Reject("b", "It is damaged.", None, b.rejected_at)
    assert a.rejected_at <= b.rejected_at <= datetime.now(UTC)
    assert catalogue.state(shoes).change_seq == 0


def test_a_reject_goes_when_its_item_comes(catalogue: SqlCatalogue, shoes: str) -> None:
    """Once the item of the key is written, it is no longer rejected; others are."""
    catalogue.create_collection("boots", "sketch")
    catalogue.reject("boots", "a", "Bad.")
    for key in "abc":
        catalogue.reject(shoes, key, "Bad.")
    catalogue.upsert(shoes, [ItemDraft("a"), ItemDraft("b")])
    assert rejected(catalogue) == {"c": "Bad."}
    assert len(catalogue.rejects("boots")) == 1


@pytest.mark.parametrize("key", ["", "x" * 500, "a\nb", "\0", "\ud800", "list.csv:17", "é" * 150])
def test_anything_can_be_rejected(catalogue: SqlCatalogue, shoes: str, key: str) -> None:
    """A line without a proper key is noted all the same, and can be cleared by what it was called."""
    catalogue.reject(shoes, key, f"The key is {key!r}\0 {key * 40}")
    assert len(catalogue.rejects(shoes)) == 1
    assert catalogue.clear_rejects(shoes, [key]) == 1
    assert rejected(catalogue) == {}


def test_rejects_are_cleared_by_key_or_all(catalogue: SqlCatalogue, shoes: str) -> None:
    """Clearing says how many it has cleared."""
    for key in "abc":
        catalogue.reject(shoes, key, "Bad.")
    assert catalogue.clear_rejects(shoes, ["a", "x"]) == 1
    assert catalogue.clear_rejects(shoes, []) == 0
    assert catalogue.clear_rejects(shoes) == 2
    assert rejected(catalogue) == {}


def test_publishing_adds_and_points(catalogue: SqlCatalogue, shoes: str) -> None:
    """A published generation is known from then on, and the last published one is used."""
    before = datetime.now(UTC)
    for record in (SECOND, FIRST):
        catalogue.publish(shoes, record)
        state = catalogue.state(shoes)
        assert (state.published, state.digest, state.change_seq) == (record.number, record.digest, 0)
        assert catalogue.collection(shoes).published == record.number
    listed = catalogue.generations(shoes)
    assert [replace(record, created_at=None) for record in listed] == [FIRST, SECOND]
    for record in listed:
        assert record.created_at is not None
        assert before <= record.created_at <= datetime.now(UTC)


def test_going_back_publishes_what_is_known(catalogue: SqlCatalogue, shoes: str) -> None:
    """A rollback points at the older record and leaves both as they were."""
    catalogue.publish(shoes, FIRST)
    catalogue.publish(shoes, SECOND)
    listed = catalogue.generations(shoes)
    catalogue.publish(shoes, listed[0])
    assert catalogue.state(shoes).published == 1
    assert catalogue.generations(shoes) == listed


def test_a_number_stands_for_one_generation(catalogue: SqlCatalogue, shoes: str) -> None:
    """Two builds that took the same number do not pass for each other."""
    catalogue.publish(shoes, FIRST)
    catalogue.publish(shoes, SECOND)
    for other in (replace(FIRST, digest="new"), replace(FIRST, change_seq=6)):
        with pytest.raises(ValueError, match="another generation 1"):
            catalogue.publish(shoes, other)
    assert catalogue.state(shoes).published == 2


def test_generations_are_forgotten_unless_they_are_used(catalogue: SqlCatalogue, shoes: str) -> None:
    """What searches use cannot be forgotten; anything else can, twice too."""
    catalogue.publish(shoes, FIRST)
    catalogue.publish(shoes, SECOND)
    with pytest.raises(PublishedGeneration, match="Generation 2 of shoes is published"):
        catalogue.forget_generation(shoes, 2)
    catalogue.forget_generation(shoes, 1)
    catalogue.forget_generation(shoes, 1)
    assert [record.number for record in catalogue.generations(shoes)] == [2]


def test_generations_belong_to_one_collection(catalogue: SqlCatalogue, shoes: str) -> None:
    """The same number in another collection is another generation."""
    catalogue.create_collection("boots", "sketch")
    catalogue.publish(shoes, FIRST)
    catalogue.publish("boots", replace(SECOND, number=1))
    assert [record.digest for name in (shoes, "boots") for record in catalogue.generations(name)] == ["old", "new"]
    catalogue.publish("boots", SECOND)
    catalogue.forget_generation("boots", 1)
    assert catalogue.state(shoes).digest == "old"
