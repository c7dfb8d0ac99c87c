"""Crops as the cameras take them."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from app.demo.people import scenes
from app.demo.people.cameras import CAMERAS, Camera, pose, shoot
from app.demo.people.person import Person
from app.demo.people.wardrobe import stranger

SHOTS = 3
SOMEBODY, PASSER = (stranger(Random(f"camera-{number}")) for number in range(2))


@pytest.fixture(scope="module")
def shots() -> dict[str, list[Image.Image]]:
    """A few crops of the same person by every camera."""
    return {camera.name: [shot(camera, SOMEBODY, number) for number in range(SHOTS)] for camera in CAMERAS}


def shot(camera: Camera, person: Person, seed: int) -> Image.Image:
    """Take a crop."""
    return shoot(camera, person, PASSER, Random(f"shot-{seed}"))


def pixels(image: Image.Image) -> NDArray[np.float64]:
    """Look at a crop of any size in one size."""
    return np.asarray(image.resize((64, 128)), np.float64)


def test_crops_are_as_large_as_their_camera_makes_them(shots: dict[str, list[Image.Image]]) -> None:
    """Heights lie within the camera's range, from 128 to 256 pixels, and widths about half of them."""
    for camera in CAMERAS:
        low, high = camera.height
        assert 128 <= low < high <= 256
        for image in shots[camera.name]:
            assert image.mode == "RGB"
            assert low <= image.height <= high
            assert 0.4 < image.width / image.height < 0.7


def test_a_crop_is_the_same_for_a_seed_and_another_for_another(shots: dict[str, list[Image.Image]]) -> None:
    """Everything is decided by the generator that is given."""
    camera = CAMERAS[0]
    assert shot(camera, SOMEBODY, 0).tobytes() == shots[camera.name][0].tobytes()
    assert len({image.tobytes() for images in shots.values() for image in images}) == SHOTS * len(CAMERAS)


def test_somebody_else_gives_another_picture() -> None:
    """With all else equal the person decides, and the middle of the crop more than its corners."""
    camera = CAMERAS[0]
    one, other = (pixels(shot(camera, person, 1)) for person in (SOMEBODY, PASSER))
    change = np.abs(one - other).mean(axis=2)
    assert change[30:100, 20:44].mean() > 2 * change[:16, :10].mean()


def test_pictures_have_contrast_and_are_not_burnt(shots: dict[str, list[Image.Image]]) -> None:
    """No camera gives pictures that are all dark, all light or all one grey."""
    for images in shots.values():
        for image in images:
            values = pixels(image)
            assert 50 < values.mean() < 200
            assert values.std() > 20


def test_cameras_see_a_colour_differently(shots: dict[str, list[Image.Image]]) -> None:
    """The platform's light is warmer than the corridor's."""
    warmth = {
        name: np.mean([pixels(image)[..., 0].mean() / pixels(image)[..., 2].mean() for image in images])
        for name, images in shots.items()
    }
    assert warmth["platform"] > warmth["corridor"]


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: camera.name)
def test_people_pass_in_all_directions_but_mostly_in_one(camera: Camera) -> None:
    """Half of the poses or so are within 60 degrees of the usual way, and some look the other way."""
    rng = Random(1)
    yaws = np.array([pose(camera, rng).yaw for _ in range(400)])
    away = np.abs((yaws - camera.towards + 180) % 360 - 180)
    assert 0.6 < (away < 75).mean() < 0.95
    assert (away > 120).mean() > 0.05


@pytest.mark.parametrize("name", scenes.NAMES)
def test_a_scene_is_wide_and_cannot_be_spoilt(name: str) -> None:
    """A backdrop is worked out once, has the promised size and range, and is not to be written to."""
    found = scenes.scene(name)
    assert found is scenes.scene(name)
    assert found.shape == (scenes.HIGH, scenes.WIDE, 3)
    assert found.dtype == np.float32
    assert found.min() >= 0
    assert found.max() <= 1
    with pytest.raises(ValueError, match="read-only"):
        found[0, 0] = 0


def test_every_camera_has_a_scene_of_its_own() -> None:
    """Scenes and cameras go by the same names, and no two scenes are alike."""
    assert {camera.name for camera in CAMERAS} == set(scenes.NAMES)
    means = [scenes.scene(name)[:200].mean(axis=1) for name in scenes.NAMES]
    assert min(np.abs(a - b).mean() for i, a in enumerate(means) for b in means[:i]) > 0.02
