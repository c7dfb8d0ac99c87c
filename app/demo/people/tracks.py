"""Who is where and when: people come in from the street or go out to it, past some of the cameras."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from app.demo.chance import chance
from app.demo.people.cameras import CAMERAS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from app.demo.people.cameras import Camera

MORNING = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
_HOURS = 2.5
# How many cameras see somebody; one alone leaves nobody to be found elsewhere.
_SEEN_BY = (1, 2, 3, 3, 4, 4, 4, 4)


@dataclass(frozen=True)
class Sighting:
    """One picture that a camera takes: which camera, when, and how many it took of the same person before."""

    camera: Camera
    time: datetime
    number: int


def track(rng: Random) -> Iterator[Sighting]:
    """Follow somebody through the building: sightings in the order of their times, at one place at a time."""
    count = rng.choice(_SEEN_BY)
    first = rng.randint(0, len(CAMERAS) - count)
    way = CAMERAS[first : first + count]
    if chance(rng, 0.4):
        way = way[::-1]
    time = MORNING + timedelta(seconds=rng.randint(0, round(_HOURS * 3600)))
    for camera in way:
        for number in range(rng.choice((1, 2, 2, 3))):
            yield Sighting(camera, time, number)
            time += timedelta(seconds=rng.randint(1, 4))
        time += timedelta(seconds=rng.randint(25, 90))
