"""The sketch system's description: what it makes of queries, whichever way they come."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.contracts import EmptyDrawing, Strokes
from models.images import Picture
from models.sketch import SPEC, prepare_query, query_views, view_query
from models.sketch.ink import draw_ink
from models.sketch.strokes import parse_strokes, render
from tests.models.sketch.drawings import SHAPES, grey, page


def test_pictures_and_strokes_have_a_way_each() -> None:
    """A picture is searched for ink, strokes are rendered; both end on the canvas."""
    picture, strokes = grey(page(0)), parse_strokes(SHAPES[0])
    assert torch.equal(prepare_query(picture), draw_ink(picture))
    assert torch.equal(prepare_query(strokes), render(strokes))
    for query in (Picture(np.full((9, 9, 3), 255, np.uint8)), Strokes(())):
        with pytest.raises(EmptyDrawing):
            prepare_query(query)


def test_the_view_is_the_canvas() -> None:
    """What is shown is what is embedded, pixel by pixel."""
    prepared = prepare_query(grey(page(1)))
    np.testing.assert_array_equal(view_query(prepared), prepared[0].numpy())


def test_a_query_is_looked_at_from_both_sides() -> None:
    """The views are the drawing and its mirror image; those of the mirrored drawing are the same two."""
    prepared = prepare_query(grey(page(0)))
    views = query_views(prepared)
    np.testing.assert_array_equal(views[1, 0].numpy(), np.fliplr(prepared[0].numpy()))
    assert torch.equal(query_views(views[1]), views.flip(0))
    assert SPEC.query_views is query_views
