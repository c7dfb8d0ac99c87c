"""Folding changes in by itself: what has changed too much since its generation was built is built again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from indexer.catalogue import Catalogue
from indexer.generations import GenerationStore
from indexer.maintenance import IndexStatus, status
from models.contracts import RetrievalError

Report = TypeVar("Report")


@dataclass(frozen=True)
class Failed:
    """What could not be looked at or built this time.

    Attributes:
        collection: its name; None if the catalogue did not even tell which there are.
        error: why.
    """

    collection: str | None
    error: RetrievalError


def fold_in(
    catalogue: Catalogue,
    generations: GenerationStore,
    bound: int,
    build: Callable[[IndexStatus], Report],
    names: Sequence[str] = (),
) -> Iterator[Report | Failed]:
    """Look at collections once, build each whose changed vectors are more than a bound, and yield the reports.

    What fails for one collection is told, and the others are looked at all the same.

    Args:
        catalogue: what is true.
        generations: where indexes are.
        bound: how many vectors may be compared one by one.
        build: builds one that is due, with the weights that its status names, and publishes the generation.
        names: of the collections; none for all there are.
    """
    try:
        watched = list(names) or [collection.name for collection in catalogue.collections()]
    except RetrievalError as error:
        yield Failed(None, error)
        return
    for name in watched:
        try:
            found = status(catalogue, generations, name)
            if found.pending > bound:
                yield build(found)
        except RetrievalError as error:
            yield Failed(name, error)
