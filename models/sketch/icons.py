"""Icon families as training data: the same small things, drawn with a pen and filled, thousands of each.

A family is an installed npm package. Its outline variant stands for the drawing, its filled variant for the photo; an
icon without a filled variant stands for both.
"""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from skimage.morphology import skeletonize

from models.contracts import MissingCheckpoint
from models.datasets import MissingData
from models.images import Picture
from models.sketch.canvas import SIDE, WHITE, draw_lines
from models.sketch.photos import frame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

_BRIGHTEST = 190
"""Filled icons are painted in colours that stand out from white, each channel below this."""


@dataclass(frozen=True)
class Family:
    """Where a family keeps its icons.

    Attributes:
        package: the npm package.
        outline: pattern of the paths of outline icons; the first group is the icon's name, a second one its size.
        filled: path of the filled icon, in terms of those groups; None where the family has none.
    """

    package: str
    outline: str
    filled: str | None = None

    @property
    def folder(self) -> str:
        """Where npm installs the package."""
        return f"node_modules/{self.package}"


FAMILIES = (
    Family("@tabler/icons", r"icons/outline/(.+)\.svg", r"icons/filled/\1.svg"),
    Family("@phosphor-icons/core", r"assets/light/(.+)-light\.svg", r"assets/fill/\1-fill.svg"),
    Family("@fluentui/svg-icons", r"icons/([^/]+)_(\d+)_regular\.svg", r"icons/\1_\2_filled.svg"),
    Family("@material-symbols/svg-400", r"outlined/(.+)(?<!-fill)\.svg", r"outlined/\1-fill.svg"),
    Family("@mdi/svg", r"svg/(.+)-outline\.svg", r"svg/\1.svg"),
    Family("ionicons", r"dist/svg/(.+)-outline\.svg", r"dist/svg/\1.svg"),
    Family("remixicon", r"icons/(.+)-line\.svg", r"icons/\1-fill.svg"),
    Family("bootstrap-icons", r"icons/((?:(?!-fill).)+)\.svg", r"icons/\1-fill.svg"),
    Family("lucide-static", r"icons/(.+)\.svg"),
)
"""Families under MIT, Apache-2.0 or ISC licences, of a thousand icons and more."""


@dataclass(frozen=True)
class Icon:
    """One icon: the file that is drawn and the file that is photographed, so to say."""

    outline: Path
    filled: Path


def find_icons(folder: Path) -> tuple[Icon, ...]:
    """List the icons of all families that npm has installed in `folder`, each family's in the order of their names.

    Raises:
        MissingData: there are none.
    """
    icons = tuple(icon for family in FAMILIES for icon in _of(family, folder / family.folder))
    if not icons:
        packages = " ".join(family.package for family in FAMILIES)
        message = f"{folder} holds no icons; run: npm install --ignore-scripts --prefix {folder} {packages}"
        raise MissingData(message)
    return icons


def read_icon(icon: Icon) -> tuple[Tensor, Tensor] | None:
    """Return an icon as a drawing and as a framed photo; None if there is nothing to see.

    Returns:
        uint8 (1, 256, 256), lines of 2.5 pixels on white, and uint8 (3, 256, 256) in a colour of its own.

    Raises:
        MissingCheckpoint: the package that draws SVG is not installed.
    """
    colour = np.random.default_rng(zlib.crc32(icon.filled.name.encode())).integers(0, _BRIGHTEST, 3)
    # All of an outline icon is line, however thick; `draw_ink` would take the thick ones for filled regions.
    lines = skeletonize(_framed(icon.outline, np.zeros(3, np.int64))[0].numpy() < WHITE / 2)
    return (draw_lines(lines), _framed(icon.filled, colour)) if lines.any() else None


def _of(family: Family, folder: Path) -> Iterator[Icon]:
    pattern = re.compile(family.outline)
    best: dict[str, tuple[int, Icon]] = {}
    for path in sorted(folder.rglob("*.svg")):
        match = pattern.fullmatch(path.relative_to(folder).as_posix())
        if match is None:
            continue
        filled = folder / match.expand(family.filled) if family.filled else path
        size = int(match[2]) if pattern.groups > 1 else 0
        if match[1] not in best or size > best[match[1]][0]:
            best[match[1]] = size, Icon(path, filled if filled.exists() else path)
    yield from (icon for _, (_, icon) in sorted(best.items()))


def _framed(path: Path, colour: NDArray[np.int64]) -> Tensor:
    opacity = _opacity(path)[..., None] / WHITE
    return frame(Picture((WHITE * (1 - opacity) + colour * opacity).astype(np.uint8)))


def _opacity(path: Path) -> NDArray[np.uint8]:
    """Draw an SVG at the canvas's size: uint8 (256, 256), how much of each pixel is painted, whatever the colour."""
    try:
        import resvg_py  # noqa: PLC0415 - only training needs it
    except ImportError as error:
        message = 'Icons need a renderer of SVG; install it with `pip install "likeness[train]"`.'
        raise MissingCheckpoint(message) from error
    png = bytes(resvg_py.svg_to_bytes(svg_path=str(path), width=SIDE, skip_system_fonts=True))
    with Image.open(io.BytesIO(png)) as image:
        painted = np.asarray(image.convert("RGBA"))[:SIDE, :SIDE, 3]
    whole = np.zeros((SIDE, SIDE), np.uint8)
    whole[: len(painted)] = painted
    return whole
