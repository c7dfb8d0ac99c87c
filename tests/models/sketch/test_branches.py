"""Branches of a skeleton, judged by figures cut by hand and by what must hold for any skeleton."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

from models.sketch.branches import Branches, End, cut

AROUND = np.ones((3, 3), np.uint8)
pictures = arrays(np.bool_, (14, 14))


def figure(*rows: str) -> Branches:
    """Cut a skeleton that is written as text."""
    return cut(np.array([[letter == "#" for letter in row] for row in rows]))


def pixels(line: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Points of a branch as pairs."""
    return [(float(x), float(y)) for x, y in line]


def test_a_line_has_no_meetings() -> None:
    """A stair of pixels is one branch in order, from one end to the other."""
    branches = figure("#....", ".##..", "...##")
    assert branches.meetings == ()
    assert [pixels(line) for line in branches.lines] == [[(0, 0), (1, 1), (2, 1), (3, 2), (4, 2)]]


def test_a_cross_has_four_branches() -> None:
    """Four arms begin in the middle of the five pixels that touch three others or more."""
    branches = figure("...#...", "...#...", "...#...", "#######", "...#...", "...#...", "...#...")
    assert len(branches.lines) == 4
    (meeting,) = branches.meetings
    assert {end.branch for end in meeting} == {0, 1, 2, 3}
    for end in meeting:
        assert pixels(branches.lines[end.branch])[end.side] == (3, 3)


def test_a_ring_ends_where_it_begins() -> None:
    """A ring is one branch around, whose first point comes again at its end."""
    (line,) = figure(".##.", "#..#", "#..#", ".##.").lines
    assert pixels(line)[0] == pixels(line)[-1]
    assert len(line) == 9


def test_a_ring_with_a_tail_meets_itself() -> None:
    """Of a ring with a line to it both ends of the ring and one of the line lie at one meeting."""
    branches = figure("..#....", ".#.#...", "#...###", ".#.#...", "..#....")
    (meeting,) = branches.meetings
    assert sorted(len([end for end in meeting if end.branch == branch]) for branch in range(2)) == [1, 2]


def test_one_pixel_between_two_meetings() -> None:
    """A branch of one pixel has an end at each of the meetings beside it."""
    branches = figure("#.....#", ".#...#.", "..###..", ".#...#.", "#.....#")
    assert len(branches.meetings) == 2
    bridge = next(number for number, line in enumerate(branches.lines) if (3.0, 2.0) in pixels(line))
    assert {End(bridge, 0), End(bridge, -1)} <= {end for meeting in branches.meetings for end in meeting}


def test_nothing_is_cut_into_nothing() -> None:
    """Where there is no line there is no branch."""
    branches = cut(np.zeros((5, 5), np.bool_))
    assert (branches.lines, branches.meetings) == ((), ())


@given(pictures)
@settings(deadline=None, max_examples=200)
def test_every_pixel_of_a_line_is_in_one_branch(picture: NDArray[np.bool_]) -> None:
    """What touches at most two others lies in exactly one branch, and points of a branch follow each other closely."""
    skeleton = skeletonize(picture)
    branches = cut(skeleton)
    touching = ndimage.convolve(skeleton.astype(np.uint8), AROUND, mode="constant") - 1
    known = {(float(x), float(y)) for y, x in np.argwhere(skeleton & (touching <= 2))}
    at_meetings = [end for meeting in branches.meetings for end in meeting]
    assert len(at_meetings) == len(set(at_meetings))
    found: list[tuple[float, float]] = []
    for number, line in enumerate(branches.lines):
        inner = pixels(line)[End(number, 0) in at_meetings : len(line) - (End(number, -1) in at_meetings)]
        steps = np.abs(np.diff(np.array(inner), axis=0))
        assert not len(steps) or steps.max() == 1
        found += inner[:-1] if len(inner) > 1 and inner[0] == inner[-1] else inner
    assert sorted(found) == sorted(known)
