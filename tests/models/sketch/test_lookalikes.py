"""Lookalikes: things whose ink lies in the same places, and never a thing itself or its copy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from models.sketch import lookalikes
from models.sketch.lookalikes import MOST, find_lookalikes


def boxes(corners: list[tuple[int, int]]) -> list[Tensor]:
    """Canvases with the outline of a box each, 90 pixels wide and high."""
    canvases = []
    for row, column in corners:
        canvas = torch.full((1, 256, 256), 255, dtype=torch.uint8)
        canvas[0, row : row + 90, column : column + 90] = 0
        canvas[0, row + 3 : row + 87, column + 3 : column + 87] = 255
        canvases.append(canvas)
    return canvases


def test_the_nearest_in_layout_come_first() -> None:
    """Boxes in a row: the nearest box is the first lookalike, the farthest the last."""
    found = find_lookalikes(boxes([(80, 5), (80, 25), (80, 55), (80, 150)]))
    assert [others[0] for others in found] == [1, 0, 1, 2]
    assert found[0].tolist()[-1] == 3


def test_nothing_looks_like_itself_or_is_its_own_copy() -> None:
    """A thing is not among its lookalikes, nor is what could be the same thing."""
    found = find_lookalikes(boxes([(20, 20), (20, 20), (21, 20), (60, 60), (150, 150)]))
    for row, others in enumerate(found):
        assert row not in others
        assert len(set(others.tolist())) == len(others)
    for row in range(3):
        assert set(found[row].tolist()) == {3, 4}


def test_it_is_the_correlation_of_blurred_ink() -> None:
    """The order is that of numpy's correlation of layouts, each cell's mean taken away."""
    random = np.random.default_rng(0)
    edges = boxes([(int(row), int(column)) for row, column in random.integers(0, 160, (12, 2))])
    ink = 1 - torch.stack(edges).float() / 255
    layouts = torch.nn.functional.avg_pool2d(ink, 17, 8, 8)
    cells = torch.nn.functional.avg_pool2d(layouts, 2).flatten(1).numpy()
    cells = cells - cells.mean(axis=0)
    cells /= np.linalg.norm(cells, axis=1, keepdims=True)
    likeness = cells @ cells.T
    for row, others in enumerate(find_lookalikes(edges)):
        wanted = [other for other in np.argsort(-likeness[row]) if other != row and likeness[row, other] < 0.9]
        assert others.tolist() == wanted


def test_only_so_many_are_known_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number is bounded, and what is compared at once changes nothing."""
    random = np.random.default_rng(1)
    edges = boxes([(int(row), int(column)) for row, column in random.integers(0, 160, (MOST + 9, 2))])
    whole = find_lookalikes(edges)
    assert max(len(others) for others in whole) <= MOST
    monkeypatch.setattr(lookalikes, "_AT_ONCE", 7)
    for one, other in zip(whole, find_lookalikes(edges), strict=True):
        assert one.tolist() == other.tolist()


def test_one_thing_alone_has_none() -> None:
    """Neither has one that is nothing but blank."""
    assert [others.tolist() for others in find_lookalikes(boxes([(10, 10)]))] == [[]]
