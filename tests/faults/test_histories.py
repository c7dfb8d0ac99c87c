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
from tests.indexer.stock import NEW, OLD


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[Place]:
    """A database that every process opens for itself, and a shared folder."""
    with ExitStack() as stack:
        catalogues = tuple(stack.enter_context(open_catalogue(database_url)) for _ in range(WORKERS + 1))
        yield Place(catalogues, GenerationStore(tmp_path / "indexes"), itertools.count(1))


@pytest.mark.parametrize("stocked", [False, True])
def test_who_has_not_loaded_new_weights_finds_what_is_written(place: Place, stocked: bool) -> None:
    """The history that is rare by chance: a worker searches, others exchange the weights and write, it searches."""
    history = machine_in(place)()
    history.begin(stocked=stocked)
    history.put("a", 1, "red")
    for digest in (NEW, OLD):
        for worker in range(WORKERS):
            history.load(worker)
        history.begin_write("late", 4, "blue")
        history.begin_build(digest)
        history.embed()
        history.put("c", 3, "red")
        history.end_build("Flat")
        history.put("d", 2, "red")
        history.end_write(0)
        for worker in range(WORKERS):
            history.search(worker, 10, None)
        history.roll_back() if stocked else history.restart(0)
    history.teardown()


def machine_in(place: Place) -> type[Histories]:
    """Return the machine, put into a place."""
    return type("HistoriesHere", (Histories,), {"place": place})


def test_any_history_ends_in_exact_agreement(place: Place, faults: Faults) -> None:
    """Writes, deletions, patches, searches, filters, builds, publishes, rollbacks, prunes, restarts and two workers."""
    run_state_machine_as_test(
        seed(faults.seed)(machine_in(place)),
        settings=settings(
            max_examples=faults.histories,
            stateful_step_count=faults.steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
