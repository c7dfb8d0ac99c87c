"""Tests of what new items have to be embedded with, on SQLite and PostgreSQL."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.catalogue import GenerationRecord, ItemDraft, SqlCatalogue, UnknownCollection, VectorsLacking
from indexer.catalogue.turns import take_turn

OLD, NEW, THIRD = "0a" * 32, "0b" * 32, "0c" * 32
DIGESTS = (OLD, NEW, THIRD)
numbers = itertools.count()


@pytest.fixture
def shoes(catalogue: SqlCatalogue) -> str:
    """The name of an empty collection."""
    return catalogue.create_collection("shoes", "sketch").name


def record(number: int, digest: str) -> GenerationRecord:
    """Describe a generation."""
    return GenerationRecord(number, digest, change_seq=1, count=1, factory="Flat")


def draft(*digests: str) -> ItemDraft:
    """Return an item with vectors of some checkpoints."""
    vectors = {digest: np.ones(2, dtype=np.float32) for digest in digests}
    return ItemDraft("a", picture="p", vectors=vectors)


def needed(catalogue: SqlCatalogue) -> frozenset[str]:
    """Return the digests that shoes need."""
    return catalogue.needs("shoes").digests


def test_a_collection_that_was_never_written_to_takes_any_weights(catalogue: SqlCatalogue, shoes: str) -> None:
    """The first vector decides; who comes with others after that is refused and has written nothing."""
    needs = catalogue.needs(shoes)
    assert (needs.model, needs.searched, needs.digests) == ("sketch", None, frozenset())
    catalogue.upsert(shoes, [draft(OLD)], embedded={OLD})
    assert catalogue.needs(shoes).searched == OLD
    assert needed(catalogue) == {OLD}
    with pytest.raises(VectorsLacking, match=OLD[:12]):
        catalogue.upsert(shoes, [draft(NEW)], embedded={NEW})
    assert catalogue.state(shoes).change_seq == 1
    assert catalogue.stored(shoes, ["a"])["a"].digests == {OLD}


def test_a_build_is_announced_to_writers(catalogue: SqlCatalogue, shoes: str) -> None:
    """From its begin to its end every writer brings its vectors; the end of one that was overtaken changes nothing."""
    catalogue.upsert(shoes, [draft(OLD)])
    catalogue.begin_build(shoes, NEW)
    assert needed(catalogue) == {OLD, NEW}
    assert catalogue.needs(shoes).searched == OLD
    with pytest.raises(VectorsLacking, match=NEW[:12]):
        catalogue.upsert(shoes, [draft(OLD)], embedded={OLD})
    catalogue.upsert(shoes, [draft(OLD, NEW)], embedded={OLD, NEW})
    catalogue.begin_build(shoes, THIRD)
    catalogue.end_build(shoes, NEW)
    assert needed(catalogue) == {OLD, THIRD}
    catalogue.end_build(shoes, THIRD)
    assert needed(catalogue) == {OLD}


def test_weights_that_cannot_be_loaded_may_be_excused(catalogue: SqlCatalogue, shoes: str) -> None:
    """A writer who says that it knows of weights need not bring their vectors."""
    catalogue.begin_build(shoes, NEW)
    catalogue.upsert(shoes, [draft(OLD)], embedded={OLD, NEW})
    assert catalogue.stored(shoes, ["a"])["a"].digests == {OLD}


def test_the_weights_before_a_publishing_are_needed_until_the_next(catalogue: SqlCatalogue, shoes: str) -> None:
    """A process that has not loaded the new generation finds what is written, before the first generation too."""
    catalogue.upsert(shoes, [draft(OLD)])
    catalogue.publish(shoes, record(1, NEW))
    assert catalogue.needs(shoes).searched == NEW
    assert needed(catalogue) == {OLD, NEW}
    catalogue.publish(shoes, record(2, NEW))
    assert needed(catalogue) == {NEW}
    catalogue.publish(shoes, record(3, THIRD))
    assert needed(catalogue) == {NEW, THIRD}
    catalogue.forget_generation(shoes, 2)
    catalogue.publish(shoes, record(1, NEW))
    assert needed(catalogue) == {NEW, THIRD}


def test_unknown_collections_need_nothing(catalogue: SqlCatalogue) -> None:
    """Asking, beginning and ending say that there is no such collection."""
    calls: tuple[Callable[[], object], ...] = (
        lambda: catalogue.needs("shoes"),
        lambda: catalogue.begin_build("shoes", OLD),
        lambda: catalogue.end_build("shoes", OLD),
    )
    for call in calls:
        with pytest.raises(UnknownCollection):
            call()


def test_who_waits_for_a_publishing_sees_it(catalogue: SqlCatalogue, shoes: str) -> None:
    """A writer that queued behind the transaction that publishes other weights is refused as if it came after."""
    catalogue.upsert(shoes, [draft(OLD)])
    database = catalogue._database  # noqa: SLF001 - to stop in the middle
    with ThreadPoolExecutor(1) as threads:
        with database.writing() as connection:
            turn = take_turn(connection, shoes)
            waiting = threads.submit(catalogue.upsert, shoes, [draft(OLD)], embedded={OLD})
            turn.note(building=NEW)
        with pytest.raises(VectorsLacking, match=NEW[:12]):
            waiting.result()


steps = st.one_of(
    st.tuples(st.just("begin"), st.sampled_from(DIGESTS)),
    st.tuples(st.just("end"), st.sampled_from(DIGESTS)),
    st.tuples(st.just("publish"), st.sampled_from(DIGESTS)),
    st.tuples(st.just("write"), st.sampled_from(DIGESTS)),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(steps, max_size=8), name=st.uuids())
def test_needs_follow_from_the_history(catalogue: SqlCatalogue, history: list[tuple[str, str]], name: object) -> None:
    """After anything, the needs are those of three variables that are kept by the rules alone."""
    collection = catalogue.create_collection(f"c{next(numbers)}", "sketch").name
    searched: str | None = None
    former: str | None = None
    building: str | None = None
    for number, (step, digest) in enumerate(history, start=1):
        if step == "begin":
            catalogue.begin_build(collection, digest)
            building = digest
        elif step == "end":
            catalogue.end_build(collection, digest)
            building = None if building == digest else building
        elif step == "publish":
            catalogue.publish(collection, record(number, digest))
            searched, former = digest, None if searched == digest else searched
        else:
            needs = catalogue.needs(collection).digests or {digest}
            catalogue.upsert(collection, [draft(*sorted(needs))], embedded=needs)
            searched = searched or catalogue.collection(collection).checkpoint
        needs = catalogue.needs(collection).digests
        assert needs == {searched, former, building} - {None}
