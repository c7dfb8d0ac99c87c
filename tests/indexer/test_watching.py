"""Folding in by itself: what is due is built, what is not is left alone, and what fails stops nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.catalogue import BuildLock, Catalogue, CatalogueUnavailable, UnknownCollection
from indexer.generations import BuildRunning, GenerationStore
from indexer.live import LiveIndex
from indexer.locking import hold
from indexer.maintenance import IndexStatus
from indexer.manifests import Manifest
from indexer.watching import Failed, fold_in
from tests.indexer.stock import OLD, build, new_catalogue, put


class Stock:
    """A catalogue, its indexes, and a builder that notes what it was asked for."""

    def __init__(self, folder: Path) -> None:
        """Begin with nothing."""
        self.catalogue: Catalogue = new_catalogue(folder)
        self.generations = GenerationStore(folder / "indexes")
        self.asked: list[str] = []

    def build(self, due: IndexStatus) -> Manifest:
        """Build with the weights that searches use."""
        self.asked.append(due.collection)
        assert due.digest is not None
        return build(self.catalogue, self.generations, due.collection, due.digest)

    def fold_in(self, bound: int, *names: str) -> list[Manifest | Failed]:
        """Look once."""
        self.asked = []
        return list(fold_in(self.catalogue, self.generations, bound, self.build, names))


@pytest.fixture
def stock(tmp_path: Path) -> Stock:
    """Return a stock of two collections without items."""
    made = Stock(tmp_path)
    for name in ("boots", "shoes"):
        made.catalogue.create_collection(name, "fake")
    return made


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(boots=st.integers(0, 4), shoes=st.integers(0, 4), bound=st.integers(0, 4))
def test_exactly_what_passed_the_bound_is_built(
    tmp_path_factory: pytest.TempPathFactory, boots: int, shoes: int, bound: int
) -> None:
    """A collection is built if more vectors changed than the bound says, and then no more until others change."""
    stock = Stock(tmp_path_factory.mktemp("stock"))
    for name, count in (("boots", boots), ("shoes", shoes)):
        stock.catalogue.create_collection(name, "fake")
        for number in range(count):
            put(stock.catalogue, name, str(number), number)
    due = [name for name, count in (("boots", boots), ("shoes", shoes)) if count > bound]
    reports = stock.fold_in(bound)
    assert [(report.collection, report.digest) for report in reports if isinstance(report, Manifest)] == [
        (name, OLD) for name in due
    ]
    assert stock.asked == due
    assert stock.fold_in(bound) == []
    live = LiveIndex(stock.catalogue, stock.generations)
    for name in due:
        assert live.status(name).pending == 0
        assert live.status(name).generation == 1


def test_only_named_collections_are_looked_at(stock: Stock) -> None:
    """Whoever names some leaves the others alone."""
    for name in ("boots", "shoes"):
        put(stock.catalogue, name, "a", 1)
    assert len(stock.fold_in(0, "shoes")) == 1
    assert stock.asked == ["shoes"]
    assert stock.catalogue.state("boots").published is None


def test_what_fails_stops_nothing_else(stock: Stock) -> None:
    """A collection that is gone, and one on which another indexer works, are told of; the next is built."""
    for name in ("boots", "shoes"):
        put(stock.catalogue, name, "a", 1)
    with hold(stock.catalogue, stock.generations.of(stock.catalogue.collection("boots").id, "boots"), "boots"):
        gone, busy, built = stock.fold_in(0, "hats", "boots", "shoes")
    assert isinstance(gone, Failed)
    assert isinstance(gone.error, UnknownCollection)
    assert isinstance(busy, Failed)
    assert (busy.collection, type(busy.error)) == ("boots", BuildRunning)
    assert isinstance(built, Manifest)
    assert built.collection == "shoes"


def test_a_catalogue_that_does_not_answer_is_told_of(stock: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next look may find it again; this one ends with the reason."""

    def away() -> list[BuildLock]:
        message = "The catalogue does not answer."
        raise CatalogueUnavailable(message)

    monkeypatch.setattr(stock.catalogue, "collections", away)
    (failed,) = stock.fold_in(0)
    assert isinstance(failed, Failed)
    assert (failed.collection, type(failed.error)) == (None, CatalogueUnavailable)
