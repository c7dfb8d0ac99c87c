"""Materials under the lamps."""

from __future__ import annotations

import numpy as np
import pytest

from app.demo.finish import Finish
from app.demo.materials import MATERIALS, light, respond

STEPS = np.linspace(-0.85, 0.85, 61, dtype=np.float32)
NX, NY = np.meshgrid(STEPS, STEPS)
FACING = np.zeros((64, 64), np.float32)
LIT = np.ones((61, 61), np.float32)


def seen(material: str, colour: tuple[int, int, int] = (120, 60, 40)) -> np.ndarray:
    """Look at a half ball of a material."""
    return np.asarray(respond(Finish(material, colour), NX, NY, 0, 0, LIT))


def test_light_falls_from_above_on_the_left() -> None:
    """A surface that looks up to the left is brighter than one that faces us, and that than one that looks down."""
    x, y = np.array([[-0.3, 0, 0.2]], np.float32), np.array([[-0.5, 0, 0.7]], np.float32)
    up, facing, down = light(x, y, 1.0)[0]
    assert up > facing > down > 0


@pytest.mark.parametrize("material", sorted(MATERIALS))
def test_every_material_shows_its_colour(material: str) -> None:
    """Facing us in full light, a material is on average near the colour it was given."""
    finish = Finish(material, (140, 90, 60), (140, 90, 60))
    mean = respond(finish, FACING, FACING, 0, 0, np.ones_like(FACING)).mean(axis=(0, 1)) * 255
    assert np.abs(mean - (140, 90, 60)).max() < 60


def test_patent_shines_more_sharply_than_suede() -> None:
    """Patent leather has brighter lights and a steeper fall from them than suede of the same colour."""
    patent, suede = seen("patent").mean(axis=2), seen("suede").mean(axis=2)
    assert patent.max() > 1.5 * suede.max()
    assert np.abs(np.diff(patent, axis=0)).max() > np.abs(np.diff(suede, axis=0)).mean() * 3


def test_shade_darkens() -> None:
    """Where less light reaches a material it is darker, channel by channel."""
    full = respond(Finish("leather", (200, 150, 100)), NX, NY, 0, 0, LIT)
    half = respond(Finish("leather", (200, 150, 100)), NX, NY, 0, 0, 0.5 * LIT)
    assert (half <= full + 1e-6).all()


def test_a_print_shows_both_its_colours() -> None:
    """A leopard's spots are dark and its ground is light."""
    picture = respond(Finish("leopard", (220, 170, 110), (40, 25, 20)), FACING, FACING, 0, 0, np.ones_like(FACING))
    brightness = picture.mean(axis=2)
    assert brightness.max() > 0.55
    assert brightness.min() < 0.25


@pytest.mark.parametrize("material", sorted(MATERIALS))
def test_no_material_leaves_the_range_of_a_picture_by_much(material: str) -> None:
    """Colours stay near 0..1, so that clipping never flattens more than highlights."""
    for colour in ((20, 20, 20), (245, 245, 240)):
        picture = seen(material, colour)
        assert np.isfinite(picture).all()
        assert picture.min() > -0.05
        assert (picture > 1.0).mean() < 0.5
