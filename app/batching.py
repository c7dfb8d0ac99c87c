"""`BatchQueue`: many callers, one device."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from models.contracts import RetrievalError

Item = TypeVar("Item")
Result = TypeVar("Result")

_CLOSED = "The server is shutting down; try again in a moment."


class QueueFull(RetrievalError):
    """As many items wait for the device as may."""


class QueueClosed(RetrievalError):
    """The server is shutting down."""


class DeadlineExceeded(RetrievalError):
    """The device did not get to an item in time."""


@dataclass(frozen=True)
class Limits:
    """What a `BatchQueue` allows.

    Attributes:
        max_batch: items computed at once.
        max_wait: seconds an idle device waits for more items to come.
        capacity: items that may wait; those being computed do not count.
        deadline: seconds from `submit` to its answer.
    """

    max_batch: int
    max_wait: float
    capacity: int
    deadline: float


@dataclass(frozen=True)
class Answer(Generic[Result]):
    """One item's result, and where its time went, in seconds."""

    value: Result
    waited: float
    ran: float


@dataclass(frozen=True)
class Batch:
    """One run of the device: how long each of its items had waited and how long it took, in seconds."""

    waited: tuple[float, ...]
    ran: float


class Device:
    """The one thread that computes, and the turns that several queues take at it."""

    def __init__(self) -> None:
        """Start no thread yet."""
        self.turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="device")

    async def run(self, compute: Callable[[], Result]) -> Result:
        """Compute in the device's thread; the caller holds `turn`."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, compute)

    def close(self) -> None:
        """End the thread once its work is done."""
        self._thread.shutdown(wait=True)


@dataclass(eq=False)
class _Waiter(Generic[Item, Result]):
    item: Item
    answer: asyncio.Future[Answer[Result]]
    since: float

    def refuse(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)
            # Look at it, or asyncio complains about an error nobody saw when the caller is gone by now.
            self.answer.exception()


class BatchQueue(Generic[Item, Result]):
    """Collects the items of concurrent callers and computes them together.

    While the device is busy the next batch gathers; an idle device waits `max_wait` for company. A batch that fails
    is computed again item by item, so that a bad item fails its own caller only. Everything but `compute` runs on the
    event loop.
    """

    def __init__(
        self,
        compute: Callable[[Sequence[Item]], Sequence[Result]],
        device: Device,
        limits: Limits,
        observe: Callable[[Batch], None] = lambda _: None,
    ) -> None:
        """Compute with `compute`, which runs in the device's thread; tell `observe` about every batch."""
        self._compute = compute
        self._device = device
        self._limits = limits
        self._observe = observe
        self._waiting: OrderedDict[_Waiter[Item, Result], None] = OrderedDict()
        self._filled = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None
        self._closed = False

    def __len__(self) -> int:
        """How many items wait."""
        return len(self._waiting)

    async def submit(self, item: Item) -> Answer[Result]:
        """Compute one item.

        Raises:
            QueueFull: too many items wait already.
            QueueClosed: the queue is closed, or was closed while the item waited.
            DeadlineExceeded: no answer in time.
        """
        waiter = self._enter(item)
        try:
            async with asyncio.timeout(self._limits.deadline) as limit:
                return await waiter.answer
        except TimeoutError:
            if not limit.expired():
                raise
            message = f"The device did not answer within {self._limits.deadline:g} s; try again later."
            raise DeadlineExceeded(message) from None
        finally:
            # Whoever was cancelled or timed out frees its place at once.
            self._waiting.pop(waiter, None)

    async def submit_all(self, items: Sequence[Item]) -> list[Answer[Result]]:
        """Compute the items of one caller, no more of them at once than fit into the queue, or into a batch.

        Raises:
            QueueFull, QueueClosed, DeadlineExceeded: as `submit`, for whichever item it happens to first.
        """
        together = min(self._limits.capacity, self._limits.max_batch)
        answers: list[Answer[Result]] = []
        for start in range(0, len(items), together):
            answers += await asyncio.gather(*map(self.submit, items[start : start + together]))
        return answers

    async def close(self) -> None:
        """Take no more items, refuse those that wait, and let the batch on the device end."""
        self._closed = True
        self._filled.set()
        while self._waiting:
            self._first().refuse(QueueClosed(_CLOSED))
        if self._runner is not None:
            await self._runner

    def _enter(self, item: Item) -> _Waiter[Item, Result]:
        if self._closed:
            raise QueueClosed(_CLOSED)
        if len(self) >= self._limits.capacity:
            message = f"{len(self)} queries wait already, which is as many as may; try again in a moment."
            raise QueueFull(message)
        loop = asyncio.get_running_loop()
        waiter: _Waiter[Item, Result] = _Waiter(item, loop.create_future(), time.perf_counter())
        self._waiting[waiter] = None
        if len(self) >= self._limits.max_batch:
            self._filled.set()
        if self._runner is None:
            self._runner = loop.create_task(self._run())
        return waiter

    def _first(self) -> _Waiter[Item, Result]:
        return self._waiting.popitem(last=False)[0]

    async def _run(self) -> None:
        """Serve until nobody waits; the next `submit` starts the next run."""
        try:
            await self._gather()
            while self._waiting:
                async with self._device.turn:
                    # Chosen only now: while another queue had its turn, more may have come and some may have gone.
                    await self._serve([self._first() for _ in range(min(len(self), self._limits.max_batch))])
        finally:
            self._runner = None

    async def _gather(self) -> None:
        """Give the first batch of an idle device the time to fill."""
        if self._closed or len(self) >= self._limits.max_batch:
            return
        self._filled.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.max_wait):
                await self._filled.wait()

    async def _serve(self, waiters: list[_Waiter[Item, Result]]) -> None:
        if not waiters:
            return
        started = time.perf_counter()
        outcomes = await self._device.run(lambda: self._attempt([waiter.item for waiter in waiters]))
        batch = Batch(tuple(started - waiter.since for waiter in waiters), time.perf_counter() - started)
        for waiter, outcome, waited in zip(waiters, outcomes, batch.waited, strict=True):
            if isinstance(outcome, Exception):
                waiter.refuse(outcome)
            elif not waiter.answer.done():
                waiter.answer.set_result(Answer(outcome, waited, batch.ran))
        self._observe(batch)

    def _attempt(self, items: list[Item]) -> list[Result | Exception]:
        """Compute together, or one by one where that fails."""
        try:
            results = self._compute(items)
            if len(results) == len(items):
                return list(results)
            message = f"{len(items)} items were computed into {len(results)} results."
            raise RuntimeError(message)  # noqa: TRY301 - to be handled like any failure of the computation
        except Exception as error:  # noqa: BLE001 - any error of one item must spare the others
            if len(items) == 1:
                return [error]
        return [outcome for item in items for outcome in self._attempt([item])]
