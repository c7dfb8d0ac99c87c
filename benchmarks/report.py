"""What was measured, as the lines of docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from benchmarks.indexing import Indexing
from benchmarks.load import within
from benchmarks.overload import Overload
from benchmarks.peer import Peer, best_of
from benchmarks.saturated import Saturated
from benchmarks.service import CONNECTIONS, K, Searching
from indexer.pipeline import BuildReport

SHARE = 0.85
GROWTH = 0.05
KEPT = 0.9

INTRODUCTION = """\
Throughput is counted per second of the processor time of the process that does the work, so that neither the load
generator nor a neighbour weighs. The peer is decode, prepare and predict in a plain loop at its best batch size: the
same pictures, threads and allocator in the same run, and nothing around it."""


def heading(described: Sequence[str], command: str) -> list[str]:
    """Tell what was measured on, and with which command."""
    return ["# Benchmarks", "", f"Written by `{command}`.", "", *INTRODUCTION.splitlines(), "", *described, ""]


def searches(filled: BuildReport, found: Searching) -> list[str]:
    """Tell how searching compares with the plain loop, and what became of the memory."""
    rows = [
        (
            f"{number}",
            f"{part.load.requests:,}",
            f"{part.service:.1f}",
            f"{part.peer.loop:.1f}",
            f"{part.service / part.peer.loop:.2f}",
            f"{part.load.requests / part.load.seconds:.1f}",
            f"{part.load.latency_s(0.5) * 1000:.0f} ms",
            f"{part.load.latency_s(0.99) * 1000:.0f} ms",
        )
        for number, part in enumerate(found.rounds, 1)
    ]
    return [
        "## Searching",
        "",
        f"`POST /v1/search/sketch` with PNG drawings, k = {K}, {CONNECTIONS} at a time, one process, on",
        f"{filled.count:,} indexed items ({filled.factory}, recall@10 {filled.recall:.3f}):",
        "",
        *_table(("round", "searches", "service per cpu s", "loop per cpu s", "share", "per s", "p50", "p99"), rows),
        "",
        _share(found.share),
        "",
        *_peers("drawing", found.peers),
        "",
        "## Memory",
        "",
        f"Resident memory of the server was {found.early.resident_mib:.0f} MiB after {found.early_requests:,} searches",
        f"and {found.late.resident_mib:.0f} MiB after {found.late_requests:,}: {found.growth:+.1%}, where up to",
        f"{GROWTH:.0%} is accepted.",
        "",
    ]


def overloads(found: Overload) -> list[str]:
    """Tell what the server does when more is asked of it than it can do."""
    rows = [
        (
            f"{stretch.factor}",
            f"{stretch.outcome.sent:,}",
            f"{len(stretch.outcome.useful):,}",
            f"{stretch.outcome.refused:,}",
            f"{stretch.outcome.wrong:,}",
            f"{len(stretch.outcome.useful) / stretch.outcome.seconds:.1f}",
            f"{stretch.useful_rate:.1f}",
            f"{within(stretch.outcome.useful, 0.5) * 1000:.0f} ms",
            f"{within(stretch.outcome.useful, 0.99) * 1000:.0f} ms",
            f"{stretch.after.resident_mib:.0f} MiB",
        )
        for stretch in found.stretches
    ]
    columns = ("load", "sent", "hits", "503", "wrong", "hits per s", "hits per cpu s", "p50", "p99", "resident")
    return [
        "## Overload",
        "",
        f"The same searches in an open loop, at 1, 2 and 4 times the {found.capacity:.0f} a second that {CONNECTIONS}",
        "connections get out of it by the clock; the load generator shares the cores. Refusals are 503 with",
        "`Retry-After`; wrong is any other answer, and a connection that broke. Latencies are of the hits.",
        "",
        *_table(columns, rows),
        "",
        f"Under the heaviest load {found.kept:.2f} of the best useful throughput per processor second is kept, where",
        f"at least {KEPT} is asked for.",
        "",
    ]


def builds(found: Indexing, peers: Mapping[int, Peer]) -> list[str]:
    """Tell how indexing compares with the plain loop."""
    rows = [
        (f"{number}", f"{part.build:.1f}", f"{part.loop:.1f}", f"{part.build / part.loop:.2f}")
        for number, part in enumerate(found.rounds, 1)
    ]
    return [
        "## Indexing",
        "",
        f"{found.pictures:,} JPEG pictures in {len(found.rounds)} builds, from files to published indexes, with stored",
        "pictures, thumbnails, rows and checks, against the plain loop; edges are computed in both:",
        "",
        *_table(("build", "build per cpu s", "loop per cpu s", "share"), rows),
        "",
        _share(found.share),
        "",
        *_peers("picture", peers),
    ]


def stretches(found: Saturated, shares: Callable[[Peer], float], columns: Sequence[str]) -> list[str]:
    """Set what a saturated server did beside the peer, round by round.

    Args:
        found: what was measured.
        shares: of what the last column is the share.
        columns: names of the first column, and of those with the peer's loop and its network.
    """
    rows = [
        (
            str(pictures),
            f"{number}",
            f"{one.service:.1f}",
            f"{one.peer.loop:.1f}",
            f"{one.peer.network:.1f}",
            f"{one.service / shares(one.peer):.2f}",
        )
        for pictures, rounds in found.rounds.items()
        for number, one in enumerate(rounds, 1)
    ]
    first, *peers = columns
    return _table((first, "round", "service per cpu s", *peers, "share"), rows)


def _share(share: float) -> str:
    return f"The median share is {share:.2f}, where at least {SHARE} is asked for."


def _peers(what: str, peers: Mapping[int, Peer]) -> list[str]:
    """The plain loop and the bare network, batch by batch."""
    rows = [(f"{batch}", f"{peer.loop:.1f}", f"{peer.network:.1f}") for batch, peer in sorted(peers.items())]
    return [
        f"The plain loop per {what}, by batch size, {best_of(peers)} being its best, and the bare network beside it:",
        "",
        *_table(("batch", "loop per cpu s", "network per cpu s"), rows),
    ]


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [_row(columns), _row(["---:"] * len(columns)), *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
