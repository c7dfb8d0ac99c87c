"""Overload: searches come once, twice and four times as fast as the server can answer them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import saturate
from benchmarks.open_loop import Outcome, send_at
from benchmarks.processes import Usage, usage
from benchmarks.service import CONNECTIONS, K, server
from benchmarks.stock import COLLECTION

FACTORS = (1, 2, 4)


@dataclass(frozen=True)
class Stretch:
    """What came of one load: how many times the capacity it was, and what the server used of the machine."""

    factor: int
    outcome: Outcome
    cpu_s: float
    after: Usage

    @property
    def useful_rate(self) -> float:
        """Searches answered with hits, per second of the server's processor time."""
        return len(self.outcome.useful) / self.cpu_s


@dataclass(frozen=True)
class Overload:
    """Capacity in searches a second by the clock, one at a time for each of so many connections; then the loads."""

    capacity: float
    stretches: tuple[Stretch, ...]

    @property
    def kept(self) -> float:
        """Useful throughput under the heaviest load as a share of the best."""
        return self.stretches[-1].useful_rate / max(stretch.useful_rate for stretch in self.stretches)


def measure(environment: Mapping[str, str], drawings: Path, searches: int, seconds: float) -> Overload:
    """Find a new server's capacity with so many searches, then send each multiple of it for so many seconds."""
    contents = [path.read_bytes() for path in sorted(drawings.iterdir())]
    with server(environment) as (process, url):
        search = f"{url}/v1/search/sketch?collection={COLLECTION}&k={K}"
        load = saturate(search, contents, searches, CONNECTIONS)
        capacity = load.requests / load.seconds
        stretches = []
        for factor in FACTORS:
            before = usage(process.pid)
            outcome = send_at(search, contents, factor * capacity, seconds)
            after = usage(process.pid)
            stretches.append(Stretch(factor, outcome, after.cpu_s - before.cpu_s, after))
            print(f"  {factor}x: {len(outcome.useful)} useful, {outcome.refused} refused, {outcome.wrong} wrong")
    return Overload(capacity, tuple(stretches))
