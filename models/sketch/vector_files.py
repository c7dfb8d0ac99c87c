"""Drawings of TU-Berlin's vector release, SVG files whose paths are strokes in drawing order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from models.contracts import Strokes
from models.datasets import MissingData

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_PATH = re.compile(r"<path\b[^>]*?\bd\s*=\s*[\"']([^\"']*)[\"']")
# A letter and what it is given; an E is part of a number.
_COMMAND = re.compile(r"([A-DF-Za-df-z])([^A-DF-Za-df-z]*)")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
# Numbers that one round of a command takes: M x y, L x y, C x1 y1 x2 y2 x y.
_TAKES = {"M": 2, "L": 2, "C": 6}
_STEPS = 8
"""Straight pieces that stand for one Bézier curve; the release's are as long as a pen moves between two bends."""


def read_vector_file(path: Path) -> Strokes:
    """Read one drawing.

    Paths may move to a point, draw lines and cubic Bézier curves, by absolute coordinates, as the release does; its
    groups move and scale all of a drawing alike, which the canvas undoes, so that they are passed over.

    Returns:
        A stroke for each path, and for each further move within one.

    Raises:
        MissingData: the file holds no such paths.
    """
    try:
        paths = _PATH.findall(path.read_text("utf-8"))
        strokes = [line for data in paths for line in _lines(data)]
    except (OSError, ValueError, LookupError) as error:
        message = f"{path} cannot be read as a drawing of TU-Berlin's vector release ({error!r}); unpack it anew."
        raise MissingData(message) from error
    if not strokes:
        message = (
            f'{path} holds no <path d="M ... C ..."> to read strokes from; unpack TU-Berlin\'s vector release anew.'
        )
        raise MissingData(message)
    return Strokes(tuple(strokes))


def _lines(data: str) -> list[NDArray[np.float32]]:
    """Points of the strokes of one path."""
    lines: list[list[NDArray[np.float64]]] = []
    for command, text in _COMMAND.findall(data):
        numbers = np.array([float(number) for number in _NUMBER.findall(text)])
        for number, points in enumerate(numbers.reshape(-1, _TAKES[command] // 2, 2)):
            if command == "M" and number == 0:
                lines.append([points])
            else:
                lines[-1].append(_curve(lines[-1][-1][-1], points) if command == "C" else points)
    return [np.concatenate(line).astype(np.float32) for line in lines]


def _curve(start: NDArray[np.float64], controls: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points (8, 2) of the cubic Bézier curve from `start` by two control points to the third, which is the last."""
    along = np.arange(1, _STEPS + 1)[:, None] / _STEPS
    first, second, end = controls
    points: NDArray[np.float64] = (
        (1 - along) ** 3 * start
        + 3 * (1 - along) ** 2 * along * first
        + 3 * (1 - along) * along**2 * second
        + along**3 * end
    )
    return points
