"""Reading: bytes become prepared pictures, or a reason why not."""

from __future__ import annotations

import errno
import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.catalogue import Stored
from indexer.pictures import PictureStore
from indexer.reading import PictureReader, Prepared, Rejected, Unchanged, in_order
from indexer.stopwatch import Stopwatch
from models.images import decode
from tests.indexer.pictured import photo, source_item
from tests.models.fakes import FakePredictor


@pytest.fixture
def pictures(tmp_path: Path) -> PictureStore:
    """Return an empty store."""
    return PictureStore(tmp_path / "pictures")


@pytest.fixture
def reader(pictures: PictureStore) -> PictureReader:
    """Return a reader for the fake model."""
    return PictureReader(FakePredictor(), pictures, Stopwatch(), Stopwatch())


def stored(content: bytes, *, title: str = "", digests: tuple[str, ...] = (FakePredictor().digest,)) -> Stored:
    """Describe an item as a former build left it."""
    sha = hashlib.sha256(content).hexdigest()
    return Stored(1, title, {}, "ab" * 32, sha, frozenset(digests))


def test_a_picture_is_prepared_and_kept(reader: PictureReader, pictures: PictureStore) -> None:
    """The draft names the picture and the bytes that it came from; the tensor is the model's own preparation."""
    content = photo(1)
    outcome = reader.read(source_item("a", content, title="Boot", metadata={"colour": "red"}), None)
    assert isinstance(outcome, Prepared)
    assert outcome.draft.picture is not None
    assert pictures.open(outcome.draft.picture).read_bytes() == content
    assert outcome.draft.source == hashlib.sha256(content).hexdigest()
    assert (outcome.draft.key, outcome.draft.title, outcome.draft.metadata) == ("a", "Boot", {"colour": "red"})
    assert np.array_equal(outcome.tensor.numpy(), FakePredictor().prepare_item(decode(content)).numpy())


def test_the_same_bytes_with_a_vector_are_not_read_again(reader: PictureReader, tmp_path: Path) -> None:
    """What is stored and embedded is unchanged; whether its words are others is told."""
    content = photo(1)
    same = reader.read(source_item("a", content), stored(content))
    other_title = reader.read(source_item("a", content, title="New"), stored(content, title="Old"))
    assert isinstance(same, Unchanged)
    assert isinstance(other_title, Unchanged)
    assert (same.rewritten, other_title.rewritten) == (False, True)
    assert other_title.draft.title == "New"
    assert other_title.draft.picture == "ab" * 32
    assert not (tmp_path / "pictures").exists()


@pytest.mark.parametrize("before", [stored(photo(2)), stored(photo(1), digests=("0c" * 32,))])
def test_other_bytes_or_other_weights_are_prepared(reader: PictureReader, before: Stored) -> None:
    """A new picture, or one without a vector of these weights, is embedded."""
    assert isinstance(reader.read(source_item("a", photo(1)), before), Prepared)


@pytest.mark.parametrize("content", [b"", b"hello", photo(1)[:60]])
def test_what_is_no_picture_is_rejected_with_the_reason(reader: PictureReader, content: bytes) -> None:
    """Text, nothing and half a picture: a sentence, and the digest of what was refused."""
    outcome = reader.read(source_item("a", content), None)
    assert isinstance(outcome, Rejected)
    assert outcome.reason.endswith(".")
    assert outcome.source == hashlib.sha256(content).hexdigest()


def test_a_file_that_cannot_be_read_is_rejected(reader: PictureReader) -> None:
    """A missing file is a reason too, without a digest."""
    outcome = reader.read(source_item("a", FileNotFoundError(2, "No such file or directory")), None)
    assert outcome == Rejected("a", "The picture cannot be read: No such file or directory.")


@settings(deadline=None, max_examples=30)
@given(count=st.integers(0, 40), window=st.integers(1, 10), workers=st.integers(1, 4))
def test_results_come_in_order_and_few_are_held(count: int, window: int, workers: int) -> None:
    """For any pool and window the results are those of the jobs in order, and at most `window` are ever outstanding."""
    taken = 0
    outstanding: list[int] = []

    def jobs() -> Iterator[Callable[[], int]]:
        for number in range(count):
            outstanding.append(number + 1 - taken)
            yield partial(int, number)

    with ThreadPoolExecutor(workers) as pool:
        for place, result in enumerate(in_order(pool, jobs(), window)):
            assert result == place
            taken += 1
    assert taken == count
    assert max(outstanding, default=0) <= window


def test_jobs_run_beside_the_caller() -> None:
    """While the caller holds the first result the next jobs are at work."""
    second = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        jobs: list[Callable[[], object]] = [partial(int, 1), second.set, partial(int, 3)]
        results = in_order(pool, jobs, 2)
        assert next(results) == 1
        assert second.wait(30)
        assert list(results) == [None, 3]


def test_a_caller_that_stops_early_cancels_the_rest() -> None:
    """Jobs that have not begun when the caller gives up never run."""
    release, ran = threading.Event(), []

    def job(number: int) -> int:
        if number == 1:
            release.wait(30)
        ran.append(number)
        return number

    with ThreadPoolExecutor(1) as pool:
        results = in_order(pool, [partial(job, number) for number in range(10)], 8)
        assert next(results) == 0
        results.close()  # type: ignore[attr-defined]  # a generator, announced as an iterator
        release.set()
    assert ran in ([0], [0, 1])


def test_a_full_disk_is_no_fault_of_the_picture(reader: PictureReader, pictures: PictureStore) -> None:
    """Where a picture cannot be kept the run ends with the disk's error; nothing is called a bad picture for it."""
    full = OSError(errno.ENOSPC, "No space left on device")
    with mock.patch.object(pictures, "save", side_effect=full), pytest.raises(OSError, match="No space left") as raised:
        reader.read(source_item("a", photo(1)), None)
    assert raised.value is full
