"""Times of several actions on a machine that also does other things: they take turns, and the median counts.

As everywhere in these benchmarks it is processor time that is taken, which waiting for a core does not add to.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

Name = TypeVar("Name")
WARMING = 3
RESTING = 0.001
"""Seconds after each action in which its other threads fall asleep: a thread that runs on another core has its time
added to the process's only when it sleeps or the scheduler's clock ticks, up to 4 ms late, and then to what comes next.
"""


def median_seconds(
    actions: Mapping[Name, Callable[[], object]], rounds: int, clock: Callable[[], float] = time.process_time
) -> dict[Name, float]:
    """Run each action once a round, and return the median of its times; what slows a round slows all of them.

    Args:
        actions: what is timed.
        rounds: that count; a few before them do not.
        clock: seconds since any moment, of processor time unless the caller knows better.
    """
    taken: dict[Name, list[float]] = {name: [] for name in actions}
    for number in range(-WARMING, rounds):
        for name, action in actions.items():
            began = clock()
            action()
            time.sleep(RESTING)
            if number >= 0:
                taken[name].append(clock() - began)
    return {name: statistics.median(times) for name, times in taken.items()}
