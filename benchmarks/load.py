"""A load generator: as many searches under way as keep the server's device busy, each answered before the next."""

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
        requests: searches that were answered with hits; any other answer ends the benchmark.
        seconds: how long it took by the clock.
        latencies_s: seconds of every search, shortest first.
    """

    requests: int
    seconds: float
    latencies_s: tuple[float, ...]

    def latency_s(self, share: float) -> float:
        """Seconds within which `share` of the searches were answered."""
        return within(self.latencies_s, share)


def within(seconds: Sequence[float], share: float) -> float:
    """Seconds, of some that rise, within which `share` of them lie; not a number where there are none."""
    return seconds[min(len(seconds) - 1, int(share * len(seconds)))] if seconds else math.nan


def saturate(url: str, drawings: Sequence[bytes], requests: int, connections: int) -> Load:
    """Search with the drawings in turn until `requests` are answered, `connections` at a time."""
    return asyncio.run(_saturate(url, islice(cycle(drawings), requests), connections))


async def _saturate(url: str, drawings: Iterator[bytes], connections: int) -> Load:
    latencies: list[float] = []
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    async with httpx.AsyncClient(limits=limits, timeout=TIMEOUT_S) as client:
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(_search_on(client, url, drawings, latencies))
        seconds = time.perf_counter() - started
    return Load(len(latencies), seconds, tuple(sorted(latencies)))


async def _search_on(client: httpx.AsyncClient, url: str, drawings: Iterator[bytes], latencies: list[float]) -> None:
    """Search on one connection; the connections take drawings from one pile."""
    for drawing in drawings:
        started = time.perf_counter()
        response = await client.post(url, files={"image": ("drawing.png", drawing, "image/png")})
        latencies.append(time.perf_counter() - started)
        assert response.status_code == httpx.codes.OK, response.text
        assert response.json()["hits"], "A search found nothing."
