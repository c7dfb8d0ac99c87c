"""Drawings with fewer strokes: what the same hand would have left out.

Source: the paper's stroke removal. People draw the outline first and with long strokes, details late and with short
ones. Of n strokes the i-th in drawing order, of length l_i, goes with probability

    Pr_i = exp(alpha i - beta l_i) / sum over j of exp(alpha j - beta l_j),  i = 1 ... n,  alpha = 0.5, beta = 2.

The released code measures in pixels of a page of 800, sorts by Pr and drops the first ones: `remove_strokes`. In pixels
a difference of lengths decides alone, which leaves nothing to chance; `remove_random_strokes` therefore measures by the
drawing's diagonal.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.contracts import Strokes
from models.sketch.arc_length import lengths
from models.sketch.placement import place_on_page
from models.sketch.strokes import check_strokes

if TYPE_CHECKING:
    from collections.abc import Sequence

ORDER_WEIGHT = 0.5
LENGTH_WEIGHT = 2.0
RATIOS = (0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.50, 0.60)
"""Shares of the strokes that the nine released variants of a drawing leave out."""


def removal_probabilities(
    stroke_lengths: NDArray[np.floating], order_weight: float = ORDER_WEIGHT, length_weight: float = LENGTH_WEIGHT
) -> NDArray[np.float64]:
    """Return Pr_i for strokes in drawing order.

    Args:
        stroke_lengths: (n,), at least one, in any unit.
        order_weight: alpha.
        length_weight: beta, for lengths in that unit.

    Returns:
        float64 (n,), of sum 1.
    """
    exponents = _exponents(stroke_lengths, order_weight, length_weight)
    # Differences to the largest: no length is too long for the exponential function.
    shares = np.exp(exponents - exponents.max())
    normalised: NDArray[np.float64] = shares / shares.sum()
    return normalised


def remove_strokes(strokes: Strokes, ratio: float) -> Strokes:
    """Leave out the strokes of highest Pr, as released: their number is the ratio's share, rounded, but never all.

    Args:
        strokes: a drawing in any unit; lines without a point are no strokes and are left out.
        ratio: 0 to 1, such as one of `RATIOS`.

    Returns:
        The other strokes, in drawing order. Of equally probable ones the later go.

    Raises:
        EmptyDrawing: there is no point.
        InvalidStrokes: the strokes are malformed.
        ValueError: the ratio is not one.
    """
    lines = _drawn(strokes)
    in_pixels = lengths(lines) * place_on_page(strokes).scale
    return _without(lines, ratio, _exponents(in_pixels, ORDER_WEIGHT, LENGTH_WEIGHT))


def remove_random_strokes(strokes: Strokes, ratio: float, random: np.random.Generator) -> Strokes:
    """Leave out as many strokes as `remove_strokes`, drawn one after the other by Pr of those still there.

    Lengths are in diagonals of the drawing's box. Arguments, result and errors are those of `remove_strokes`.
    """
    lines = _drawn(strokes)
    diagonal = float(np.linalg.norm(np.ptp(np.concatenate(lines).astype(np.float64), axis=0)))
    relative = lengths(lines) / (diagonal or 1.0)
    # The largest sums of exponent and Gumbel noise are a draw without replacement (Plackett-Luce).
    noisy = _exponents(relative, ORDER_WEIGHT, LENGTH_WEIGHT) + random.gumbel(size=len(lines))
    return _without(lines, ratio, noisy)


def _exponents(stroke_lengths: NDArray[np.floating], order_weight: float, length_weight: float) -> NDArray[np.float64]:
    order = np.arange(1, len(stroke_lengths) + 1, dtype=np.float64)
    exponents: NDArray[np.float64] = order_weight * order - length_weight * stroke_lengths
    return exponents


def _drawn(strokes: Strokes) -> list[NDArray[np.float32]]:
    return [line for line in check_strokes(strokes).lines if len(line)]


def _without(lines: Sequence[NDArray[np.float32]], ratio: float, weights: NDArray[np.float64]) -> Strokes:
    """Leave out the strokes of the largest weights."""
    if not 0 <= ratio <= 1:
        message = f"The ratio of strokes to remove must lie between 0 and 1, not at {ratio}."
        raise ValueError(message)
    # Half a stroke is one, as in the released code; Python's own rounding would go to the even number.
    kept = len(lines) - min(math.floor(ratio * len(lines) + 0.5), len(lines) - 1)
    return Strokes(tuple(lines[index] for index in sorted(np.argsort(weights, kind="stable")[:kept])))
