"""What is noted of searches, on both systems."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from indexer.catalogue import NotedSearch, SqlCatalogue
from indexer.catalogue.tables import searches

LINE = NotedSearch("people", "front-desk", "picture", 3, matched=True)


def test_lines_come_back_in_order(catalogue: SqlCatalogue) -> None:
    """The latest so many, oldest first, each as it was noted, of one collection only."""
    lines = [replace(LINE, hits=number, matched=matched) for number, matched in enumerate((True, False, None))]
    for line in lines:
        catalogue.note_search(line)
        catalogue.note_search(replace(line, collection="others", caller="-"))
    found = catalogue.noted_searches("people")
    assert [replace(line, searched_at=None) for line in found] == lines
    assert catalogue.noted_searches("people", 2) == found[1:]
    assert catalogue.noted_searches("nobody") == []


def test_lines_outlive_their_collection(catalogue: SqlCatalogue) -> None:
    """Who deletes a collection does not delete what was noted of its searches."""
    catalogue.create_collection("people", "fake", personal=True)
    catalogue.note_search(LINE)
    catalogue.delete_collection("people")
    assert len(catalogue.noted_searches("people")) == 1


def test_old_lines_can_be_forgotten(catalogue: SqlCatalogue) -> None:
    """Those from before a moment go and are counted, those of that moment and of other collections stay."""
    for hits in range(3):
        catalogue.note_search(replace(LINE, hits=hits))
    catalogue.note_search(replace(LINE, collection="others"))
    first, second, third = catalogue.noted_searches("people")
    assert second.searched_at is not None
    assert third.searched_at is not None
    assert catalogue.forget_searches("people", second.searched_at) == 1
    assert catalogue.noted_searches("people") == [second, third]
    assert catalogue.forget_searches("people", second.searched_at) == 0
    assert catalogue.forget_searches("people", third.searched_at + timedelta(seconds=1)) == 2
    assert catalogue.noted_searches("people") == []
    assert len(catalogue.noted_searches("others")) == 1
    assert first.hits == 0


def test_a_line_has_no_room_for_who_was_searched() -> None:
    """Neither a picture nor a vector nor a key of an item has a column."""
    assert set(searches.columns.keys()) == {"id", "collection", "caller", "query", "hits", "matched", "searched_at"}
