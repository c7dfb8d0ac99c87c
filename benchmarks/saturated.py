"""A server, saturated, against the plain loop and the bare network in the same run, per second of processor time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.load import saturate
from benchmarks.peer import Peer, best_of, run_peer
from benchmarks.processes import usage
from benchmarks.service import server

ROUNDS = 5
UNDER_WAY = 64
"""Pictures that a server has under way at most, unless it is told otherwise: more are refused."""
PEER_PICTURES = 640


@dataclass(frozen=True)
class Asked:
    """What is asked of a server.

    Attributes:
        path: what follows the server's address.
        model: which model answers.
        side: what the plain loop is to do with pictures, see `benchmarks.plain`.
        numbers: pictures of a request, one after the other.
        connections: requests at a time; fewer where their pictures would be more than may be under way.
        answered: the list in an answer that must not be empty.
    """

    path: str
    model: str
    side: str
    numbers: tuple[int, ...]
    connections: int
    answered: str = "hits"

    def together(self, number: int) -> int:
        """Return how many requests of so many pictures are sent at a time."""
        return max(1, min(self.connections, UNDER_WAY // number))


@dataclass(frozen=True)
class Round:
    """One stretch of load and the peer's run after it, in pictures per second of processor time."""

    service: float
    peer: Peer


@dataclass(frozen=True)
class Saturated:
    """What a server was measured to do.

    Attributes:
        rounds: pictures of a request -> stretches of load, each followed by the peer.
        peers: the peer by batch size, before the load.
    """

    rounds: Mapping[int, tuple[Round, ...]]
    peers: Mapping[int, Peer]

    def of_network(self, number: int) -> float:
        """The service's throughput as a share of the bare network's, so many pictures a request; the median round."""
        return median(found.service / found.peer.network for found in self.rounds[number])

    def of_loop(self, number: int) -> float:
        """Likewise as a share of the plain loop's."""
        return median(found.service / found.peer.loop for found in self.rounds[number])

    @property
    def path_share(self) -> float:
        """The share of the path from bytes to vectors, without the service around it; the median round."""
        every = [found.peer for rounds in self.rounds.values() for found in rounds]
        return median(peer.loop / peer.network for peer in every)


def measure(environment: Mapping[str, str], folder: Path, pictures: int, asked: Asked) -> Saturated:
    """Send about so many pictures in all to a new server, once warm, for each number of pictures of a request.

    Args:
        environment: of the server, whose home holds what it needs to answer.
        folder: of the pictures that are sent.
        pictures: how many, in all rounds of one kind.
        asked: what is asked for.
    """
    contents = [path.read_bytes() for path in sorted(folder.iterdir())]
    each = min(PEER_PICTURES, pictures)
    peers = run_peer(environment, asked.side, folder, None, each, asked.model)
    best = best_of(peers)
    rounds: dict[int, tuple[Round, ...]] = {}
    with server(environment) as (process, address):
        url = f"{address}{asked.path}"
        for number in asked.numbers:
            requests, connections = max(1, pictures // ROUNDS // number), asked.together(number)
            saturate(url, contents, max(requests // 2, 1), connections, number, asked.answered)
            stretches = []
            for _ in range(ROUNDS):
                before = usage(process.pid)
                load = saturate(url, contents, requests, connections, number, asked.answered)
                spent = usage(process.pid).cpu_s - before.cpu_s
                peer = run_peer(environment, asked.side, folder, [best], each, asked.model)[best]
                stretches.append(Round(load.requests * number / spent, peer))
            rounds[number] = tuple(stretches)
            last = stretches[-1]
            print(f"  {number} a request: {last.service:.1f} of {last.peer.loop:.1f} and {last.peer.network:.1f}")
    return Saturated(rounds, peers)
