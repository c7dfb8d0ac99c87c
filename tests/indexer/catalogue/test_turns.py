"""Tests of writers at the same time, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import numpy as np
import pytest

from indexer.catalogue import CollectionExists, Item, ItemDraft, SqlCatalogue, UnknownCollection, open_catalogue
from indexer.catalogue.turns import take_turn

WRITERS = 3
WRITES = 8


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run calls in threads that begin together, and return what they return or raise."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return call()
        except (CollectionExists, UnknownCollection) as error:
            return error

    with ThreadPoolExecutor(len(calls)) as threads:
        return [future.result() for future in [threads.submit(run, call) for call in calls]]


def test_numbers_are_gapless_and_follow_the_commits(database_url: str) -> None:
    """Writers with connections of their own share out the numbers, and a reader never sees one before its items."""
    with open_catalogue(database_url) as reader:
        reader.create_collection("shoes", "sketch")
        done = Event()

        def write(writer: int) -> list[int]:
            with open_catalogue(database_url) as catalogue:
                taken = []
                for number in range(WRITES):
                    drafts = [ItemDraft(f"{writer}-{number}", vectors={"d": np.ones(2, np.float32)}), ItemDraft("x")]
                    written = catalogue.upsert("shoes", drafts)
                    assert len({item.change_seq for item in written}) == 1
                    # What a writer has its answer for is seen, by itself as by everybody.
                    assert catalogue.state("shoes").change_seq >= written[0].change_seq
                    taken.append(written[0].change_seq)
                return taken

        def watch() -> None:
            seen: set[int] = set()
            since = 0
            while not done.is_set():
                changes = reader.changes("shoes", since, "d")
                # Each change adds one vector: whoever sees a number sees everything up to it.
                assert len(seen) + len(changes.ids) == changes.change_seq
                assert not seen & set(changes.ids.tolist())
                seen |= set(changes.ids.tolist())
                since = changes.change_seq

        with ThreadPoolExecutor(WRITERS + 1) as threads:
            watching = threads.submit(watch)
            try:
                taken = list(threads.map(write, range(WRITERS)))
            finally:
                done.set()
            watching.result()
        assert sorted(number for numbers in taken for number in numbers) == list(range(1, WRITERS * WRITES + 1))
        assert all(numbers == sorted(numbers) for numbers in taken)
        assert reader.state("shoes").change_seq == WRITERS * WRITES
        assert reader.collection("shoes").items == WRITERS * WRITES + 1


def test_one_key_is_one_item(catalogue: SqlCatalogue) -> None:
    """Writers of the same new key make one item between them, and the last one's words stand."""
    catalogue.create_collection("shoes", "sketch")
    written = at_once(
        *(lambda title=title: catalogue.upsert("shoes", [ItemDraft("a", title)])[0] for title in ("x", "y", "z"))
    )
    items = sorted((item for item in written if isinstance(item, Item)), key=lambda item: item.change_seq)
    assert [item.change_seq for item in items] == [1, 2, 3]
    assert len({item.id for item in items}) == 1
    assert catalogue.page("shoes").items == [items[-1]]


def test_patches_at_once_all_count(catalogue: SqlCatalogue) -> None:
    """No patch is lost because another read the item at the same time."""
    catalogue.create_collection("shoes", "sketch")
    catalogue.upsert("shoes", [ItemDraft("a")])
    at_once(*(lambda name=name: catalogue.patch("shoes", "a", metadata={name: 1}) for name in "abcd"))
    assert catalogue.item("shoes", "a").metadata == dict.fromkeys("abcd", 1)


def test_one_name_is_one_collection(catalogue: SqlCatalogue) -> None:
    """Of several who create the same collection one does, and the others are told."""
    results = at_once(*[lambda: catalogue.create_collection("shoes", "sketch")] * 3)
    assert sorted(isinstance(result, CollectionExists) for result in results) == [False, True, True]
    assert len(catalogue.collections()) == 1


def test_a_collection_is_deleted_between_writes(catalogue: SqlCatalogue) -> None:
    """Who writes while a collection goes either came before or is told that it is gone; nothing is left of it."""
    catalogue.create_collection("shoes", "sketch")
    writes = [lambda key=key: catalogue.upsert("shoes", [ItemDraft(key, picture=key)]) for key in "abc"]
    results = at_once(*writes, lambda: catalogue.delete_collection("shoes"))
    assert all(isinstance(result, list | UnknownCollection) for result in results[:-1])
    assert results[-1] is None
    assert catalogue.collections() == []
    assert catalogue.pictures() == set()


def test_a_failed_write_leaves_no_gap(catalogue: SqlCatalogue) -> None:
    """A number that was taken in a transaction that failed is taken again."""
    catalogue.create_collection("shoes", "sketch")
    database = catalogue._database  # noqa: SLF001 - to fail in the middle

    def fail() -> None:
        with database.writing() as connection:
            assert take_turn(connection, "shoes").next_change() == 1
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert catalogue.state("shoes").change_seq == 0
    assert catalogue.upsert("shoes", [ItemDraft("a")])[0].change_seq == 1


def test_readers_do_not_wait_for_a_writer(catalogue: SqlCatalogue) -> None:
    """A search reads what was committed last while a write is under way."""
    catalogue.create_collection("shoes", "sketch")
    catalogue.upsert("shoes", [ItemDraft("a")])
    database = catalogue._database  # noqa: SLF001 - to stop in the middle
    with database.writing() as connection:
        take_turn(connection, "shoes").next_change()
        assert catalogue.state("shoes").change_seq == 1
        assert [item.key for item in catalogue.page("shoes").items] == ["a"]
    assert catalogue.state("shoes").change_seq == 2
