"""Tiles of materials."""

from __future__ import annotations

import numpy as np
import pytest

from app.demo import textures
from app.demo.materials import MATERIALS

RELIEFS = sorted({material.relief for material in MATERIALS.values()})
PRINTS = sorted({material.pattern for material in MATERIALS.values() if material.pattern})


@pytest.mark.parametrize("name", RELIEFS)
def test_a_relief_is_light_and_dark_around_its_middle(name: str) -> None:
    """A relief fills its tile with finite values on both sides of some middle that is near 0."""
    tile = textures.relief(name)
    assert tile.shape == (textures.SIDE, textures.SIDE)
    assert np.isfinite(tile).all()
    assert abs(float(tile.mean())) < 0.75
    assert tile.min() < tile.mean() < tile.max()


@pytest.mark.parametrize("name", PRINTS)
def test_a_print_is_a_mixture(name: str) -> None:
    """A print mixes two colours: its values run from 0 to 1 and both colours show."""
    tile = textures.pattern(name)
    assert tile.min() == 0
    assert tile.max() == pytest.approx(1)
    assert 0.02 < float(tile.mean()) < 0.98


@pytest.mark.parametrize("name", ["leather", "suede", "canvas", "knit", "cork", "rope", "scales", "satin"])
def test_tiles_meet_without_a_seam(name: str) -> None:
    """Across the tile's border neighbours differ no more than neighbours inside it do."""
    tile = textures.relief(name).astype(float)
    for axis in (0, 1):
        inside = np.abs(np.diff(tile, axis=axis)).mean(axis=1 - axis)
        first, last = np.take(tile, 0, axis), np.take(tile, -1, axis)
        assert np.abs(first - last).mean() < 1.5 * inside.max() + 1e-6


def test_a_window_repeats_the_tile() -> None:
    """A window anywhere shows what a plane full of tiles shows there."""
    tile = np.arange(textures.SIDE**2, dtype=np.float32).reshape(textures.SIDE, textures.SIDE)
    plane = np.tile(tile, (3, 3))
    assert np.array_equal(textures.window(tile, 200, 100, 300, 400), plane[100:500, 200:500])


def test_a_tile_is_the_same_when_made_anew() -> None:
    """Noise is drawn from the material's name, not from the clock."""
    before = textures.relief("suede").copy()
    textures.relief.cache_clear()
    assert np.array_equal(before, textures.relief("suede"))
