"""Whatever happens to a collection, in whatever order: every search finds exactly what a dict says it must."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from indexer.catalogue import open_catalogue
from indexer.generations import GenerationStore
from tests.faults.conftest import Faults
from tests.faults.histories import WORKERS, Histories, Place


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[Place]:
    """A database that every process opens for itself, and a shared folder."""
    with ExitStack() as stack:
        catalogues = tuple(stack.enter_context(open_catalogue(database_url)) for _ in range(WORKERS + 1))
        yield Place(catalogues, GenerationStore(tmp_path / "indexes"), itertools.count(1))


def test_any_history_ends_in_exact_agreement(place: Place, faults: Faults) -> None:
    """Writes, deletions, patches, searches, filters, builds, publishes, rollbacks, prunes, restarts and two workers."""
    machine = type("HistoriesHere", (Histories,), {"place": place})
    run_state_machine_as_test(
        seed(faults.seed)(machine),
        settings=settings(
            max_examples=faults.histories,
            stateful_step_count=faults.steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
