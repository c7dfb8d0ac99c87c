"""The threads in which requests compute and read what is stored; the event loop never waits for either."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

import anyio.to_thread

STORING_THREADS = 8
"""Fewer than the connections that SQLAlchemy keeps, so that no thread waits for one."""

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


class Workers:
    """Bounded numbers of threads. Who is cancelled still waits for its call to end."""

    def __init__(self, threads: int) -> None:
        """Let that many compute at once; more than there are cores would only take the cores from each other."""
        self._computing = anyio.CapacityLimiter(threads)
        self._storing = anyio.CapacityLimiter(STORING_THREADS)

    async def compute(self, call: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """Run what mostly takes a core: decoding, preparing, searching."""
        return await anyio.to_thread.run_sync(call, *arguments, limiter=self._computing)

    async def store(self, call: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """Run what mostly waits, for the database or the disk."""
        return await anyio.to_thread.run_sync(call, *arguments, limiter=self._storing)
