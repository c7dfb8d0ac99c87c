"""The stopwatch, with a clock that the tests set."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.stopwatch import Stopwatch


class Clock:
    """Shows what it was set to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@given(spans=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=10))
def test_overlapping_work_counts_once(spans: list[tuple[int, int]]) -> None:
    """For any spans of work it shows the number of moments at which anyone was at work."""
    clock = Clock()
    watch = Stopwatch(clock)
    stacks = [ExitStack() for _ in spans]
    for moment in range(80):
        clock.now = moment
        for (start, length), stack in zip(spans, stacks, strict=True):
            if start == moment:
                stack.enter_context(watch.running())
            if start + length == moment:
                stack.close()
    busy = {moment for start, length in spans for moment in range(start, start + length)}
    assert watch.seconds == len(busy)


def test_it_can_be_read_while_it_runs() -> None:
    """The time shown grows with the clock, and stops with the work."""
    clock = Clock()
    watch = Stopwatch(clock)
    with watch.running():
        clock.now = 3
        assert watch.seconds == 3
    clock.now = 9
    assert watch.seconds == 3


def test_work_that_fails_stops_it() -> None:
    """An error ends the work like its end does."""
    clock = Clock()
    watch = Stopwatch(clock)

    def fail() -> None:
        with watch.running():
            clock.now = 2
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    clock.now = 5
    assert watch.seconds == 2


def test_threads_share_it() -> None:
    """Two threads at work together, one of them longer: the time from the first start to the last end."""
    clock = Clock()
    watch = Stopwatch(clock)
    started, over = threading.Barrier(2), threading.Event()

    def work() -> None:
        with watch.running():
            started.wait()
            over.wait()

    thread = threading.Thread(target=work)
    thread.start()
    with watch.running():
        started.wait()
        clock.now = 4
    clock.now = 6
    over.set()
    thread.join()
    assert watch.seconds == 6
