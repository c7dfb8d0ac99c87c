"""Pictures pasted into others, so that one knows where to look, and how much of a heat lies there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from models.images import Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST_PIXELS = 288
"""Sides that a picture has before another is pasted into it; a smaller one is enlarged, as the tagger would do then."""
SPREAD = 0.25
"""Standard deviation of the centred Gaussian, in sides of the picture."""


@dataclass(frozen=True)
class Box:
    """A part of a picture; places are shares of its width and height, from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """Share of the picture."""
        return (self.right - self.left) * (self.bottom - self.top)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it; of its edges the left and the upper belong to it."""
        return self.left <= x < self.right and self.top <= y < self.bottom


def paste(beneath: Picture, above: Picture, share: float, place: tuple[float, float]) -> tuple[Picture, Box]:
    """Paste a picture, shrunk in its proportions, into another.

    Args:
        beneath: what it is pasted into.
        above: what is pasted.
        share: of the sides beneath: the larger one that the pasted picture takes, above 0 and at most 1.
        place: how far to the right and down it lies, 0 to 1 each, of what room there is.

    Returns:
        The composite, and where in it the pasted picture lies.
    """
    enlarged = max(1.0, FEWEST_PIXELS / min(beneath.width, beneath.height))
    width, height = round(enlarged * beneath.width), round(enlarged * beneath.height)
    scale = share * min(width / above.width, height / above.height)
    size = max(1, round(scale * above.width)), max(1, round(scale * above.height))
    left, top = round(place[0] * (width - size[0])), round(place[1] * (height - size[1]))
    canvas = _resized(beneath, (width, height))
    canvas.paste(_resized(above, size), (left, top))
    box = Box(left / width, top / height, (left + size[0]) / width, (top + size[1]) / height)
    return Picture(np.asarray(canvas)), box


def heat_share(heat: NDArray[np.floating], box: Box) -> float:
    """Return how much of a heat, (y, x) places of a whole picture, lies in a box, 0 to 1; 0 where there is no heat.

    Within a place the heat is the same everywhere: one that the box cuts counts by the part of it that lies inside.
    """
    rows, columns = (
        _covered(count, first, last)
        for count, first, last in zip(heat.shape, (box.top, box.left), (box.bottom, box.right), strict=True)
    )
    whole = float(heat.sum())
    return float(rows @ heat @ columns) / whole if whole > 0 else 0.0


def peak_inside(heat: NDArray[np.floating], box: Box) -> bool:
    """Whether the middle of the hottest place lies in a box (the pointing game); not where there is no heat."""
    y, x = np.unravel_index(int(heat.argmax()), heat.shape)
    return bool(heat.max() > 0) and box.holds((x + 0.5) / heat.shape[1], (y + 0.5) / heat.shape[0])


def centred(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the heat of who always looks at the middle: a Gaussian at the middles of (y, x) places."""
    rows, columns = (np.exp(-np.square(((np.arange(count) + 0.5) / count - 0.5) / SPREAD) / 2) for count in shape)
    return np.outer(rows, columns)


def _covered(count: int, first: float, last: float) -> NDArray[np.float64]:
    """Return how much of each of so many equal parts of 0 to 1 lies from `first` to `last`."""
    edges = np.clip(np.arange(count + 1) / count, first, last)
    covered: NDArray[np.float64] = np.diff(edges) * count
    return covered


def _resized(picture: Picture, size: tuple[int, int]) -> Image.Image:
    return Image.fromarray(picture.rgb).resize(size, Image.Resampling.BICUBIC)
