"""Colours and materials."""

from __future__ import annotations

from random import Random

import pytest

from app.demo.finish import Finish
from app.demo.materials import MATERIALS
from app.demo.shades import SHADES
from app.demo.shoes import palette
from app.demo.shoes.catalogue import KINDS
from app.demo.shoes.look import Look
from app.demo.shoes.wardrobes import WARDROBES


def finishes(look: Look) -> list[Finish]:
    """Every finish of a look."""
    return [value for value in vars(look).values() if isinstance(value, Finish)]


def test_every_kind_has_a_wardrobe() -> None:
    """Kinds and wardrobes are the same names."""
    assert set(WARDROBES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_wardrobes_name_what_exists(kind: str) -> None:
    """Every material and every shade of a wardrobe is known."""
    wardrobe = WARDROBES[kind]
    assert set(wardrobe.materials) <= set(MATERIALS)
    assert set(wardrobe.shades) <= set(SHADES)
    assert 0 <= wardrobe.accent <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_look_is_complete(kind: str) -> None:
    """A look has twelve finishes, less the two words: each of a known material and a colour a screen can show."""
    for seed in range(20):
        look = palette.dress(kind, Random(seed))
        assert look.material in WARDROBES[kind].materials
        assert look.upper.material == look.material
        assert len(finishes(look)) == 10
        for finish in finishes(look):
            assert finish.material in MATERIALS
            assert all(0 <= value <= 255 for value in (*finish.colour, *finish.second))


def test_a_look_is_the_same_for_the_same_seed() -> None:
    """Looks are drawn from the generator they are given and from nothing else."""
    assert palette.dress("pump", Random(4)) == palette.dress("pump", Random(4))


def test_the_upper_is_near_its_shade() -> None:
    """A shoe called cognac is cognac, give or take a little."""
    for seed in range(60):
        look = palette.dress("loafer", Random(seed))
        named = SHADES[look.colour][1]
        assert max(abs(a - b) for a, b in zip(named, look.upper.colour, strict=True)) <= 20


def test_families() -> None:
    """Every shade belongs to a colour one can filter by, prints too."""
    assert palette.family("cognac") == "brown"
    assert palette.family("oxblood") == "red"
    assert palette.family("leopard") == "brown"
    assert {palette.family(shade) for shade in SHADES} >= {"black", "white", "red", "blue", "green", "brown"}


def test_wardrobes_are_varied() -> None:
    """In forty looks a kind comes in at least eight colours and three materials, or all it has."""
    for kind in KINDS:
        looks = [palette.dress(kind, Random(seed)) for seed in range(40)]
        assert len({look.colour for look in looks}) >= 8
        assert len({look.material for look in looks}) >= min(3, len(set(WARDROBES[kind].materials)))
