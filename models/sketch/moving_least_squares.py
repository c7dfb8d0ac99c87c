"""Bending the plane by moving a few points of it, the handles: moving least squares.

Source: Schaefer, McPhail, Warren, Image Deformation Using Moving Least Squares (SIGGRAPH 2006), section 2. Each point v
is carried by the map that moves the handles p best onto their targets q, where near handles count more: the map that
minimises the sum of w_i |map(p_i) - q_i|^2 with w_i = 1 / (|p_i - v|^(2 a) + 1e-8). The 1e-8, which lets a point lie on
a handle, has no unit: lengths are pixels, and handles within a tenth of a pixel of each other are met in the mean only.

Points are written here as complex numbers x + iy relative to the weighted means p* and q*. With
S = sum w |p|^2, T = sum w p^2, U = sum w conj(p) q and V = sum w p q the best maps of z = v - p* are

    affine      (S U - conj(T) V) / (S^2 - |T|^2) z + (S V - T U) / (S^2 - |T|^2) conj(z)
    similarity  U / S z
    rigid       U / |U| z

What the handles leave open is left alone. One handle, or handles all in one place, say nothing of turn and size: every
map is then the translation p* to q*. Handles on one line say nothing of what is beside the line: the affine map is then
the similarity. Targets all in one place favour no turn: the rigid map then only shifts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
_Complex = NDArray[np.complex128]

FALLOFF = 2.0
_NEAREST = 1e-8
# Weighted mean square distance, in square pixels, below which points lie in one place; far above rounding.
_ONE_PLACE = 1e-18
# Share of S^2 below which the affine map is not determined.
_ONE_LINE = 1e-12


@dataclass(frozen=True, eq=False)
class _View:
    """The handles as each of n points sees them.

    Attributes:
        offsets: complex (n,), the points relative to p*.
        weights: (n, m), of sum 1.
        handles: complex (n, m), relative to p*.
        moved: complex (n, m), relative to q*.
        centres: complex (n,), q*.
    """

    offsets: _Complex
    weights: Points
    handles: _Complex
    moved: _Complex
    centres: _Complex

    def total(self, values: _Complex) -> _Complex:
        """Weighted sum over the handles: (n, m) to (n,)."""
        summed: _Complex = (self.weights * values).sum(axis=1)
        return summed

    def spread(self, places: _Complex) -> Points:
        """Weighted mean square length (n,) of `handles`, which is S, or of `moved`."""
        summed: Points = (self.weights * (places.real**2 + places.imag**2)).sum(axis=1)
        return summed

    def turn(self) -> _Complex:
        """Return U (n,)."""
        return self.total(self.handles.conj() * self.moved)


def affine(points: Points, handles: Points, moved: Points, falloff: float = FALLOFF) -> Points:
    """Carry points by the best affine maps (section 2.1); any affine motion of the handles is that of the points.

    Args:
        points: (n, 2), in pixels.
        handles: (m, 2), at least one.
        moved: (m, 2), where the handles go.
        falloff: a, how fast the influence of a handle falls with the distance.

    Returns:
        float64 (n, 2). Time and memory grow with n times m.

    Raises:
        ValueError: the shapes are others.
    """
    view = _look(points, handles, moved, falloff)
    spread, turn = view.spread(view.handles), view.turn()
    square, mirrored = view.total(view.handles**2), view.total(view.handles * view.moved)
    determinant = spread**2 - np.abs(square) ** 2
    determined = (spread > _ONE_PLACE) & (determinant > _ONE_LINE * spread**2)
    divisor = np.where(determined, determinant, 1)
    straight = np.where(determined, (spread * turn - square.conj() * mirrored) / divisor, _similar(view))
    reflected = np.where(determined, (spread * mirrored - square * turn) / divisor, 0)
    return _pairs(straight * view.offsets + reflected * view.offsets.conj() + view.centres)


def similarity(points: Points, handles: Points, moved: Points, falloff: float = FALLOFF) -> Points:
    """Carry points by the best turns, sizes and shifts (section 2.2); arguments and errors as of `affine`."""
    view = _look(points, handles, moved, falloff)
    return _pairs(_similar(view) * view.offsets + view.centres)


def rigid(points: Points, handles: Points, moved: Points, falloff: float = FALLOFF) -> Points:
    """Carry points by the best turns and shifts (section 2.3); arguments and errors as of `affine`.

    A point keeps its distance from the weighted mean of the handles.
    """
    view = _look(points, handles, moved, falloff)
    turn = view.turn()
    length = np.abs(turn)
    turns = (np.minimum(view.spread(view.handles), view.spread(view.moved)) > _ONE_PLACE) & (length > 0)
    unit = np.divide(turn, length, out=np.ones_like(turn), where=turns)
    return _pairs(unit * view.offsets + view.centres)


def _similar(view: _View) -> _Complex:
    spread, turn = view.spread(view.handles), view.turn()
    return np.divide(turn, spread, out=np.ones_like(turn), where=spread > _ONE_PLACE)


def _look(points: Points, handles: Points, moved: Points, falloff: float) -> _View:
    if not len(handles) or np.shape(handles) != np.shape(moved):
        message = f"There must be as many handles as targets, at least one, not {len(handles)} and {len(moved)}."
        raise ValueError(message)
    seen, before, after = _complex(points), _complex(handles), _complex(moved)
    weights = 1 / (np.abs(before - seen[:, None]) ** (2 * falloff) + _NEAREST)
    weights /= weights.sum(axis=1, keepdims=True)
    start, centre = weights @ before, weights @ after
    return _View(seen - start, weights, before - start[:, None], after - centre[:, None], centre)


def _complex(points: Points) -> _Complex:
    pairs = np.asarray(points, np.float64)
    if pairs.ndim != 2 or pairs.shape[1] != 2:  # noqa: PLR2004 - x and y
        message = f"Points are an array of shape (points, 2), not {pairs.shape}."
        raise ValueError(message)
    numbers: _Complex = pairs[:, 0] + 1j * pairs[:, 1]
    return numbers


def _pairs(numbers: _Complex) -> Points:
    return np.stack([numbers.real, numbers.imag], axis=1)
