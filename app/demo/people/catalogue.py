"""The demo's people, crop by crop, and crops to look for them with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, ClassVar

from app.demo.people import naming
from app.demo.people.cameras import CAMERAS, shoot
from app.demo.people.tracks import track
from app.demo.people.wardrobe import stranger

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PIL import Image

    from app.demo.people.cameras import Camera
    from app.demo.people.person import Person
    from app.demo.people.tracks import Sighting

PEOPLE = 60
"""How many people there are unless somebody asks for more or fewer."""
_TRIED = 4
# Far from the numbers of people who are in any collection.
_ELSEWHERE = 1_000_000


@dataclass(frozen=True)
class DemoCrop:
    """One item of the demo: its key, its words, and what it shows."""

    key: str
    title: str
    metadata: Mapping[str, str]
    camera: Camera
    number: int
    suffix: ClassVar[str] = ".jpg"

    def paint(self) -> Image.Image:
        """Paint the crop: RGB, 128 to 256 pixels high."""
        return shoot(self.camera, person(self.number), person(self.number + 1), Random(f"likeness-{self.key}"))


@cache
def person(number: int) -> Person:
    """Draw the person of a number, dressed the same on every picture."""
    return stranger(Random(f"likeness-person-{number}"))


def catalogue(count: int = PEOPLE) -> Iterator[DemoCrop]:
    """Yield the crops of the first `count` people; a longer catalogue begins with the shorter one."""
    for number in range(count):
        for sighting in _track(number):
            key = f"person-{number:03d}-{sighting.camera.name}-{sighting.number + 1}"
            metadata = {
                "identity": f"person-{number:03d}",
                "camera": sighting.camera.name,
                "time": sighting.time.isoformat().replace("+00:00", "Z"),
                **naming.facts(person(number)),
            }
            yield DemoCrop(key, naming.title(person(number)), metadata, sighting.camera, number)


def queries(count: int = PEOPLE) -> Iterator[DemoCrop]:
    """Yield crops that are in no collection: some of the first `count` people, and as many of people who never came."""
    met = (number for number in range(count) if len({sighting.camera for sighting in _track(number)}) > 1)
    for word, numbers in (("seen", met), ("never-seen", iter(range(_ELSEWHERE, _ELSEWHERE + _TRIED)))):
        for place, number in enumerate(islice(numbers, _TRIED)):
            camera = CAMERAS[place % len(CAMERAS)]
            key = f"{word}-{place + 1}-{camera.name}"
            yield DemoCrop(key, naming.title(person(number)), {}, camera, number)


def _track(number: int) -> tuple[Sighting, ...]:
    return tuple(track(Random(f"likeness-track-{number}")))
