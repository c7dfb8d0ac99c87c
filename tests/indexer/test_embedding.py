"""Predicting in batches while others are written."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from indexer.catalogue import ItemDraft
from indexer.embedding import BATCH, WRITES_AHEAD, embed
from indexer.reading import Rejected, Unchanged
from indexer.stopwatch import Stopwatch
from models.contracts import Vectors
from tests.models.fakes import FakePredictor


@dataclass(frozen=True, eq=False)
class Waiting:
    """A numbered picture of one grey level."""

    number: int
    tensor: Tensor


def waiting(number: int) -> Waiting:
    """Return a picture that can be told from others by its vector."""
    generator = torch.Generator().manual_seed(number)
    return Waiting(number, torch.randint(0, 255, (1, 16, 16), dtype=torch.uint8, generator=generator))


@settings(deadline=None, max_examples=40)
@given(kinds=st.lists(st.sampled_from("wwwur"), max_size=4 * BATCH))
def test_everything_is_saved_once_in_order_in_full_batches(kinds: list[str]) -> None:
    """Each outcome is saved once, with the vector of its own picture, and only the last batch is small."""
    outcomes: list[Waiting | Unchanged | Rejected] = []
    for number, kind in enumerate(kinds):
        unchanged = Unchanged(ItemDraft(str(number)), rewritten=False)
        if kind == "w":
            outcomes.append(waiting(number))
        else:
            outcomes.append(unchanged if kind == "u" else Rejected(str(number), "bad"))
    predictor = FakePredictor()
    saved: list[Waiting] = []
    settled: list[Unchanged | Rejected] = []

    def save(batch: Sequence[Waiting], vectors: Vectors, others: Sequence[Unchanged | Rejected]) -> None:
        assert len(batch) == len(vectors) <= BATCH
        for one, vector in zip(batch, vectors, strict=True):
            assert np.array_equal(FakePredictor().predict_items(one.tensor[None])[0], vector)
        saved.extend(batch)
        settled.extend(others)

    embed(iter(outcomes), predictor, Stopwatch(), save)
    assert saved == [outcome for outcome in outcomes if isinstance(outcome, Waiting)]
    assert settled == [outcome for outcome in outcomes if not isinstance(outcome, Waiting)]
    if set(kinds) <= {"w"}:
        assert all(size == BATCH for size in predictor.batches[:-1])


def test_predicting_overlaps_writing_and_waits_for_it_in_the_end() -> None:
    """While the first batch is still being written the second is predicted; more than a few never wait in memory."""
    predictor = FakePredictor()
    size = BATCH
    first_write, release = threading.Event(), threading.Event()
    read = 0
    read_at_release: list[int] = []

    def source() -> Iterator[Waiting]:
        nonlocal read
        for number in range(size * 10):
            if number == size * WRITES_AHEAD:
                # So many batches were predicted though the first is still being written.
                assert first_write.wait(30)
                assert len(predictor.batches) == WRITES_AHEAD
            if number == size * WRITES_AHEAD + 1:
                release.set()
            read += 1
            yield waiting(number)

    def save(batch: Sequence[Waiting], vectors: Vectors, others: Sequence[Unchanged | Rejected]) -> None:
        first_write.set()
        assert release.wait(30)
        read_at_release.append(read)

    embed(source(), predictor, Stopwatch(), save)
    assert len(read_at_release) == 10
    for number, count in enumerate(read_at_release):
        assert count <= size * (number + WRITES_AHEAD + 2)


def test_an_error_while_saving_stops_the_run() -> None:
    """What the catalogue raises is raised to the caller, and no later batch is saved."""
    saved = 0

    def save(batch: Sequence[Waiting], vectors: Vectors, others: Sequence[Unchanged | Rejected]) -> None:
        nonlocal saved
        saved += 1
        if saved == 2:
            message = "disk full"
            raise OSError(message)

    with pytest.raises(OSError, match="disk full"):
        embed((waiting(number) for number in range(25 * BATCH)), FakePredictor(), Stopwatch(), save)
    assert saved < 25


def test_without_pictures_nothing_is_predicted() -> None:
    """Outcomes that need no vector pass the network by."""
    predictor = FakePredictor()
    settled: list[object] = []
    embed(
        [Rejected("a", "bad")],
        predictor,
        Stopwatch(),
        lambda batch, vectors, others: settled.extend([len(batch), vectors.shape, *others]),
    )
    assert settled == [0, (0, 8), Rejected("a", "bad")]
    assert predictor.batches == []
