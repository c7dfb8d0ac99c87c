"""The demo's whole catalogue, worked out once for all tests that look at it."""

from __future__ import annotations

import pytest

from app.demo.shoes.catalogue import DemoShoe, catalogue
from app.demo.shoes.outlines import Drawing, drawing

FULL = 600


@pytest.fixture(scope="session")
def shoes() -> list[DemoShoe]:
    """Every shoe of the demo, unpainted."""
    return list(catalogue(FULL))


@pytest.fixture(scope="session")
def drawings(shoes: list[DemoShoe]) -> list[Drawing]:
    """The line drawing of every shoe."""
    return [drawing(shoe.shape) for shoe in shoes]
