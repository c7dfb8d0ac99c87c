"""Figures on a scene, judged by looking at pixels."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from app.demo import curves
from app.demo.finish import Finish
from app.demo.people.body import Pose
from app.demo.people.figure import figure
from app.demo.people.painter import SCALE, lay
from app.demo.people.parts import Part
from app.demo.people.wardrobe import stranger

RED = Finish("nubuck", (200, 30, 30))
POST = Part(curves.box((0, 800), 400, 1400, 0, 0.1), RED, 160)


def ground(shade: float = 0.7) -> NDArray[np.float32]:
    """Make an empty scene."""
    return np.full((384, 200, 3), shade, np.float32)


def test_a_part_has_its_colour_where_it_is_and_nothing_elsewhere() -> None:
    """The middle of a red part is red, and far from it the scene is as it was."""
    canvas = ground()
    lay(canvas, [POST], 100, 350)
    red, green, blue = canvas[350 - round(800 * SCALE), 100]
    assert red > 0.5
    assert max(green, blue) < 0.35
    assert (canvas[:20] == np.float32(0.7)).all()


def test_a_figure_stands_where_it_is_put() -> None:
    """Feet are at the ground given, the crown a stature above it, the middle at the column given."""
    person = stranger(Random("painter"))
    empty, canvas = ground(), ground()
    lay(canvas, figure(person, Pose(0, 0, 0, 0)), 100, 350)
    rows, columns = np.nonzero(np.abs(canvas - empty).max(axis=2) > 0.25)
    assert rows.max() == pytest.approx(350, abs=8)
    assert rows.min() == pytest.approx(350 - person.build.stature * SCALE, abs=20)
    assert np.median(columns) == pytest.approx(100, abs=12)


def test_somebody_further_away_is_smaller() -> None:
    """Half the size is a quarter of the pixels."""
    sizes = []
    for size in (1.0, 0.5):
        canvas = ground()
        lay(canvas, [POST], 100, 350, size=size)
        sizes.append(int((canvas[..., 0] - canvas[..., 2] > 0.2).sum()))
    assert sizes[0] == pytest.approx(4 * sizes[1], rel=0.05)


@pytest.mark.parametrize("lamp", [1, -1])
def test_light_comes_from_the_side_of_the_lamp(lamp: int) -> None:
    """The side of the lamp is the brighter one."""
    canvas = ground()
    lay(canvas, [POST], 100, 350, lamp=lamp)
    row = canvas[350 - round(800 * SCALE) - 20 : 350 - round(800 * SCALE) + 20].mean(axis=(0, 2))
    left, right = row[68:84].mean(), row[116:132].mean()
    assert (left > right) == (lamp == 1)


def test_what_comes_later_covers_what_came_before() -> None:
    """Of two parts at one place one sees the last."""
    canvas = ground()
    lay(canvas, [POST, Part(POST.path, Finish("nubuck", (30, 30, 200)), 100)], 100, 350)
    red, _, blue = canvas[350 - round(800 * SCALE), 100]
    assert blue > red


def test_a_figure_darkens_the_ground_under_it() -> None:
    """Beside the feet the ground is darker than it was, at the head it is not."""
    canvas = ground()
    lay(canvas, [POST], 100, 350)
    assert canvas[350, 130].mean() < 0.66
    assert canvas[60, 180].mean() == pytest.approx(0.7)
