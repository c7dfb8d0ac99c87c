"""Searches while drawing, by stand-ins that see all of a canvas and by loops."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from models.contracts import EmptyDrawing, Strokes, Vectors
from models.sketch.partial import first_part
from models.sketch.strokes import render
from models.sketch.unfinished import moments
from tests.models.sketch.chairs import figure

ITEMS = 9


def ink(canvases: Tensor) -> Vectors:
    """Where the ink is, a little blurred, as unit vectors."""
    dark = torch.nn.functional.avg_pool2d(255 - canvases.float(), 8).flatten(1)
    vectors: Vectors = torch.nn.functional.normalize(dark).numpy()
    return vectors


@pytest.fixture(scope="module")
def items() -> Vectors:
    """Vectors of items that look exactly as their finished drawings do."""
    return ink(torch.stack([render(figure(item)) for item in range(ITEMS)]))


def test_a_part_is_searched_with_as_a_drawing_is(items: Vectors) -> None:
    """After each quarter the rank is what a loop counts for the rendered part; the last finds all."""
    found = moments([figure(item) for item in range(ITEMS)], ink, items, np.arange(ITEMS))
    assert [moment.share for moment in found] == [0.25, 0.5, 0.75, 1.0]
    for moment in found:
        assert moment.queries.shape == (ITEMS, 256, 256)
        for item in range(ITEMS):
            part = render(first_part(figure(item), moment.share))
            np.testing.assert_array_equal(moment.queries[item], part[0])
            scores = (items @ ink(part[None])[0]).tolist()
            assert moment.found[item] == sum(score >= scores[item] - 1e-6 for score in scores)
    assert found[-1].found.tolist() == [1] * ITEMS
    # The frame, which all share, is drawn first, and tells next to nothing.
    assert sorted(found[0].found)[ITEMS // 2] > ITEMS // 3


def test_drawings_may_share_an_item(items: Vectors) -> None:
    """Each drawing is ranked by its own item, whatever the order, at the shares that are asked for."""
    truth = np.array([4, 2, 4])
    (moment,) = moments([figure(4), figure(2), figure(5)], ink, items, truth, shares=(1.0,))
    assert moment.found[:2].tolist() == [1, 1]
    assert moment.found[2] > 1


def test_a_drawing_without_ink_is_refused(items: Vectors) -> None:
    """Where there is nothing to search with, there is no rank."""
    with pytest.raises(EmptyDrawing):
        moments([Strokes(())], ink, items, np.array([0]))
