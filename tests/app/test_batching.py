"""The promises of `BatchQueue`, checked inside a fake model whose every step a test releases."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.batching import Batch, BatchQueue, DeadlineExceeded, Device, Limits, QueueClosed, QueueFull

GENEROUS = Limits(max_batch=4, max_wait=0.0, capacity=64, deadline=60.0)
BAD = -1


class GatedModel:
    """Squares numbers, one batch per `release`; asserts what every batch must be."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._gate: queue.Queue[None] = queue.Queue()
        self._busy = threading.Lock()
        self.entered: queue.Queue[list[int]] = queue.Queue()
        self.threads: set[int] = set()
        self.open = False

    def compute(self, items: Sequence[int]) -> list[int]:
        """Square each item; a batch that holds a bad one fails."""
        assert self._busy.acquire(blocking=False), "two batches ran at once"
        try:
            assert 1 <= len(items) <= self._limits.max_batch
            self.threads.add(threading.get_ident())
            self.entered.put(list(items))
            if not self.open:
                self._gate.get(timeout=30)
            if BAD in items:
                message = "a bad item"
                raise ArithmeticError(message)
            return [item * item for item in items]
        finally:
            self._busy.release()

    def release(self, batches: int = 1) -> None:
        """Let that many batches pass."""
        for _ in range(batches):
            self._gate.put(None)

    def release_all(self) -> None:
        """Let every batch pass from now on."""
        self.open = True
        self.release()

    async def next_batch(self) -> list[int]:
        """Wait until a batch has reached the device."""
        return await asyncio.to_thread(self.entered.get, timeout=30)


@asynccontextmanager
async def queue_and_model(limits: Limits = GENEROUS) -> AsyncIterator[tuple[BatchQueue[int, int], GatedModel]]:
    """Make a queue in front of a gated model, and clear both away."""
    model, device = GatedModel(limits), Device()
    batch_queue = BatchQueue(model.compute, device, limits)
    try:
        yield batch_queue, model
    finally:
        model.release_all()
        await batch_queue.close()
        device.close()


async def until(condition: Callable[[], bool]) -> None:
    """Let the event loop turn until a condition holds."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is awaited is the state of the loop itself
            await asyncio.sleep(0)


async def outcome(batches: BatchQueue[int, int], number: int) -> int | str:
    """Submit a number; return its result, or the name of its error."""
    try:
        return (await batches.submit(number)).value
    except Exception as error:  # noqa: BLE001 - the name is what is judged
        return type(error).__name__


def test_callers_who_wait_together_travel_together() -> None:
    """While the device is busy the next batch gathers, in order, and never above max_batch."""

    async def scenario() -> None:
        async with queue_and_model() as (batches, model):
            first = asyncio.create_task(batches.submit(100))
            assert await model.next_batch() == [100]
            others = [asyncio.create_task(batches.submit(number)) for number in range(6)]
            await until(lambda: len(batches) == 6)
            model.release_all()
            assert (await first).value == 10_000
            assert [answer.value for answer in await asyncio.gather(*others)] == [n * n for n in range(6)]
            assert model.entered.get() == [0, 1, 2, 3]
            assert model.entered.get() == [4, 5]
            assert len(model.threads) == 1
            assert threading.get_ident() not in model.threads

    asyncio.run(scenario())


@pytest.mark.parametrize(("capacity", "together"), [(64, 4), (3, 3), (1, 1)])
def test_many_items_of_one_caller_fit_into_the_queue(capacity: int, together: int) -> None:
    """However many, they are answered in order, and no more of them wait than fit into the queue or a batch."""

    async def scenario() -> None:
        async with queue_and_model(Limits(max_batch=4, max_wait=0.0, capacity=capacity, deadline=60.0)) as both:
            batches, model = both
            call = asyncio.create_task(batches.submit_all(range(9)))
            await model.next_batch()
            assert len(batches) < together
            model.release_all()
            assert [answer.value for answer in await call] == [number * number for number in range(9)]
            assert await batches.submit_all([]) == []

    asyncio.run(scenario())


def test_an_idle_device_waits_for_a_full_batch_and_then_no_longer() -> None:
    """With an endless max_wait a batch leaves the moment it is full: company is what starts it."""
    limits = Limits(max_batch=3, max_wait=3600.0, capacity=8, deadline=60.0)

    async def scenario() -> None:
        async with queue_and_model(limits) as (batches, model):
            model.release_all()
            calls = [asyncio.create_task(batches.submit(number)) for number in (1, 2)]
            await until(lambda: len(batches) == 2)
            assert model.entered.empty()
            calls.append(asyncio.create_task(batches.submit(3)))
            assert [answer.value for answer in await asyncio.gather(*calls)] == [1, 4, 9]
            assert model.entered.get() == [1, 2, 3]

    asyncio.run(scenario())


def test_a_lone_caller_is_served_when_max_wait_is_over() -> None:
    """A batch that does not fill leaves all the same."""

    async def scenario() -> None:
        async with queue_and_model(Limits(max_batch=3, max_wait=0.001, capacity=8, deadline=60.0)) as (batches, model):
            model.release_all()
            answer = await batches.submit(5)
            assert (answer.value, model.entered.get()) == (25, [5])
            assert answer.waited >= 0
            assert answer.ran >= 0

    asyncio.run(scenario())


def test_a_bad_item_fails_its_own_caller_only() -> None:
    """The neighbours of an item that cannot be computed get their results."""

    async def scenario() -> None:
        async with queue_and_model() as (batches, model):
            blocker = asyncio.create_task(batches.submit(0))
            await model.next_batch()
            calls = [asyncio.create_task(outcome(batches, number)) for number in (2, BAD, 3)]
            await until(lambda: len(batches) == 3)
            model.release_all()
            assert await asyncio.gather(*calls) == [4, "ArithmeticError", 9]
            assert (await blocker).value == 0

    asyncio.run(scenario())


def test_a_model_that_loses_results_fails_its_callers_and_the_queue_lives_on() -> None:
    """Fewer results than items is an error for those items, never a wrong assignment."""

    async def scenario() -> None:
        device = Device()
        answers = [[], [7]]
        batches: BatchQueue[int, int] = BatchQueue(lambda _: answers.pop(0), device, GENEROUS)
        with pytest.raises(RuntimeError, match="1 items were computed into 0 results"):
            await batches.submit(1)
        assert (await batches.submit(2)).value == 7
        await batches.close()
        device.close()

    asyncio.run(scenario())


def test_a_full_queue_refuses_and_admits_again_when_a_place_is_free() -> None:
    """Capacity counts those who wait, not those on the device."""

    async def scenario() -> None:
        async with queue_and_model(Limits(max_batch=1, max_wait=0.0, capacity=2, deadline=60.0)) as (batches, model):
            running = asyncio.create_task(batches.submit(1))
            await model.next_batch()
            waiting = [asyncio.create_task(batches.submit(number)) for number in (2, 3)]
            await until(lambda: len(batches) == 2)
            with pytest.raises(QueueFull, match="2 queries wait already"):
                await batches.submit(4)
            model.release()
            assert (await running).value == 1
            assert await model.next_batch() == [2]
            late = asyncio.create_task(batches.submit(5))
            await until(lambda: len(batches) == 2)
            model.release_all()
            assert [(await call).value for call in (*waiting, late)] == [4, 9, 25]

    asyncio.run(scenario())


def test_a_cancelled_caller_frees_its_place_and_is_never_computed() -> None:
    """Whoever hangs up while waiting costs the device nothing."""

    async def scenario() -> None:
        async with queue_and_model(Limits(max_batch=4, max_wait=0.0, capacity=1, deadline=60.0)) as (batches, model):
            running = asyncio.create_task(batches.submit(1))
            await model.next_batch()
            gone = asyncio.create_task(batches.submit(2))
            await until(lambda: len(batches) == 1)
            gone.cancel()
            await until(gone.done)
            assert len(batches) == 0
            successor = asyncio.create_task(batches.submit(3))
            await until(lambda: len(batches) == 1)
            model.release_all()
            assert [(await running).value, (await successor).value] == [1, 9]
            assert model.entered.get() == [3]

    asyncio.run(scenario())


def test_a_caller_cancelled_on_the_device_leaves_its_neighbours_alone() -> None:
    """Hanging up during the computation discards one result only."""

    async def scenario() -> None:
        async with queue_and_model() as (batches, model):
            calls = [asyncio.create_task(batches.submit(number)) for number in (2, 3)]
            assert await model.next_batch() == [2, 3]
            calls[0].cancel()
            model.release_all()
            assert (await calls[1]).value == 9
            with pytest.raises(asyncio.CancelledError):
                await calls[0]

    asyncio.run(scenario())


@pytest.mark.parametrize("on_device", [True, False])
def test_a_deadline_ends_the_wait(*, on_device: bool) -> None:
    """A caller hears of a device that does not answer, whether its item waits or is being computed."""

    async def scenario() -> None:
        async with queue_and_model(Limits(max_batch=1, max_wait=0.0, capacity=8, deadline=0.01)) as (batches, model):
            if not on_device:
                blocker = asyncio.create_task(outcome(batches, 1))
                await model.next_batch()
            with pytest.raises(DeadlineExceeded, match="within 0\\.01 s"):
                await batches.submit(2)
            assert len(batches) == 0
            if not on_device:
                assert await blocker == "DeadlineExceeded"

    asyncio.run(scenario())


def test_a_timeout_inside_the_model_is_not_called_a_deadline() -> None:
    """The model's own TimeoutError reaches the caller as what it is."""

    def compute(_: Sequence[int]) -> list[int]:
        raise TimeoutError

    async def scenario() -> None:
        device = Device()
        batches = BatchQueue(compute, device, GENEROUS)
        with pytest.raises(TimeoutError):
            await batches.submit(1)
        await batches.close()
        device.close()

    asyncio.run(scenario())


def test_closing_answers_everyone() -> None:
    """Those on the device get their results, those who wait are refused, and nobody comes in any more."""

    async def scenario() -> None:
        async with queue_and_model() as (batches, model):
            running = asyncio.create_task(outcome(batches, 3))
            await model.next_batch()
            waiting = [asyncio.create_task(outcome(batches, number)) for number in range(6)]
            await until(lambda: len(batches) == 6)
            closing = asyncio.create_task(batches.close())
            assert await asyncio.gather(*waiting) == ["QueueClosed"] * 6
            assert not closing.done()
            model.release_all()
            await closing
            assert await running == 9
            with pytest.raises(QueueClosed, match="shutting down"):
                await batches.submit(1)

    asyncio.run(scenario())


def test_closing_does_not_wait_for_company() -> None:
    """An item whose batch is still gathering is refused at once."""

    async def scenario() -> None:
        limits = Limits(max_batch=3, max_wait=3600.0, capacity=8, deadline=60.0)
        async with queue_and_model(limits) as (batches, model):
            call = asyncio.create_task(outcome(batches, 1))
            await until(lambda: len(batches) == 1)
            await batches.close()
            assert await call == "QueueClosed"
            assert model.entered.empty()

    asyncio.run(scenario())


def test_queues_that_share_a_device_never_compute_at_once() -> None:
    """Two queues take turns, and a batch is chosen only when its turn has come."""

    async def scenario() -> None:
        model, device = GatedModel(GENEROUS), Device()
        one, other = (BatchQueue(model.compute, device, GENEROUS) for _ in range(2))
        calls = [asyncio.create_task(one.submit(1))]
        assert await model.next_batch() == [1]
        calls.append(asyncio.create_task(other.submit(2)))
        await until(lambda: len(other) == 1)
        calls.append(asyncio.create_task(other.submit(3)))
        await until(lambda: len(other) == 2)
        model.release_all()
        assert [answer.value for answer in await asyncio.gather(*calls)] == [1, 4, 9]
        assert model.entered.get() == [2, 3]
        assert len(model.threads) == 1
        await one.close()
        await other.close()
        device.close()

    asyncio.run(scenario())


def test_every_batch_is_observed() -> None:
    """The observer is told the size, the waits and the run of each batch."""
    seen: list[Batch] = []

    async def scenario() -> None:
        device = Device()
        batches = BatchQueue[int, int](list, device, GENEROUS, seen.append)
        await asyncio.gather(*(batches.submit(number) for number in range(10)))
        await batches.close()
        device.close()

    asyncio.run(scenario())
    assert sum(len(batch.waited) for batch in seen) == 10
    assert all(wait >= 0 and batch.ran >= 0 for batch in seen for wait in batch.waited)


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("submit"), st.sampled_from([BAD, 0, 1, 2, 3, 4, 5])),
            st.tuples(st.just("cancel"), st.integers(0, 30)),
            st.tuples(st.just("release"), st.integers(1, 3)),
            st.tuples(st.just("turn"), st.integers(1, 5)),
        ),
        max_size=40,
    ),
    max_batch=st.integers(1, 4),
    capacity=st.integers(1, 6),
    finish=st.booleans(),
)
def test_whatever_happens_everyone_gets_exactly_the_answer_that_is_theirs(
    steps: list[tuple[str, int]], max_batch: int, capacity: int, *, finish: bool
) -> None:
    """After any sequence of calls, hang-ups and closing: one's own square, one's own error, or a refusal."""
    limits = Limits(max_batch=max_batch, max_wait=0.0, capacity=capacity, deadline=60.0)

    async def scenario() -> None:
        async with queue_and_model(limits) as (batches, model):
            calls: list[tuple[int, asyncio.Task[int | str]]] = []
            for step, number in steps:
                if step == "submit":
                    calls.append((number, asyncio.create_task(outcome(batches, number))))
                elif step == "cancel" and number < len(calls):
                    calls[number][1].cancel()
                elif step == "release":
                    model.release(number)
                elif step == "turn":
                    for _ in range(number):
                        await asyncio.sleep(0)
                assert len(batches) <= capacity
            closing = None if finish else asyncio.create_task(batches.close())
            model.release_all()
            results = await asyncio.gather(*(task for _, task in calls), return_exceptions=True)
            if closing is not None:
                await closing
            for (number, _), result in zip(calls, results, strict=True):
                own = "ArithmeticError" if number == BAD else number * number
                refusals = {"QueueFull"} if finish else {"QueueFull", "QueueClosed"}
                assert result == own or result in refusals or isinstance(result, asyncio.CancelledError)
            assert len(batches) == 0

    asyncio.run(scenario())
