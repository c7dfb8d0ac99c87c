"""How long the tests of faults run, and the seed from which everything in them is drawn."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass

import pytest

SEED = int(os.environ.get("LIKENESS_FAULTS_SEED") or secrets.randbelow(2**32))
LONG = os.environ.get("LIKENESS_FAULTS") == "long"


@dataclass(frozen=True)
class Faults:
    """What a run of the tests of faults is to do.

    Attributes:
        seed: everything random follows from it.
        histories: how many histories the state machine tries, on each database.
        steps: how many steps each of them has at most.
        cuts: how many states of the disk are tried after each power cut, beside the three that are always tried.
        failures: how many ways to fail are tried at each call.
        kills: how often a server or an indexer is killed, on each database.
    """

    seed: int
    histories: int
    steps: int
    cuts: int
    failures: int
    kills: int


@pytest.fixture(scope="session")
def faults() -> Faults:
    """What this run is to do: little in `make test`, much in `make faults`."""
    if LONG:
        return Faults(SEED, histories=1000, steps=100, cuts=50, failures=3, kills=100)
    return Faults(SEED, histories=6, steps=30, cuts=1, failures=1, kills=3)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the seed, which repeats a run."""
    terminalreporter.write_line(f"Faults were drawn from LIKENESS_FAULTS_SEED={SEED}.")
