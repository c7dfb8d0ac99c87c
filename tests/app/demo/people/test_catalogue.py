"""The people as a whole: who they are, where they are when, and what is said of them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from random import Random

import pytest

from app.demo.materials import MATERIALS
from app.demo.people import legs, luggage, naming, tops
from app.demo.people.cameras import CAMERAS
from app.demo.people.catalogue import PEOPLE, DemoCrop, catalogue, person, queries
from app.demo.people.person import Hair
from app.demo.people.tracks import track
from app.demo.people.wardrobe import stranger
from app.demo.shades import SHADES

FINGERPRINT = """
import hashlib
from app.demo.people.catalogue import catalogue
digest = hashlib.sha256()
for crop in list(catalogue(2))[::3]:
    digest.update(f"{crop.key} {crop.title} {crop.metadata}".encode() + crop.paint().tobytes())
print(digest.hexdigest())
"""
STRANGERS = [stranger(Random(f"stranger-{number}")) for number in range(200)]
NAMES = [camera.name for camera in CAMERAS]


@pytest.fixture(scope="module")
def crops() -> list[DemoCrop]:
    """Every crop of the demo, unpainted."""
    return list(catalogue())


@pytest.fixture(scope="module")
def tracks(crops: list[DemoCrop]) -> dict[str, list[DemoCrop]]:
    """Crops by identity, in their order."""
    found: dict[str, list[DemoCrop]] = defaultdict(list)
    for crop in crops:
        found[crop.metadata["identity"]].append(crop)
    return found


def test_there_are_as_many_people_as_asked(crops: list[DemoCrop], tracks: dict[str, list[DemoCrop]]) -> None:
    """Sixty people are on about four hundred crops, each with a key of its own."""
    assert len(tracks) == PEOPLE == 60
    assert 300 < len(crops) < 480
    assert len({crop.key for crop in crops}) == len(crops)


def test_more_people_begin_with_the_fewer(crops: list[DemoCrop]) -> None:
    """How many are asked for does not change the first of them."""
    few = list(catalogue(7))
    assert crops[: len(few)] == few


def test_nobody_is_at_two_places_at_a_time(tracks: dict[str, list[DemoCrop]]) -> None:
    """Times rise along each track, by seconds at one camera and by a walk of at least 25 between two."""
    for track_ in tracks.values():
        times = [datetime.fromisoformat(crop.metadata["time"]) for crop in track_]
        for (one, other), (first, second) in zip(pairwise(track_), pairwise(times), strict=True):
            waited = (second - first).total_seconds()
            assert waited >= (1 if one.camera is other.camera else 25)
            assert waited < 200


def test_people_pass_neighbouring_cameras_in_order(tracks: dict[str, list[DemoCrop]]) -> None:
    """Whoever is seen by several cameras passes them one after the other, in or out."""
    for track_ in tracks.values():
        places = [NAMES.index(crop.camera.name) for crop in track_]
        steps = {second - first for first, second in pairwise(places)} - {0}
        assert steps in (set(), {1}, {-1})


def test_some_are_seen_by_one_camera_only(tracks: dict[str, list[DemoCrop]]) -> None:
    """For them the honest answer is that nobody else is there; most are seen by three cameras or all."""
    counts = [len({crop.camera.name for crop in track_}) for track_ in tracks.values()]
    assert 3 <= counts.count(1) <= 15
    assert counts.count(3) + counts.count(4) > PEOPLE / 2
    assert all(len([crop for crop in track_ if crop.camera is track_[0].camera]) <= 3 for track_ in tracks.values())


def test_metadata_has_its_schema(crops: list[DemoCrop]) -> None:
    """Every crop says who, where, when, and what is worn; all in text, the time in UTC."""
    wanted = {"identity", "camera", "time", "upper", "upper_colour", "lower", "lower_colour", "bag", "hat"}
    for crop in crops:
        assert set(crop.metadata) == wanted
        assert all(isinstance(value, str) for value in crop.metadata.values())
        assert crop.metadata["camera"] == crop.camera.name
        assert crop.metadata["time"].endswith("Z")


def test_a_person_is_described_alike_everywhere(tracks: dict[str, list[DemoCrop]]) -> None:
    """Title and clothes are the same before every camera, and most people's are nobody else's."""
    for track_ in tracks.values():
        assert len({crop.title for crop in track_}) == 1
    assert len({track_[0].title for track_ in tracks.values()}) > 0.95 * PEOPLE


def test_queries_are_of_people_who_are_there_and_of_others(crops: list[DemoCrop]) -> None:
    """Half of them have crops by two cameras in the collection, half have none; none is an item itself."""
    found = list(queries())
    cameras: dict[int, set[str]] = defaultdict(set)
    for crop in crops:
        cameras[crop.number].add(crop.camera.name)
    seen = [query for query in found if query.key.startswith("seen")]
    strange = [query for query in found if query.key.startswith("never-seen")]
    assert len(seen) == len(strange) == len(found) / 2 == 4
    assert all(len(cameras[query.number]) > 1 for query in seen)
    assert not any(query.number in cameras for query in strange)
    assert not {query.key for query in found} & {crop.key for crop in crops}


def test_few_people_give_few_queries() -> None:
    """Of one person there are not four to be looked for."""
    assert sum(query.key.startswith("seen") for query in queries(1)) <= 1


def test_another_process_draws_the_same() -> None:
    """Words and pixels are the same in another process with another seed for hashes."""
    digest = hashlib.sha256()
    for crop in list(catalogue(2))[::3]:
        digest.update(f"{crop.key} {crop.title} {crop.metadata}".encode() + crop.paint().tobytes())
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    run = subprocess.run(
        [sys.executable, "-c", FINGERPRINT], capture_output=True, text=True, check=True, env=environment
    )
    assert run.stdout.strip() == digest.hexdigest()


def test_a_track_comes_from_its_generator_alone() -> None:
    """The same seed gives the same sightings, numbered from 0 at each camera."""
    for seed in range(30):
        found = list(track(Random(seed)))
        assert found == list(track(Random(seed)))
        for camera in {sighting.camera for sighting in found}:
            numbers = [sighting.number for sighting in found if sighting.camera is camera]
            assert numbers == list(range(len(numbers)))


def test_strangers_are_the_same_for_the_same_seed_and_unlike_each_other() -> None:
    """People are drawn from the generator they are given, and hardly two are dressed alike."""
    assert stranger(Random("stranger-3")) == STRANGERS[3]
    assert len({naming.title(somebody) for somebody in STRANGERS}) > 0.95 * len(STRANGERS)


def test_everything_that_is_worn_can_be_drawn() -> None:
    """Kinds are in the tables of cuts, shades and materials are known, and no kind of bag comes twice."""
    bottoms = legs.TROUSERS.keys() | legs.SKIRTS.keys()
    for somebody in STRANGERS:
        assert somebody.top.kind in tops.TOPS
        assert somebody.bottom.kind in bottoms
        assert somebody.coat is None or somebody.coat.kind in tops.COATS
        assert all(bag.kind in luggage.SIZES for bag in somebody.bags)
        assert len({bag.kind for bag in somebody.bags}) == len(somebody.bags)
        for garment in somebody.worn:
            assert garment.shade in SHADES
            assert {garment.finish.material, garment.trim.material} <= set(MATERIALS)


def test_people_are_of_many_kinds() -> None:
    """Statures are human; every way to wear hair, coats, skirts, hats and every kind of bag come up."""
    assert all(1500 < somebody.build.stature < 1950 for somebody in STRANGERS)
    assert {somebody.hair for somebody in STRANGERS} == set(Hair)
    assert len({somebody.skin for somebody in STRANGERS}) >= 6
    assert {bag.kind for somebody in STRANGERS for bag in somebody.bags} == set(luggage.SIZES)
    for share in (
        sum(somebody.coat is not None for somebody in STRANGERS),
        sum(somebody.bottom.kind in legs.SKIRTS for somebody in STRANGERS),
        sum(somebody.hat is not None for somebody in STRANGERS),
    ):
        assert 0.1 * len(STRANGERS) < share < 0.7 * len(STRANGERS)


def test_titles_tell_what_a_witness_would() -> None:
    """Everything worn above the shoes is named, and a dress once."""
    for somebody in STRANGERS:
        title = naming.title(somebody)
        for garment in (somebody.coat, somebody.bottom, *somebody.bags, somebody.hat):
            assert garment is None or garment.kind in title
        assert somebody.shoes.kind not in title.split(", ")[-1]
        assert title.count("dress") == (somebody.bottom.kind in naming.DRESSES)


def test_facts_name_what_one_sees_first() -> None:
    """The upper garment is the coat if there is one; who carries nothing has no bag."""
    dressed = next(somebody for somebody in STRANGERS if somebody.coat and somebody.bags and somebody.hat)
    assert naming.facts(dressed)["upper"] == getattr(dressed.coat, "kind", None)
    bare = replace(dressed, coat=None, bags=(), hat=None)
    assert naming.facts(bare) == {
        **naming.facts(dressed),
        "upper": dressed.top.kind,
        "upper_colour": SHADES[dressed.top.shade][0],
        "bag": "none",
        "hat": "none",
    }


def test_numbers_name_people() -> None:
    """A number is the same person whoever asks."""
    assert person(5) == stranger(Random("likeness-person-5"))
