"""The demo's whole catalogue, worked out once for all tests that look at it."""

from __future__ import annotations

import pytest

from app.demo.shoes import outlines
from app.demo.shoes.catalogue import DemoShoe, catalogue
from app.demo.shoes.outlines import Drawing, drawing
from app.demo.shoes.shape import ShoeShape

FULL = 600


@pytest.fixture(scope="session")
def drawn() -> list[tuple[DemoShoe, Drawing]]:
    """Every shoe of the demo, unpainted, and its line drawing, which the catalogue made to tell it from others."""
    made: dict[int, tuple[ShoeShape, Drawing]] = {}

    def remembered(shape: ShoeShape) -> Drawing:
        # Kept with its shape, lest another one be put in the same place.
        made[id(shape)] = shape, drawing(shape)
        return made[id(shape)][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outlines, "drawing", remembered)
        return [(shoe, made[id(shoe.shape)][1]) for shoe in catalogue(FULL)]


@pytest.fixture(scope="session")
def shoes(drawn: list[tuple[DemoShoe, Drawing]]) -> list[DemoShoe]:
    """Every shoe of the demo, unpainted."""
    return [shoe for shoe, _ in drawn]


@pytest.fixture(scope="session")
def drawings(drawn: list[tuple[DemoShoe, Drawing]]) -> list[Drawing]:
    """The line drawing of every shoe."""
    return [one for _, one in drawn]
