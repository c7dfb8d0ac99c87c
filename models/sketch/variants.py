"""What other hands would have drawn: variants of a vector sketch to learn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.sketch.partial import first_part
from models.sketch.stroke_deformation import deform
from models.sketch.stroke_removal import remove_random_strokes

if TYPE_CHECKING:
    import numpy as np

    from models.contracts import Strokes

MOST_REMOVED = 0.4
"""Largest share of strokes that a variant lacks."""
LEAST_DRAWN = 0.5
"""Smallest share of its way that an unfinished variant has."""
UNFINISHED = 0.25
"""Share of the variants that are unfinished: searches begin while people draw."""


def variant(strokes: Strokes, random: np.random.Generator, *, bend: bool = True, shorten: bool = True) -> Strokes:
    """Bend a drawing, leave strokes out, and break it off at times (the paper's section 3.3, and unfinished drawings).

    Args:
        strokes: a drawing in any unit.
        random: source of randomness.
        bend: whether strokes are deformed.
        shorten: whether strokes are left out or the drawing is broken off.

    Returns:
        At least one stroke with a point.

    Raises:
        EmptyDrawing: there is no point.
        InvalidStrokes: the strokes are malformed.
    """
    bent = deform(strokes, random) if bend else strokes
    if not shorten:
        return bent
    if random.random() < UNFINISHED:
        return first_part(bent, random.uniform(LEAST_DRAWN, 1))
    return remove_random_strokes(bent, random.uniform(0, MOST_REMOVED), random)
