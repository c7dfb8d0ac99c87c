"""Searching: a server before a large index, saturated, against the plain loop, per second of processor time."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx

from benchmarks.load import Load, saturate
from benchmarks.peer import Peer, best_of, run_peer
from benchmarks.processes import Usage, usage
from benchmarks.stock import COLLECTION

K = 24
ROUNDS = 9
"""Many short ones, for the neighbours on a shared machine come and go."""
CONNECTIONS = 32
PEER_PICTURES = 400
TRIAL_PICTURES = 256
"""Drawings per batch size while the best one is looked for."""
START_S = 600


@dataclass(frozen=True)
class Round:
    """One stretch of load and the peer's run after it: drawings per second of processor time, and the load itself."""

    service: float
    peer: Peer
    load: Load


@dataclass(frozen=True)
class Searching:
    """What searching was measured to be.

    Attributes:
        rounds: stretches of load, each followed by the peer.
        peers: the peer by batch size, before the load.
        early: use of the machine after `early_requests`.
        late: after `late_requests`.
        early_requests: searches answered when memory was read first.
        late_requests: when it was read last.
    """

    rounds: tuple[Round, ...]
    peers: Mapping[int, Peer]
    early: Usage
    late: Usage
    early_requests: int
    late_requests: int

    @property
    def share(self) -> float:
        """The service's throughput as a share of the plain loop's; the median round."""
        return median(found.service / found.peer.loop for found in self.rounds)

    @property
    def growth(self) -> float:
        """By which share resident memory grew between the two readings."""
        return self.late.resident_mib / self.early.resident_mib - 1


def measure(environment: Mapping[str, str], drawings: Path, requests: int) -> Searching:
    """Send `requests` searches in all to a new server: a tenth to warm it, the rest in rounds."""
    contents = [path.read_bytes() for path in sorted(drawings.iterdir())]
    warm = max(CONNECTIONS, requests // 10)
    stretch = max(CONNECTIONS, (requests - warm) // ROUNDS)
    peers = run_peer(environment, "queries", drawings, None, min(TRIAL_PICTURES, warm))
    rounds = []
    with server(environment) as (process, url):
        search = f"{url}/v1/search/sketch?collection={COLLECTION}&k={K}"
        saturate(search, contents, warm, CONNECTIONS)
        early = usage(process.pid)
        for number in range(ROUNDS):
            before = usage(process.pid)
            load = saturate(search, contents, stretch, CONNECTIONS)
            spent = usage(process.pid).cpu_s - before.cpu_s
            found = run_peer(environment, "queries", drawings, [best_of(peers)], min(PEER_PICTURES, stretch))
            rounds.append(Round(load.requests / spent, found[best_of(peers)], load))
            print(f"  round {number + 1}: {rounds[-1].service:.1f} of {rounds[-1].peer.loop:.1f} per processor second")
        late = usage(process.pid)
    return Searching(tuple(rounds), peers, early, late, warm, warm + stretch * ROUNDS)


@contextmanager
def server(environment: Mapping[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `likeness serve` until the end of the block; lends the process and its address once it is ready."""
    command = [sys.executable, "-m", "app.commands", "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, env=dict(environment), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = json.loads(process.stdout.readline())["url"]
            until = time.monotonic() + START_S
            while not httpx.get(f"{url}/health/ready", timeout=60).is_success:
                assert time.monotonic() < until, "The server did not get ready."
                time.sleep(0.2)
            yield process, url
        finally:
            process.terminate()
