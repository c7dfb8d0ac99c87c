"""Committing batches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from indexer.catalogue import Catalogue, CatalogueUnavailable, ItemDraft
from indexer.reading import Prepared, PreparedAgain, Rejected, Unchanged
from indexer.saving import Saver, Tally
from indexer.stopwatch import Stopwatch
from tests.indexer.stock import NEW, OLD, draft, new_catalogue, put, vector_of

TENSOR = torch.zeros(1)
NO_VECTORS = np.empty((0, 4), dtype=np.float32)


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """Return a catalogue with one empty collection."""
    empty = new_catalogue(tmp_path)
    empty.create_collection("shoes", "fake")
    return empty


def saver(catalogue: Catalogue, digest: str = OLD) -> Saver:
    """Return a saver that counts from zero."""
    return Saver(catalogue, "shoes", digest, Tally(), Stopwatch(), lambda tally: None)


def prepared(key: str, picture: int) -> Prepared:
    """Return an item that waits for its vector."""
    return Prepared(replace(draft(key, picture), vectors={}), TENSOR)


def test_a_batch_is_one_transaction(catalogue: Catalogue) -> None:
    """Items, their vectors and those with new words become visible together, under one change number each kind."""
    writer = saver(catalogue)
    batch = [prepared(key, number) for number, key in enumerate("abc")]
    writer.save(batch, np.stack([vector_of(number, OLD) for number in range(3)]), [])
    assert catalogue.state("shoes").change_seq == 1
    page = catalogue.vectors("shoes", OLD)
    assert [row.tolist() for row in page.vectors] == [vector_of(number, OLD).tolist() for number in range(3)]
    assert writer.tally == Tally(embedded=3)


def test_everything_is_counted_once(catalogue: Catalogue) -> None:
    """Embedded, skipped, rewritten and rejected add up to what came in."""
    old = put(catalogue, "shoes", "old", 5)
    told: list[int] = []
    tally = Tally()
    writer = Saver(catalogue, "shoes", OLD, tally, Stopwatch(), lambda done: told.append(done.total))
    words = replace(draft("old", 5), title="New", vectors={})
    writer.save(
        [prepared("a", 1)],
        vector_of(1, OLD)[None],
        [
            Unchanged(words, rewritten=True),
            Unchanged(draft("same", 6), rewritten=False),
            Rejected("bad", "No picture."),
        ],
    )
    assert tally == Tally(embedded=1, skipped=1, rewritten=1, rejected=1)
    assert told == [4]
    assert catalogue.item("shoes", "old").title == "New"
    assert catalogue.item("shoes", "old").id == old.id
    assert catalogue.vector_count("shoes", OLD) == 2


def test_one_refused_item_does_not_cost_the_batch(catalogue: Catalogue) -> None:
    """What the catalogue refuses is rejected with its reason; all others of the batch are written."""
    batch = [prepared("a", 1), prepared("bad\x00key", 2), prepared("c", 3)]
    writer = saver(catalogue)
    writer.save(batch, np.stack([vector_of(number, OLD) for number in (1, 2, 3)]), [])
    assert {item.key for item in catalogue.page("shoes").items} == {"a", "c"}
    assert (writer.tally.embedded, writer.tally.rejected) == (2, 1)
    assert len(catalogue.rejects("shoes")) == 1


def test_a_catalogue_that_fails_stops_the_run(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is away is no fault of the items: nothing is rejected for it, nor counted."""

    def away(collection: str, drafts: list[ItemDraft]) -> None:
        message = "The database does not answer."
        raise CatalogueUnavailable(message)

    monkeypatch.setattr(catalogue, "upsert", away)
    writer = saver(catalogue)
    with pytest.raises(CatalogueUnavailable):
        writer.save([prepared("a", 1)], vector_of(1, OLD)[None], [])
    assert (writer.tally, catalogue.rejects("shoes")) == (Tally(), [])


def test_vectors_of_new_weights_go_to_the_picture_they_are_of(catalogue: Catalogue) -> None:
    """Of items that were replaced or deleted meanwhile none is written and none counted."""
    items = [put(catalogue, "shoes", key, number) for number, key in enumerate("abc")]
    put(catalogue, "shoes", "b", 9)
    catalogue.delete("shoes", "c")
    writer = saver(catalogue, NEW)
    vectors = np.stack([vector_of(number, NEW) for number in range(3)])
    writer.save_again([PreparedAgain(item, TENSOR) for item in items], vectors, [Rejected("z", "Lost.")])
    assert (writer.tally.embedded, writer.tally.rejected) == (1, 1)
    assert catalogue.vectors("shoes", NEW).ids.tolist() == [items[0].id]


def test_nothing_writes_nothing(catalogue: Catalogue) -> None:
    """An empty batch takes no change number."""
    writer = saver(catalogue)
    writer.save([], NO_VECTORS, [])
    writer.save_again([], NO_VECTORS, [])
    assert catalogue.state("shoes").change_seq == 0
