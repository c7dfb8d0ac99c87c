"""A stopwatch for work that several threads do at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopwatch:
    """Adds up the time during which at least one thread was at this work; two at once count once.

    So it never shows more than the time that passed, and several stopwatches beside each other show what overlapped.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Start at zero."""
        self._clock = clock
        self._lock = threading.Lock()
        self._running = 0
        self._since = 0.0
        self._total = 0.0

    @property
    def seconds(self) -> float:
        """What it shows now, also while running."""
        with self._lock:
            return self._total + (self._clock() - self._since if self._running else 0.0)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run while the block runs, in this thread."""
        with self._lock:
            if self._running == 0:
                self._since = self._clock()
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1
                if self._running == 0:
                    self._total += self._clock() - self._since
