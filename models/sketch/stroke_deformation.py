"""Drawings with bent strokes: what a less steady hand would have drawn.

Source: the paper's stroke deformation, with the numbers of the released code. On a page of 800 x 800 pixels first each
stroke is bent for itself, then the sketch as a whole; both move a few handles and let moving least squares carry the
points.

The released strokes are chains of Bezier curves whose end points are the handles. Ours are polylines, with points far
apart or on every pixel, as the pen and the program wanted; so handles stand at equal ways along the stroke, about 75
pixels apart, both ends among them. What does not depend on the curves is as released: the first handle stays, the
others of a stroke move into one and the same quadrant, by at most a little where the stroke comes back to its start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.contracts import Strokes
from models.sketch.arc_length import points_at, travelled
from models.sketch.moving_least_squares import Points, rigid, similarity
from models.sketch.placement import PAGE, place_on_page
from models.sketch.strokes import check_strokes

# Pixels of the page between the handles of a stroke, and how many steps there are at most between them.
_SPACING, _MOST_STEPS = 75.0, 32
# A stroke no point of which is farther from a line, in pixels of the page, is straight.
_STRAIGHT = 0.5
_TRIES = 10
# Where a sketch that left the page is brought back to, in pixels from its edge.
_INSET = 10.0


@dataclass(frozen=True)
class Deformation:
    """How strongly drawings are bent, as deviations of handles in pixels of a page of 800.

    Attributes:
        stroke: of the handles of a stroke, to be multiplied by its chord / arc length.
        sketch: of the leftmost, rightmost, topmost and bottommost point of the sketch.
    """

    stroke: float = 15.0
    sketch: float = 30.0


RELEASED = Deformation()


def deform(strokes: Strokes, random: np.random.Generator, strength: Deformation = RELEASED) -> Strokes:
    """Bend every stroke, then the sketch.

    Args:
        strokes: a drawing in any unit.
        random: source of randomness; the released code makes three variants of a drawing.
        strength: how much; `Deformation(sketch=0)` bends the strokes alone, `Deformation(stroke=0)` the sketch alone.

    Returns:
        As many strokes of as many points each, in the drawing's own unit and place, within the page on which it lay.

    Raises:
        EmptyDrawing: there is no point.
        InvalidStrokes: the strokes are malformed.
    """
    placement = place_on_page(check_strokes(strokes))
    lines = [_bend_stroke(placement.there(line), strength.stroke, random) for line in strokes.lines]
    points = _into_page(_bend_sketch(np.concatenate(lines), strength.sketch, random))
    ends = np.cumsum([len(line) for line in lines])[:-1]
    return Strokes(tuple(placement.back(line) for line in np.split(points, ends)))


def _bend_stroke(line: Points, deviation: float, random: np.random.Generator) -> Points:
    """Move the handles of a stroke (points, 2) by deviation x chord / arc x |N(0, 1)|; a straight one stays."""
    if _is_straight(line):
        return line
    way = travelled(line)[-1]
    steps = round(min(max(way / _SPACING, 1), _MOST_STEPS))
    handles = points_at(line, np.linspace(0, way, steps + 1))
    straightness = np.linalg.norm(line[-1] - line[0]) / way
    quadrant = random.choice((-1.0, 1.0), 2)
    moves = deviation * straightness * quadrant * np.abs(random.standard_normal(handles.shape))
    moves[0] = 0
    return similarity(line, handles, handles + moves)


def _is_straight(line: Points) -> bool:
    if len(line) <= 2:  # noqa: PLR2004 - two points always lie on a line
        return True
    centred = line - line.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    return float(np.abs(centred @ directions[:, 0]).max()) <= _STRAIGHT


def _bend_sketch(points: Points, deviation: float, random: np.random.Generator) -> Points:
    """Move the extreme points by deviation x N(0, 1) so that none passes another from left to right or up and down.

    If that fails ten times, the sketch stays as it is, of which the paper says nothing.
    """
    handles = _extremes(points)
    for _ in range(_TRIES):
        moved = handles + deviation * random.standard_normal(handles.shape)
        if not (_differences(handles) * _differences(moved) < 0).any():
            return rigid(points, handles, moved)
    return points


def _into_page(points: Points) -> Points:
    """Pull extreme points that left the page back to 10 or 790; what that pushes out makes the whole sketch smaller."""
    if points.min() >= 0 and points.max() <= PAGE:
        return points
    handles = _extremes(points)
    targets = np.where(handles < 0, _INSET, np.where(handles > PAGE, PAGE - _INSET, handles))
    from_middle = rigid(points, handles, targets) - PAGE / 2
    fitting = PAGE / 2 / max(float(np.abs(from_middle).max()), PAGE / 2)
    return from_middle * fitting + PAGE / 2


def _extremes(points: Points) -> Points:
    """Vertices of the convex hull that lie farthest left, up, right and down: (1 to 4, 2), each once."""
    return np.unique(points[[*points.argmin(axis=0), *points.argmax(axis=0)]], axis=0)


def _differences(points: Points) -> Points:
    """Each point less each other: (n, n, 2)."""
    return points[:, None] - points
