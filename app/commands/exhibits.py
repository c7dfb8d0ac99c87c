"""What the demo shows: collections that it draws itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.commands.drawing import Drawn


@dataclass(frozen=True)
class Exhibit:
    """One collection of the demo.

    Attributes:
        name: of the collection, and of the package of `app.demo` that draws it.
        title: of the collection.
        model: the model that embeds it.
        folder: where it is drawn, in the data folder.
        pictured: what its items are, in words.
        count: how many are drawn unless somebody asks for more or fewer.
        personal: whether searches of it are noted, as those of pictures of people are.
        catalogue: yields its items, of so many shoes or people.
        queries: gives pictures to search it with, likewise.
    """

    name: str
    title: str
    model: str
    folder: str
    pictured: str
    count: int
    personal: bool
    catalogue: Callable[[int], Iterable[Drawn]]
    queries: Callable[[int], Sequence[Drawn]]


def _shoes(count: int) -> Iterable[Drawn]:
    from app.demo.shoes.catalogue import catalogue

    return catalogue(count)


def _people(count: int) -> Iterable[Drawn]:
    from app.demo.people.catalogue import catalogue

    return tuple(catalogue(count))


def _people_to_look_for(count: int) -> Sequence[Drawn]:
    from app.demo.people.catalogue import queries

    return tuple(queries(count))


SHOES = Exhibit(
    name="shoes",
    title="Shoes",
    model="sketch",
    folder="demo",
    pictured="shoes",
    count=600,
    personal=False,
    catalogue=_shoes,
    queries=lambda _: (),
)
PEOPLE = Exhibit(
    name="people",
    title="People",
    model="reid",
    folder="demo-people",
    pictured="pictures of people",
    count=60,
    personal=True,
    catalogue=_people,
    queries=_people_to_look_for,
)
