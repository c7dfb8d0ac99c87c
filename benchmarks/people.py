"""Searching for people: a server, saturated, against the bare network in the same run, per second of processor time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.load import saturate
from benchmarks.peer import Peer, best_of, run_peer
from benchmarks.processes import usage
from benchmarks.service import server

MODEL, COLLECTION = "reid", "people"
CROPS = (1, 32)
"""Of a search: one, and as many as a track may have."""
CONNECTIONS = 16
ROUNDS = 5
PEER_CROPS = 640


@dataclass(frozen=True)
class Round:
    """One stretch of load and the peer's run after it, in crops per second of processor time."""

    service: float
    peer: Peer


@dataclass(frozen=True)
class People:
    """What searching for people was measured to be.

    Attributes:
        rounds: crops of a search -> stretches of load, each followed by the peer.
        peers: the peer by batch size, before the load.
    """

    rounds: Mapping[int, tuple[Round, ...]]
    peers: Mapping[int, Peer]

    def share(self, crops: int) -> float:
        """The service's throughput as a share of the bare network's, so many crops a search; the median round."""
        return median(found.service / found.peer.network for found in self.rounds[crops])

    @property
    def path_share(self) -> float:
        """The share of the path from bytes to vectors, without the service around it; the median round."""
        every = [found.peer for rounds in self.rounds.values() for found in rounds]
        return median(peer.loop / peer.network for peer in every)


def measure(environment: Mapping[str, str], folder: Path, crops: int) -> People:
    """Send about so many crops in all to a new server, once warm, for each number of crops of a search.

    Args:
        environment: of the server, whose home holds the collection and calibrated weights.
        folder: of the pictures that are sent.
        crops: how many, in all rounds of one kind.
    """
    contents = [path.read_bytes() for path in sorted(folder.iterdir())]
    peers = run_peer(environment, "queries", folder, None, min(PEER_CROPS, crops), MODEL)
    best = best_of(peers)
    rounds: dict[int, tuple[Round, ...]] = {}
    with server(environment) as (process, url):
        search = f"{url}/v1/search/person?collection={COLLECTION}"
        for a_search in CROPS:
            requests = max(1, crops // ROUNDS // a_search)
            saturate(search, contents, max(requests // 2, 1), CONNECTIONS, a_search)
            stretches = []
            for _ in range(ROUNDS):
                before = usage(process.pid)
                load = saturate(search, contents, requests, CONNECTIONS, a_search)
                spent = usage(process.pid).cpu_s - before.cpu_s
                peer = run_peer(environment, "queries", folder, [best], min(PEER_CROPS, crops), MODEL)[best]
                stretches.append(Round(load.requests * a_search / spent, peer))
            rounds[a_search] = tuple(stretches)
            print(f"  {a_search} a search: {stretches[-1].service:.1f} of {stretches[-1].peer.network:.1f} crops")
    return People(rounds, peers)
