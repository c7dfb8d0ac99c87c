"""The bench on which shapes are put together."""

from __future__ import annotations

import dataclasses

import pytest

from app.demo.finish import Finish
from app.demo.shoes.shape import Bench, Form, Line, Role, Style, Surface

RED = Finish("leather", (200, 20, 20))
SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
LOWER = ((0.0, 0.0), (10.0, 0.0), (10.0, 5.0), (0.0, 5.0))


def test_marks_stay_in_the_order_they_were_made() -> None:
    """What was laid down later is painted later."""
    bench = Bench("pump", 50.4)
    bench.fill(Role.UPPER, SQUARE, RED, Form.UPPER)
    bench.seam(SQUARE[:2], RED)
    bench.stitch(SQUARE[1:3], RED)
    shape = bench.finish()
    assert [mark.role for mark in shape.marks] == [Role.UPPER, Role.SEAM, Role.STITCH]
    assert [type(mark) for mark in shape.marks] == [Surface, Line, Line]
    assert (shape.kind, shape.heel) == ("pump", 50)


def test_surfaces_and_lines_are_told_apart() -> None:
    """A shape lists its surfaces and its lines apart, and together they are its marks."""
    bench = Bench("pump", 5)
    bench.fill(Role.UPPER, SQUARE, RED, Form.UPPER)
    bench.draw(Role.LACE, SQUARE[:2], RED, Style.CORD, 3)
    shape = bench.finish()
    assert (*shape.surfaces, *shape.lines) == shape.marks


def test_outlines_nest() -> None:
    """What is laid down inside two outlines is clipped by both, and by none afterwards."""
    bench = Bench("pump", 5)
    with bench.inside(SQUARE):
        with bench.inside(LOWER):
            bench.seam(SQUARE[:2], RED)
        bench.seam(SQUARE[:2], RED)
    bench.seam(SQUARE[:2], RED)
    assert [mark.within for mark in bench.marks] == [(SQUARE, LOWER), (SQUARE,), ()]


def test_a_finished_shape_cannot_be_changed() -> None:
    """A shape is a value: equal to its like, hashable, and closed to changes."""
    bench = Bench("pump", 5)
    bench.fill(Role.UPPER, list(SQUARE), RED, Form.UPPER)
    bench.volume(Form.UPPER, SQUARE)
    shape = bench.finish()
    assert shape == bench.finish()
    assert hash(shape) == hash(bench.finish())
    with pytest.raises(dataclasses.FrozenInstanceError):
        shape.kind = "boot"  # type: ignore[misc]
