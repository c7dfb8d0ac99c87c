"""Times by a clock that the test turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count

import pytest

from benchmarks.interleaved import WARMING, median_seconds

ROUNDS = 5


class Machine:
    """A clock, and actions that take what they are told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.done: list[str] = []

    def action(self, name: str, seconds: Callable[[int], float]) -> Callable[[], None]:
        """Take so long each time it is run, counted from 0."""
        times = count()

        def run() -> None:
            self.done.append(name)
            self.now += seconds(next(times))

        return run


def test_actions_take_turns() -> None:
    """Each runs once a round, in order, so that none has the machine's better half to itself."""
    machine = Machine()
    median_seconds({name: machine.action(name, lambda _: 1) for name in "ab"}, ROUNDS, lambda: machine.now)
    assert machine.done == ["a", "b"] * (WARMING + ROUNDS)


def test_warming_does_not_count_and_outliers_hardly() -> None:
    """The median of the rounds after the first few is that of each action alone."""
    machine = Machine()
    actions = {
        "slow at first": machine.action("slow at first", lambda number: 50 if number < WARMING else 2),
        "slow once": machine.action("slow once", lambda number: 50 if number == WARMING + 1 else 3),
    }
    assert median_seconds(actions, ROUNDS, lambda: machine.now) == {"slow at first": 2, "slow once": 3}


def test_what_is_added_up_late_counts_where_it_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time of an action's threads that the clock shows only once they sleep is its own, not the next action's."""
    machine = Machine()
    owed: list[float] = []

    def falls_asleep(_: float) -> None:
        machine.now += sum(owed)
        owed.clear()

    monkeypatch.setattr("time.sleep", falls_asleep)
    with_threads: Mapping[str, Callable[[], None]] = {
        "of two threads": lambda: owed.append(7),
        "of one": machine.action("of one", lambda _: 2),
    }
    assert median_seconds(with_threads, ROUNDS, lambda: machine.now) == {"of two threads": 7, "of one": 2}
