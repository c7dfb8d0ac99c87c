"""The page of benchmarks states what was measured."""

from __future__ import annotations

import re

from benchmarks import report
from benchmarks.indexing import Indexed, Indexing
from benchmarks.load import Load
from benchmarks.machine import describe
from benchmarks.open_loop import Answered, Outcome
from benchmarks.overload import Overload, Stretch
from benchmarks.peer import Peer
from benchmarks.processes import Usage
from benchmarks.service import Round, Searching
from indexer.pipeline import BuildReport

PEERS = {1: Peer(50.0, 90.0), 16: Peer(100.0, 150.0)}
LOAD = Load(600, 10.0, (0.1, 0.2))


def built() -> BuildReport:
    """A build of 100,000 vectors."""
    return BuildReport(
        collection="stock",
        generation=1,
        digest="0" * 64,
        count=100_000,
        factory="IVF1024,Flat",
        reason="",
        effort=16,
        recall=0.999,
        embedded=0,
        skipped=0,
        rewritten=0,
        rejected=0,
        read_s=0.0,
        embed_s=0.0,
        write_s=0.0,
        index_s=9.0,
    )


def searching(*services: float) -> Searching:
    """Rounds in which the service does so much per processor second, and the peer 100."""
    rounds = tuple(Round(service, Peer(100.0, 150.0), LOAD) for service in services)
    return Searching(rounds, PEERS, Usage(1.0, 400.0), Usage(9.0, 410.0), 2_000, 20_000)


def test_the_share_is_that_of_the_median_round() -> None:
    """One lucky or unlucky round does not decide."""
    assert searching(99.0, 86.0, 10.0).share == 0.86
    assert Indexing((Indexed(10, 20), Indexed(18, 20), Indexed(19, 20)), 16, 1500).share == 0.9


def test_growth_is_relative_to_the_early_reading() -> None:
    """410 MiB after 400 MiB is 2.5 per cent."""
    assert abs(searching(90.0).growth - 0.025) < 1e-9


def test_the_page_states_the_figures() -> None:
    """Every figure that is asked for stands on the page, with the command, the machine and the versions."""
    lines = [
        *report.heading(describe("cpu"), "make bench"),
        *report.searches(built(), searching(90.0, 88.0, 86.0)),
        *report.builds(Indexing((Indexed(45.0, 50.0),), 16, 1500), PEERS),
    ]
    page = "\n".join(lines)
    for figure in ("`make bench`", "torch ", "100,000", "share is 0.88", "share is 0.90", "+2.5%", "20,000", "150.0"):
        assert figure in page, figure


def overloaded() -> Overload:
    """Half as much again is useful at twice the capacity, and 9 of 10 of that at four times."""
    useful = {1: 20, 2: 30, 4: 27}
    stretches = []
    for factor, hits in useful.items():
        answers = [Answered(200, 0.5, has_retry_after=False)] * hits + [Answered(503, 0.1, has_retry_after=True)] * 5
        stretches.append(Stretch(factor, Outcome(hits + 6, 10.0, tuple(answers), 1), 10.0, Usage(9.0, 700.0)))
    return Overload(41.0, tuple(stretches))


def test_what_is_kept_under_overload_is_a_share_of_the_best() -> None:
    """27 hits a processor second after 30 are nine tenths."""
    assert abs(overloaded().kept - 0.9) < 1e-9
    page = "\n".join(report.overloads(overloaded()))
    for figure in (
        "| 4 | 33 | 27 | 5 | 1 | 2.7 | 2.7 | 500 ms | 500 ms | 700 MiB |",
        "0.90 of the best",
        "the 41 a second",
    ):
        assert figure in page, figure


def test_tables_are_whole() -> None:
    """All rows of a table have as many cells as its head."""
    builds = report.builds(Indexing((Indexed(1, 2),), 1, 1), PEERS)
    for lines in (report.searches(built(), searching(90.0)), report.overloads(overloaded()), builds):
        for table in re.findall(r"(?m)(?:^\|.*\n)+", "\n".join(lines) + "\n"):
            assert len({row.count("|") for row in table.strip().splitlines()}) == 1
