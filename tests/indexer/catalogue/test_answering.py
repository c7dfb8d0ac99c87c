"""Tests of writes that happen once, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from indexer.catalogue import InvalidKey, Item, ItemDraft, Once, ReusedRequestKey, SqlCatalogue, UnknownCollection
from indexer.catalogue.answering import KEPT
from indexer.catalogue.database import connect
from indexer.catalogue.tables import answers

SAME = "0a" * 32
OTHER = "0b" * 32


@pytest.fixture
def shoes(catalogue: SqlCatalogue) -> str:
    """The name of an empty collection."""
    return catalogue.create_collection("shoes", "sketch").name


def once(request: str = SAME, key: str = "k") -> Once:
    """A request whose answer names the versions that it wrote."""

    def answer(items: Sequence[Item]) -> str:
        return " ".join(item.version for item in items)

    return Once(key, request, answer)


def test_a_request_is_carried_out_once(catalogue: SqlCatalogue, shoes: str) -> None:
    """Asked again, it is answered the same, and no change number is taken for it."""
    assert catalogue.answered(shoes, "k", SAME) is None
    first = catalogue.upsert_once(shoes, [ItemDraft("a"), ItemDraft("b")], once())
    assert first == " ".join(item.version for item in catalogue.page(shoes).items)
    catalogue.patch(shoes, "a", title="changed since")
    assert catalogue.upsert_once(shoes, [ItemDraft("a"), ItemDraft("b")], once()) == first
    assert catalogue.answered(shoes, "k", SAME) == first
    assert catalogue.item(shoes, "a").title == "changed since"
    assert catalogue.state(shoes).change_seq == 2


def test_a_key_stands_for_one_request(catalogue: SqlCatalogue, shoes: str) -> None:
    """The same key with another request is refused and writes nothing; another key or collection is free."""
    catalogue.upsert_once(shoes, [ItemDraft("a")], once())
    with pytest.raises(ReusedRequestKey, match="'k'"):
        catalogue.upsert_once(shoes, [ItemDraft("b")], once(OTHER))
    with pytest.raises(ReusedRequestKey):
        catalogue.answered(shoes, "k", OTHER)
    assert [item.key for item in catalogue.page(shoes).items] == ["a"]
    catalogue.upsert_once(shoes, [ItemDraft("b")], once(OTHER, "l"))
    hats = catalogue.create_collection("hats", "sketch").name
    assert catalogue.answered(hats, "k", OTHER) is None
    catalogue.upsert_once(hats, [ItemDraft("b")], once(OTHER))


def test_an_answer_without_items_is_kept_too(catalogue: SqlCatalogue, shoes: str) -> None:
    """Where nothing could be stored the answer stands, and no change number was taken."""
    assert catalogue.upsert_once(shoes, [], Once("k", SAME, lambda _: "none")) == "none"
    assert catalogue.answered(shoes, "k", SAME) == "none"
    assert catalogue.state(shoes).change_seq == 0


def test_what_failed_is_not_answered(catalogue: SqlCatalogue, shoes: str) -> None:
    """Neither a bad draft nor an answer that cannot be made leaves anything behind."""

    def fail(_: Sequence[Item]) -> str:
        message = "no answer"
        raise ZeroDivisionError(message)

    with pytest.raises(InvalidKey):
        catalogue.upsert_once(shoes, [ItemDraft("")], once())
    with pytest.raises(ZeroDivisionError):
        catalogue.upsert_once(shoes, [ItemDraft("a")], Once("k", SAME, fail))
    with pytest.raises(UnknownCollection):
        catalogue.upsert_once("hats", [ItemDraft("a")], once())
    assert catalogue.answered(shoes, "k", SAME) is None
    assert catalogue.page(shoes).items == []


def test_requests_that_come_together_are_one(catalogue: SqlCatalogue, shoes: str) -> None:
    """Of several threads that ask the same at once, one writes, and all are answered what it wrote."""
    together = Barrier(4)

    def ask() -> str:
        together.wait()
        return catalogue.upsert_once(shoes, [ItemDraft("a")], once())

    with ThreadPoolExecutor(4) as threads:
        given = {future.result() for future in [threads.submit(ask) for _ in range(4)]}
    assert given == {catalogue.item(shoes, "a").version}
    assert catalogue.state(shoes).change_seq == 1


def test_answers_expire_and_are_forgotten(catalogue: SqlCatalogue, database_url: str, shoes: str) -> None:
    """A day later the key is free, and the next request that is kept clears away what has expired."""
    catalogue.upsert_once(shoes, [ItemDraft("a")], once())
    catalogue.upsert_once(shoes, [ItemDraft("a")], once(SAME, "old"))
    database = connect(database_url)
    with database.writing() as connection:
        (until,) = set(connection.execute(select(func.max(answers.c.expires_at))).scalars())
        assert timedelta() <= datetime.now(UTC) + KEPT - until < timedelta(minutes=5)
        connection.execute(update(answers).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert catalogue.answered(shoes, "k", OTHER) is None
    catalogue.upsert_once(shoes, [ItemDraft("b")], once(OTHER))
    with database.reading() as connection:
        assert connection.execute(select(answers.c.key, answers.c.request)).all() == [("k", OTHER)]
    database.close()


def test_answers_go_with_their_collection(catalogue: SqlCatalogue, shoes: str) -> None:
    """A new collection of the old name knows nothing of what the old one was asked."""
    catalogue.upsert_once(shoes, [ItemDraft("a")], once())
    catalogue.delete_collection(shoes)
    catalogue.create_collection(shoes, "sketch")
    assert catalogue.answered(shoes, "k", OTHER) is None
