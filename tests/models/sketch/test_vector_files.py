"""TU-Berlin's vector release: strokes as drawn, curves judged by de Casteljau's construction."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.datasets import MissingData
from models.sketch.vector_files import read_vector_file
from tests.models.sketch.layouts import vector_file

numbers = st.floats(-900, 900, allow_nan=False).map(lambda number: round(number, 4))
Point = tuple[float, float]


def read(folder: Path, *paths: str) -> list[list[list[float]]]:
    """Strokes of a file with these paths."""
    path = folder / "1.svg"
    path.write_text(vector_file(*paths))
    return [line.tolist() for line in read_vector_file(path).lines]


def between(one: Point, other: Point, share: float) -> Point:
    """A point on the way."""
    return (one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]))


def on_curve(points: list[Point], share: float) -> Point:
    """De Casteljau: halfway points of halfway points."""
    while len(points) > 1:
        points = [between(one, other, share) for one, other in pairwise(points)]
    return points[0]


@given(st.lists(st.tuples(numbers, numbers), min_size=4, max_size=4))
@settings(deadline=None, max_examples=30)
def test_a_curve_is_drawn_by_points_on_it(tmp_path_factory: pytest.TempPathFactory, points: list[Point]) -> None:
    """Eight points at equal shares follow the first one, and the last is the curve's end."""
    start, *controls = (f"{x} {y}" for x, y in points)
    (stroke,) = read(tmp_path_factory.mktemp("svg"), f"M{start} C{' '.join(controls)}")
    assert len(stroke) == 9
    expected = [on_curve(points, step / 8) for step in range(9)]
    np.testing.assert_allclose(stroke, expected, atol=1e-3)


def test_paths_are_strokes_in_order(tmp_path: Path) -> None:
    """Straight lines keep their points, curves follow one another, and a move begins a stroke."""
    strokes = read(tmp_path, "M204 172 L208 170 ", "M1 2 C1 2 3 4 5 6 C5 6 7 8 -9e0 .5", "M0,0 L1-1 M5 5 6 6 L7 7")
    assert strokes[0] == [[204, 172], [208, 170]]
    assert len(strokes[1]) == 17
    assert (strokes[1][8], strokes[1][-1]) == ([5, 6], [-9, 0.5])
    assert strokes[2:] == [[[0, 0], [1, -1]], [[5, 5], [6, 6], [7, 7]]]
    assert math.dist(strokes[1][0], (1, 2)) == 0


@pytest.mark.parametrize("path", ["M1 2 c1 2 3 4 5 6", "L5 5", "M1 2 C1 2 3", "M1 2 A5 5 0 0 1 3 4 5", "M1"])
def test_a_path_of_another_kind_is_refused(tmp_path: Path, path: str) -> None:
    """What the release does not hold is not guessed at."""
    with pytest.raises(MissingData, match=r"1\.svg cannot be read"):
        read(tmp_path, path)


def test_a_file_without_strokes_is_refused(tmp_path: Path) -> None:
    """Pictures in SVG without paths, binary files and missing ones are named."""
    with pytest.raises(MissingData, match="holds no <path"):
        read(tmp_path)
    (tmp_path / "2.svg").write_bytes(b"\xff\xfe\x00")
    for name in ("2.svg", "3.svg"):
        with pytest.raises(MissingData, match=f"{name} cannot be read"):
            read_vector_file(tmp_path / name)
