"""Tests of versions and of writes that expect one, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from indexer.catalogue import ANY, Expectation, ItemDraft, SqlCatalogue, UnknownItem, UnmetExpectation

NEW = Expectation(none_of=frozenset({ANY}))
THERE = Expectation(one_of=frozenset({ANY}))


@pytest.fixture
def shoes(catalogue: SqlCatalogue) -> str:
    """The name of an empty collection."""
    return catalogue.create_collection("shoes", "sketch").name


def only(version: str) -> Expectation:
    """Expect one version."""
    return Expectation(one_of=frozenset({version}))


def test_every_change_makes_another_version(catalogue: SqlCatalogue, shoes: str) -> None:
    """No two states of a key share a version: not after a patch, nor deleted and made again, nor elsewhere."""
    hats = catalogue.create_collection("hats", "sketch").name
    seen = [
        catalogue.upsert(shoes, [ItemDraft("a")])[0].version,
        catalogue.upsert(shoes, [ItemDraft("a")])[0].version,
        catalogue.patch(shoes, "a", title="x").version,
    ]
    assert catalogue.patch(shoes, "a", title="x").version == seen[-1] == catalogue.item(shoes, "a").version
    catalogue.delete(shoes, "a")
    seen.append(catalogue.upsert(shoes, [ItemDraft("a")])[0].version)
    seen += [item.version for item in catalogue.upsert(shoes, [ItemDraft("b"), ItemDraft("c")])]
    seen.append(catalogue.upsert(hats, [ItemDraft("a")])[0].version)
    assert len(seen) == len(set(seen)) == 7


WRITES: dict[str, Callable[[SqlCatalogue, Expectation], object]] = {
    "upsert": lambda catalogue, expected: catalogue.upsert("shoes", [ItemDraft("a", "new", expected=expected)]),
    "patch": lambda catalogue, expected: catalogue.patch("shoes", "a", title="new", expected=expected),
    "delete": lambda catalogue, expected: catalogue.delete("shoes", "a", expected=expected),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_happens_only_to_what_was_expected(
    write: Callable[[SqlCatalogue, Expectation], object], catalogue: SqlCatalogue, shoes: str
) -> None:
    """Another version, or being there at all, stops it, and no number is taken; the right version does not."""
    [item] = catalogue.upsert(shoes, [ItemDraft("a", "old")])
    for expected in (only("1-1000"), NEW, Expectation(none_of=frozenset({item.version}))):
        with pytest.raises(UnmetExpectation, match="'a'"):
            write(catalogue, expected)
    assert catalogue.item(shoes, "a") == item
    assert catalogue.state(shoes).change_seq == 1
    write(catalogue, only(item.version))
    assert catalogue.state(shoes).change_seq == 2


def test_what_is_not_there_meets_what_expects_nothing(catalogue: SqlCatalogue, shoes: str) -> None:
    """A new key is written if it must be new, not if it must be there; a patch finds nothing either way."""
    for expected in (THERE, only("1-1")):
        with pytest.raises(UnmetExpectation, match="holds nothing"):
            catalogue.upsert(shoes, [ItemDraft("a", expected=expected)])
        with pytest.raises(UnknownItem):
            catalogue.patch(shoes, "a", expected=expected)
        with pytest.raises(UnknownItem):
            catalogue.delete(shoes, "a", expected=expected)
    assert catalogue.upsert(shoes, [ItemDraft("a", expected=NEW)])[0].key == "a"
    assert catalogue.upsert(shoes, [ItemDraft("a", expected=THERE)])[0].key == "a"


def test_one_unmet_expectation_stops_the_whole_batch(catalogue: SqlCatalogue, shoes: str) -> None:
    """Either all of a batch is written or nothing."""
    catalogue.upsert(shoes, [ItemDraft("b")])
    with pytest.raises(UnmetExpectation, match="'b'"):
        catalogue.upsert(shoes, [ItemDraft("a", expected=NEW), ItemDraft("b", expected=NEW)])
    assert [item.key for item in catalogue.page(shoes).items] == ["b"]


def test_of_several_writers_with_one_version_one_succeeds(catalogue: SqlCatalogue, shoes: str) -> None:
    """No update is lost: each of many threads adds one under the version that it has read, until it succeeds."""
    catalogue.upsert(shoes, [ItemDraft("a", metadata={"n": 0})])

    def add() -> int:
        for attempt in range(100):
            item = catalogue.item(shoes, "a")
            try:
                catalogue.patch(shoes, "a", metadata={"n": item.metadata["n"] + 1}, expected=only(item.version))
            except UnmetExpectation:
                continue
            return attempt
        raise AssertionError

    with ThreadPoolExecutor(4) as threads:
        for future in [threads.submit(add) for _ in range(12)]:
            future.result()
    assert catalogue.item(shoes, "a").metadata == {"n": 12}
