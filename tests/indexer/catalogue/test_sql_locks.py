"""Tests of the lock of an indexer, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.catalogue import (
    BuildLock,
    BuildLockLost,
    GenerationRecord,
    PublishedGeneration,
    SqlCatalogue,
    UnknownCollection,
)
from tests.indexer.catalogue.test_turns import at_once

FIRST = BuildLock("1" * 32, "process 1 on here")
SECOND = BuildLock("2" * 32, "process 2 on there")
RECORD = GenerationRecord(1, "old", change_seq=5, count=4, factory="Flat")


@pytest.fixture
def shoes(catalogue: SqlCatalogue) -> str:
    """The name of an empty collection."""
    return catalogue.create_collection("shoes", "sketch").name


def test_a_lock_is_taken_beaten_and_released(catalogue: SqlCatalogue, shoes: str) -> None:
    """Everybody sees who holds it and that the holder lives; afterwards it is free."""
    assert catalogue.build_lock(shoes) is None
    assert catalogue.take_build_lock(shoes, FIRST)
    assert catalogue.build_lock(shoes) == FIRST
    assert [catalogue.beat_build_lock(shoes, FIRST.token) for _ in range(3)] == [True] * 3
    assert catalogue.build_lock(shoes) == replace(FIRST, beat=3)
    catalogue.release_build_lock(shoes, FIRST.token)
    assert catalogue.build_lock(shoes) is None


def test_a_lock_is_taken_over_only_as_it_was_seen(catalogue: SqlCatalogue, shoes: str) -> None:
    """A beat in between, or another contender, and nothing is taken over."""
    assert catalogue.take_build_lock(shoes, FIRST)
    assert not catalogue.take_build_lock(shoes, SECOND)
    catalogue.beat_build_lock(shoes, FIRST.token)
    assert not catalogue.take_build_lock(shoes, SECOND, FIRST)
    assert catalogue.take_build_lock(shoes, SECOND, replace(FIRST, beat=1))
    assert not catalogue.take_build_lock(shoes, FIRST, replace(FIRST, beat=1))
    assert catalogue.build_lock(shoes) == SECOND
    catalogue.release_build_lock(shoes, SECOND.token)
    assert not catalogue.take_build_lock(shoes, FIRST, SECOND)
    assert catalogue.build_lock(shoes) is None


def test_who_lost_a_lock_can_neither_beat_nor_release_it(catalogue: SqlCatalogue, shoes: str) -> None:
    """A holder that slept learns it from its next beat, and does not disturb the new one."""
    catalogue.take_build_lock(shoes, FIRST)
    catalogue.take_build_lock(shoes, SECOND, FIRST)
    assert not catalogue.beat_build_lock(shoes, FIRST.token)
    catalogue.release_build_lock(shoes, FIRST.token)
    assert catalogue.build_lock(shoes) == SECOND


def test_only_the_holder_publishes_and_forgets(catalogue: SqlCatalogue, shoes: str) -> None:
    """Who names a lock that is not held changes nothing, and is told who has taken over."""
    catalogue.take_build_lock(shoes, FIRST)
    catalogue.publish(shoes, RECORD, FIRST.token)
    catalogue.publish(shoes, replace(RECORD, number=2), FIRST.token)
    catalogue.take_build_lock(shoes, SECOND, FIRST)
    late: list[Callable[[], None]] = [
        lambda: catalogue.publish(shoes, RECORD, FIRST.token),
        lambda: catalogue.publish(shoes, replace(RECORD, number=3), FIRST.token),
        lambda: catalogue.forget_generation(shoes, 1, FIRST.token),
    ]
    for call in late:
        with pytest.raises(BuildLockLost, match="process 2 on there has taken over"):
            call()
    assert catalogue.state(shoes).published == 2
    assert [record.number for record in catalogue.generations(shoes)] == [1, 2]
    catalogue.forget_generation(shoes, 1, SECOND.token)
    with pytest.raises(PublishedGeneration):
        catalogue.forget_generation(shoes, 2, SECOND.token)
    catalogue.release_build_lock(shoes, SECOND.token)
    with pytest.raises(BuildLockLost, match="index status"):
        catalogue.publish(shoes, RECORD, SECOND.token)


def test_of_several_contenders_one_wins(catalogue: SqlCatalogue, shoes: str) -> None:
    """However many reach for a free lock, or for one that was left, at the same time: one of them holds it."""
    seen: BuildLock | None = None
    for turn in range(5):
        contenders = [BuildLock(f"{turn}{number}" * 16, f"contender {number}") for number in range(4)]
        taken = at_once(*(lambda own=own, seen=seen: catalogue.take_build_lock(shoes, own, seen) for own in contenders))
        assert sorted(map(bool, taken)) == [False, False, False, True]
        seen = catalogue.build_lock(shoes)
        assert seen == contenders[taken.index(True)]


def test_locks_belong_to_one_collection_and_go_with_it(catalogue: SqlCatalogue, shoes: str) -> None:
    """Another collection has its own, and a collection made anew under the same name begins without one."""
    catalogue.create_collection("boots", "sketch")
    assert catalogue.take_build_lock(shoes, FIRST)
    assert catalogue.take_build_lock("boots", SECOND)
    catalogue.delete_collection(shoes)
    with pytest.raises(UnknownCollection):
        catalogue.beat_build_lock(shoes, FIRST.token)
    catalogue.create_collection(shoes, "sketch")
    assert catalogue.build_lock(shoes) is None
    assert not catalogue.beat_build_lock(shoes, FIRST.token)
    assert catalogue.build_lock("boots") == SECOND


@pytest.mark.parametrize("ask", ["build_lock", "take_build_lock", "beat_build_lock", "release_build_lock"])
def test_an_unknown_collection_has_no_lock(catalogue: SqlCatalogue, ask: str) -> None:
    """Every question about it says that there is no such collection."""
    arguments = {"build_lock": (), "take_build_lock": (FIRST,)}.get(ask, (FIRST.token,))
    with pytest.raises(UnknownCollection):
        getattr(catalogue, ask)("shoes", *arguments)


STEPS = st.lists(
    st.tuples(st.sampled_from(["take", "beat", "release", "look"]), st.integers(0, 2)), min_size=1, max_size=30
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_course_of_events_is_that_of_a_model(catalogue: SqlCatalogue, steps: list[tuple[str, int]]) -> None:
    """Three contenders, each acting on what it saw last: the lock is always what a variable in memory would be."""
    if "shoes" in {collection.name for collection in catalogue.collections()}:
        catalogue.delete_collection("shoes")
    catalogue.create_collection("shoes", "sketch")
    owns = [BuildLock(str(number) * 32, f"contender {number}") for number in range(3)]
    truth: BuildLock | None = None
    seen: list[BuildLock | None] = [None, None, None]
    for step, number in steps:
        held = truth is not None and truth.token == owns[number].token
        if step == "look":
            seen[number] = catalogue.build_lock("shoes")
        elif step == "take":
            free = truth == seen[number]
            assert catalogue.take_build_lock("shoes", owns[number], seen[number]) == free
            truth = owns[number] if free else truth
        elif step == "beat":
            assert catalogue.beat_build_lock("shoes", owns[number].token) == held
            truth = replace(truth, beat=truth.beat + 1) if truth is not None and held else truth
        else:
            catalogue.release_build_lock("shoes", owns[number].token)
            truth = None if held else truth
        assert catalogue.build_lock("shoes") == truth
