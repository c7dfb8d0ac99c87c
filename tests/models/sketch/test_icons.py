"""Icon families: outlines find their filled twins, and both become what a network sees."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from models.contracts import MissingCheckpoint
from models.datasets import MissingData
from models.sketch.canvas import EXTENT, LINE_WIDTH
from models.sketch.icons import FAMILIES, Icon, find_icons, read_icon

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24" '
RING = HEAD + 'fill="none" stroke="currentColor"><circle cx="12" cy="12" r="10"/></svg>'
DISC = HEAD + 'fill="currentColor"><circle cx="12" cy="12" r="10"/></svg>'
BLANK = HEAD + "></svg>"
# One icon of each family as its package lays it out: outline, and filled where there is such a variant.
LAYOUT = {
    "@tabler/icons": ("icons/outline/shoe.svg", "icons/filled/shoe.svg"),
    "@phosphor-icons/core": ("assets/light/hand-bag-light.svg", "assets/fill/hand-bag-fill.svg"),
    "@fluentui/svg-icons": ("icons/shoe_rack_24_regular.svg", "icons/shoe_rack_24_filled.svg"),
    "@material-symbols/svg-400": ("outlined/steps.svg", "outlined/steps-fill.svg"),
    "@mdi/svg": ("svg/hat-outline.svg", "svg/hat.svg"),
    "ionicons": ("dist/svg/cart-outline.svg", "dist/svg/cart.svg"),
    "remixicon": ("icons/User & Faces/boot-line.svg", "icons/User & Faces/boot-fill.svg"),
    "bootstrap-icons": ("icons/bag-check.svg", "icons/bag-check-fill.svg"),
    "lucide-static": ("icons/footprints.svg", None),
}


def write(path: Path, content: str) -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def test_every_family_is_laid_out_here() -> None:
    """The layouts below are those of all families."""
    assert set(LAYOUT) == {family.package for family in FAMILIES}


@pytest.mark.parametrize("family", LAYOUT)
def test_an_outline_is_paired_with_its_filled_twin(tmp_path: Path, family: str) -> None:
    """There is one icon, not two: the filled file is the outline's other half; nothing else in the package counts."""
    outline, filled = LAYOUT[family]
    expected = write(tmp_path / "node_modules" / family / outline, RING)
    twin = expected if filled is None else write(tmp_path / "node_modules" / family / filled, DISC)
    write(tmp_path / "node_modules" / family / "sprite.svg", BLANK)
    assert find_icons(tmp_path) == (Icon(expected, twin),)


@pytest.mark.parametrize("family", LAYOUT)
def test_an_icon_without_a_twin_stands_for_both(tmp_path: Path, family: str) -> None:
    """Where only the outline exists it is drawn and photographed too."""
    outline = write(tmp_path / "node_modules" / family / LAYOUT[family][0], RING)
    assert find_icons(tmp_path) == (Icon(outline, outline),)


def test_of_several_sizes_the_largest_is_taken(tmp_path: Path) -> None:
    """An icon that is published in sizes is one icon."""
    folder = tmp_path / "node_modules/@fluentui/svg-icons/icons"
    for size in (16, 48, 20):
        write(folder / f"shoe_{size}_regular.svg", RING)
        write(folder / f"shoe_{size}_filled.svg", DISC)
    assert find_icons(tmp_path) == (Icon(folder / "shoe_48_regular.svg", folder / "shoe_48_filled.svg"),)


def test_families_come_one_after_the_other_in_order(tmp_path: Path) -> None:
    """The list depends on the files alone, not on how the disk orders them."""
    for name in ("zebra", "ant", "mole"):
        write(tmp_path / f"node_modules/lucide-static/icons/{name}.svg", RING)
    write(tmp_path / "node_modules/@tabler/icons/icons/outline/bee.svg", RING)
    assert [icon.outline.stem for icon in find_icons(tmp_path)] == ["bee", "ant", "mole", "zebra"]


def test_a_folder_without_icons_is_named(tmp_path: Path) -> None:
    """The message says where it looked and what to install there."""
    with pytest.raises(MissingData, match=r"npm install .* lucide-static") as caught:
        find_icons(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_a_ring_is_drawn_and_a_disc_photographed(tmp_path: Path) -> None:
    """The outline becomes one thin line round an empty middle, the filled one a body of one colour on white."""
    read = read_icon(Icon(write(tmp_path / "a.svg", RING), write(tmp_path / "b.svg", DISC)))
    assert read is not None
    drawing, photo = read
    assert (drawing.dtype, tuple(drawing.shape)) == (torch.uint8, (1, 256, 256))
    assert (photo.dtype, tuple(photo.shape)) == (torch.uint8, (3, 256, 256))
    y, x = np.mgrid[:256, :256] - 127.5
    radius = np.hypot(x, y)
    # The pen is a tenth of the radius wide; its outer edge meets the frame, and the thin line runs in its middle.
    line = np.abs(radius - EXTENT / 2 * 10 / 10.5)
    assert drawing[0][torch.from_numpy(line > LINE_WIDTH + 1)].min() > 200
    assert drawing[0][torch.from_numpy(line < LINE_WIDTH / 4)].max() < 100
    inside = photo[:, torch.from_numpy(radius < EXTENT / 2 - 6)].float()
    assert inside.std(dim=1).max() < 2
    assert inside.mean(dim=1).min() < 190
    assert photo[:, torch.from_numpy(radius > EXTENT / 2 + 6)].min() > 250


def test_an_icon_that_shows_nothing_is_left_out(tmp_path: Path) -> None:
    """A blank outline teaches nothing."""
    assert read_icon(Icon(write(tmp_path / "a.svg", BLANK), write(tmp_path / "b.svg", DISC))) is None


def test_an_icon_looks_the_same_every_time(tmp_path: Path) -> None:
    """Its colour depends on its name alone."""
    icon = Icon(write(tmp_path / "a.svg", RING), write(tmp_path / "b.svg", DISC))
    first, second = read_icon(icon), read_icon(icon)
    assert first is not None
    assert second is not None
    assert all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


def test_without_the_renderer_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serving does without the renderer; who trains is told its extra."""
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    path = write(tmp_path / "a.svg", RING)
    with pytest.raises(MissingCheckpoint, match=r"likeness\[train\]"):
        read_icon(Icon(path, path))
