"""Colours and how they are changed."""

from __future__ import annotations

from random import Random

import pytest

from app.demo.finish import Finish, darker
from app.demo.shades import SHADES, mix, vary


def test_shades_are_colours_of_a_screen() -> None:
    """Every shade has a family that one filters by, and three values of a screen."""
    for family, colour in SHADES.values():
        assert family
        assert all(0 <= value <= 255 for value in colour)


def test_a_mixture_begins_with_one_and_ends_with_the_other() -> None:
    """Shares of nothing, half and all give the one, the mean and the other."""
    one, other = (0, 100, 200), (200, 100, 0)
    assert [mix(one, other, share) for share in (0, 0.5, 1)] == [one, (100, 100, 100), other]


@pytest.mark.parametrize("shade", sorted(SHADES))
def test_two_dyes_of_a_name_are_near(shade: str) -> None:
    """A varied colour is within eight steps of the named one, but for what no screen shows, and the same for a seed."""
    colour = SHADES[shade][1]
    for seed in range(20):
        found = vary(colour, Random(seed))
        assert found == vary(colour, Random(seed))
        assert all(abs(a - min(250, max(14, b))) <= 8 for a, b in zip(found, colour, strict=True))


def test_darker_keeps_material_and_print() -> None:
    """Only the colour goes down, by the share."""
    assert darker(Finish("dots", (100, 50, 10), (1, 2, 3)), 0.5) == Finish("dots", (50, 25, 5), (1, 2, 3))
