"""A load generator: as many requests under way as keep the server's device busy, each answered before the next."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import httpx

TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Load:
    """What came of a load.

    Attributes:
        requests: those that were answered with something; any other answer ends the benchmark.
        seconds: how long it took by the clock.
        latencies_s: seconds of every request, shortest first.
    """

    requests: int
    seconds: float
    latencies_s: tuple[float, ...]

    def latency_s(self, share: float) -> float:
        """Seconds within which `share` of the requests were answered."""
        return within(self.latencies_s, share)


def within(seconds: Sequence[float], share: float) -> float:
    """Seconds, of some that rise, within which `share` of them lie; not a number where there are none."""
    return seconds[min(len(seconds) - 1, int(share * len(seconds)))] if seconds else math.nan


def saturate(
    url: str, pictures: Sequence[bytes], requests: int, connections: int, number: int = 1, answered: str = "hits"
) -> Load:
    """Ask until `requests` are answered, `connections` at a time, with the pictures in turn.

    Args:
        url: what answers.
        pictures: files.
        requests: how many.
        connections: so many requests are under way.
        number: pictures of each request.
        answered: the list in an answer that must not be empty.
    """
    return asyncio.run(_saturate(url, islice(_queries(pictures, number), requests), connections, answered))


def _queries(pictures: Sequence[bytes], number: int) -> Iterator[list[bytes]]:
    """Pictures in turn, so many in each request, without an end."""
    pile = cycle(pictures)
    while True:
        yield list(islice(pile, number))


async def _saturate(url: str, queries: Iterator[list[bytes]], connections: int, answered: str) -> Load:
    latencies: list[float] = []
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    async with httpx.AsyncClient(limits=limits, timeout=TIMEOUT_S) as client:
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(_ask_on(client, url, queries, latencies, answered))
        seconds = time.perf_counter() - started
    return Load(len(latencies), seconds, tuple(sorted(latencies)))


async def _ask_on(
    client: httpx.AsyncClient, url: str, queries: Iterator[list[bytes]], latencies: list[float], answered: str
) -> None:
    """Ask on one connection; the connections take queries from one pile."""
    for query in queries:
        started = time.perf_counter()
        response = await client.post(url, files=[("image", ("picture", content)) for content in query])
        latencies.append(time.perf_counter() - started)
        assert response.status_code == httpx.codes.OK, response.text
        assert response.json()[answered], "An answer is empty."
