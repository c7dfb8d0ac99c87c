"""A skeleton of one-pixel lines cut into branches where lines meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Pixel = tuple[int, int]
"""Row and column."""

_SQUARE = np.ones((3, 3), np.uint8)
# A pixel of a line has two others of the line around it; with more, lines meet there.
_ON_A_LINE = 3
# Those that share a side come first: a line that turns a corner must not leave the corner's pixel behind.
_AROUND = ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))


class End(NamedTuple):
    """One end of a branch: its number, and 0 for its first point or -1 for its last."""

    branch: int
    side: int


@dataclass(frozen=True, eq=False)
class Branches:
    """Lines between the places where lines meet or end.

    Attributes:
        lines: of each branch its points, float64 (n, 2), (x, y) in pixels, one to two pixels apart; where it ends at a
            meeting, that is its first or last point. A ring comes back to where it began.
        meetings: for each meeting the ends that lie there.
    """

    lines: tuple[NDArray[np.float64], ...]
    meetings: tuple[tuple[End, ...], ...]


def cut(skeleton: NDArray[np.bool_]) -> Branches:
    """Cut a skeleton where three lines or more meet; a meeting of some pixels is one place, in their middle.

    Args:
        skeleton: bool (height, width), lines of one pixel.
    """
    crowd = ndimage.convolve(skeleton.astype(np.uint8), _SQUARE, mode="constant")
    meeting = skeleton & (crowd > _ON_A_LINE)
    places, count = ndimage.label(meeting, _SQUARE)
    middles = np.array(ndimage.center_of_mass(meeting, places, range(1, count + 1))).reshape(count, 2)
    around = np.pad(places, 1)
    ends: list[list[End]] = [[] for _ in range(count)]
    lines: list[NDArray[np.float64]] = []
    for path in _paths(skeleton & ~meeting):
        points = [np.array(path, np.float64)]
        for side, place in zip((0, -1), _places(path, around), strict=True):
            if place is not None:
                ends[place].append(End(len(lines), side))
                points.insert(side % (len(points) + 1), middles[place : place + 1])
        lines.append(np.concatenate(points)[:, ::-1])
    return Branches(tuple(lines), tuple(map(tuple, ends)))


def _paths(lines: NDArray[np.bool_]) -> Iterator[list[Pixel]]:
    """Pixels of each line in order."""
    pieces, count = ndimage.label(lines, _SQUARE)
    rows, columns = np.nonzero(pieces)
    owners = pieces[rows, columns]
    order = np.argsort(owners, kind="stable")
    for part in np.split(order, np.searchsorted(owners[order], np.arange(2, count + 1))):
        if len(part):
            yield _in_order(list(zip(rows[part].tolist(), columns[part].tolist(), strict=True)))


def _in_order(pixels: Sequence[Pixel]) -> list[Pixel]:
    """Pixels of a line from one end to the other; of a ring once around, and the first again."""
    left = dict.fromkeys(pixels)
    loose = [pixel for pixel in pixels if len(_beside(pixel, left)) <= 1]
    path = [(loose or pixels)[0]]
    del left[path[0]]
    while following := _beside(path[-1], left):
        path.append(following[0])
        del left[following[0]]
    return path if loose else [*path, path[0]]


def _beside(pixel: Pixel, others: dict[Pixel, None]) -> list[Pixel]:
    row, column = pixel
    return [(row + down, column + right) for down, right in _AROUND if (row + down, column + right) in others]


def _places(path: Sequence[Pixel], around: NDArray[np.integer]) -> tuple[int | None, int | None]:
    """Where the first and the last pixel of a path touch a meeting; a path of one pixel may touch two."""
    first, last = (
        [int(place) - 1 for place in np.unique(around[row : row + 3, column : column + 3]) if place]
        for row, column in (path[0], path[-1])
    )
    if len(path) == 1:
        last = first[1:]
    return (first[0] if first else None), (last[0] if last else None)
