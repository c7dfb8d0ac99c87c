"""Where a drawing of any place and size lies on a square sheet, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.sketch.canvas import EXTENT, SIDE

if TYPE_CHECKING:
    from models.contracts import Strokes

# Side of the page in whose pixels the paper's authors change strokes.
PAGE = 800.0


@dataclass(frozen=True, eq=False)
class Placement:
    """A move and an isotropic change of size.

    Attributes:
        centre: float64 (2,), what comes to lie in the middle, in the drawing's own unit.
        scale: pixels of the sheet to that unit, above 0.
        middle: of the sheet, in its pixels, along both axes.
    """

    centre: NDArray[np.float64]
    scale: float
    middle: float

    def there(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Carry points (n, 2) of the drawing onto the sheet."""
        placed: NDArray[np.float64] = (points - self.centre) * self.scale + self.middle
        return placed

    def back(self, points: NDArray[np.float64]) -> NDArray[np.float32]:
        """Carry points (n, 2) of the sheet back into the drawing's own unit."""
        return ((points - self.middle) / self.scale + self.centre).astype(np.float32)


def place(strokes: Strokes, middle: float, extent: float) -> Placement:
    """Centre the box of a drawing that has a point, and make its longer side `extent` pixels long.

    A drawing without extent (one dot) is only moved.
    """
    points = np.concatenate([line for line in strokes.lines if len(line)]).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    longer = float((high - low).max())
    return Placement((low + high) / 2, extent / longer if longer > 0 else 1.0, middle)


def place_on_page(strokes: Strokes) -> Placement:
    """Place a drawing that has a point on the page, 800 × 800, with the margin that it has on the canvas."""
    return place(strokes, PAGE / 2, PAGE * EXTENT / SIDE)
