"""Stroke deformation: what it promises of any drawing, and how far it moves drawings of known handles."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.contracts import EmptyDrawing, InvalidStrokes, Strokes
from models.sketch.placement import PAGE, place_on_page
from models.sketch.stroke_deformation import RELEASED, Deformation, deform
from tests.models.sketch.polylines import coordinates, drawings, points, same, strokes_of, way

seeds = st.integers(0, 10_000)
# Four dots far from each other both from left to right and up and down, 650 wide: the handles of the whole sketch.
DOTS = strokes_of([[(75, 292)], [(292, 725)], [(508, 75)], [(725, 508)]])
PAIR = strokes_of([[(75, 400)], [(725, 400)]])
# Half a circle of 100 and, far away, what makes the page's scale 1.
ARC = strokes_of(
    [
        [(400 + 100 * math.cos(angle), 400 + 100 * math.sin(angle)) for angle in np.linspace(0, math.pi, 50)],
        [(75, 75), (725, 75)],
        [(75, 725), (725, 725)],
    ]
)


def chance(seed: int) -> np.random.Generator:
    """A source of randomness."""
    return np.random.default_rng(seed)


def stacked(strokes: Strokes) -> NDArray[np.float64]:
    """All points of a drawing."""
    return np.concatenate(strokes.lines).astype(np.float64)


def deformed(strokes: Strokes, strength: Deformation, times: int) -> NDArray[np.float64]:
    """All points of many variants of a drawing: (times, points, 2)."""
    return np.stack([stacked(deform(strokes, chance(seed), strength)) for seed in range(times)])


def test_the_numbers_are_the_released_ones() -> None:
    """Handles of strokes deviate by 15 pixels of the page, those of sketches by 30."""
    assert Deformation(stroke=15, sketch=30) == RELEASED
    assert PAGE == 800


@given(drawings(max_points=12), seeds, st.sampled_from([RELEASED, Deformation(200, 400), Deformation(0, 0)]))
@settings(deadline=None, max_examples=100)
def test_every_drawing_stays_one_on_its_page(strokes: Strokes, seed: int, strength: Deformation) -> None:
    """However strong, as many strokes and points are there as were, all finite and on the page."""
    bent = deform(strokes, chance(seed), strength)
    assert [line.shape for line in bent.lines] == [line.shape for line in strokes.lines]
    assert all(line.dtype == np.float32 for line in bent.lines)
    placement = place_on_page(strokes)
    on_page = placement.there(stacked(bent))
    # float32 in the drawing's own unit is what the page cannot be finer than.
    rounding = 1e-3 + 800 * float(np.finfo(np.float32).eps) * placement.scale
    assert on_page.min() >= -rounding
    assert on_page.max() <= PAGE + rounding


@given(drawings(max_points=12), seeds)
@settings(deadline=None, max_examples=50)
def test_no_strength_changes_nothing(strokes: Strokes, seed: int) -> None:
    """With both strengths at zero every point stays."""
    np.testing.assert_allclose(
        stacked(deform(strokes, chance(seed), Deformation(0, 0))), stacked(strokes), rtol=1e-5, atol=1e-3
    )


@given(drawings(max_points=12), seeds)
@settings(deadline=None, max_examples=50)
def test_chance_is_the_seeds_alone(strokes: Strokes, seed: int) -> None:
    """The same seed bends alike, another differently, and the drawing given is not written to."""
    copy = Strokes(tuple(line.copy() for line in strokes.lines))
    assert same(deform(strokes, chance(seed)), deform(strokes, chance(seed)))
    assert same(strokes, copy)
    assert not same(deform(ARC, chance(seed)), deform(ARC, chance(seed + 1)))


@given(drawings(max_points=12), seeds, st.sampled_from([0.25, 2.0, 64.0]))
@settings(deadline=None, max_examples=50)
def test_the_unit_of_a_drawing_does_not_matter(strokes: Strokes, seed: int, scale: float) -> None:
    """Drawn larger or smaller, it is bent alike, except that a dot has no size that could be compared."""
    if np.ptp(stacked(strokes), axis=0).max() == 0:
        return
    scaled = Strokes(tuple(line * np.float32(scale) for line in strokes.lines))
    expected = stacked(deform(strokes, chance(seed))) * scale
    np.testing.assert_allclose(stacked(deform(scaled, chance(seed))), expected, rtol=1e-5, atol=1e-3 * scale)


@given(
    st.lists(st.tuples(points, points, st.lists(st.floats(0, 1), max_size=6)), min_size=1, max_size=4),
    seeds,
)
@settings(deadline=None, max_examples=50)
def test_straight_strokes_stay_where_they_are(
    lines: list[tuple[tuple[float, float], tuple[float, float], list[float]]], seed: int
) -> None:
    """Bending strokes alone leaves dots and all that lies on a line, drawn once or to and fro."""
    ends = [(np.array(start), np.array(end), [0, *shares, 1]) for start, end, shares in lines]
    strokes = strokes_of([[tuple(start + share * (end - start)) for share in shares] for start, end, shares in ends])
    bent = deform(strokes, chance(seed), Deformation(stroke=100, sketch=0))
    np.testing.assert_allclose(stacked(bent), stacked(strokes), atol=1e-3)


@given(st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=8), seeds)
@settings(deadline=None, max_examples=50)
def test_a_stroke_that_comes_back_stays(corners: list[tuple[float, float]], seed: int) -> None:
    """A closed stroke has no chord, and so nothing bends it."""
    strokes = strokes_of([[*corners, corners[0]]])
    bent = deform(strokes, chance(seed), Deformation(stroke=15, sketch=0))
    np.testing.assert_allclose(stacked(bent), stacked(strokes), rtol=1e-5, atol=1e-2)


def test_a_bent_stroke_moves_as_far_as_its_chord_says() -> None:
    """The first point stays; the last moves by 15 x chord / arc x |N| along each axis, to either side equally often."""
    assert place_on_page(ARC).scale == pytest.approx(1)
    variants = deformed(ARC, Deformation(stroke=15, sketch=0), 1000)[:, :50] - ARC.lines[0]
    np.testing.assert_allclose(variants[:, 0], 0, atol=1e-3)
    deviation = 15 * 200 / way(ARC.lines[0])
    last = variants[:, -1]
    np.testing.assert_allclose(np.abs(last).mean(axis=0), deviation * math.sqrt(2 / math.pi), rtol=0.1)
    np.testing.assert_allclose((last**2).mean(axis=0), deviation**2, rtol=0.2)
    right, down = last[:, 0] > 0, last[:, 1] > 0
    assert [right.mean(), down.mean(), (right & down).mean()] == pytest.approx([0.5, 0.5, 0.25], abs=0.06)


def test_handles_of_a_stroke_move_to_one_side() -> None:
    """At each quarter of the arc, where it has handles, points go to the side to which its end goes."""
    arc = ARC.lines[0]
    assert way(arc) == pytest.approx(4 * 75, abs=37)
    # The handles, 12.25 points apart, are half a step from these points at most.
    variants = deformed(ARC, Deformation(stroke=15, sketch=0), 200)[:, :50] - arc
    inner, last = variants[:, [12, 24, 37]], variants[:, -1:]
    far = (np.abs(inner) > 2) & (np.abs(last) > 0.5)
    assert far.sum() > 300
    assert (np.sign(inner) == np.sign(last))[far].mean() > 0.99


def test_extreme_points_move_by_a_normal_deviate() -> None:
    """Alone on the page, the four outermost dots move by 30 x N(0, 1) along each axis, each for itself."""
    assert place_on_page(DOTS).scale == pytest.approx(1)
    moves = deformed(DOTS, Deformation(stroke=0, sketch=30), 500).reshape(500, 8) - stacked(DOTS).reshape(8)
    np.testing.assert_allclose(moves.std(axis=0), 30, rtol=0.15)
    np.testing.assert_allclose(moves.mean(axis=0), 0, atol=6)
    np.testing.assert_allclose(np.corrcoef(moves.T), np.eye(8), atol=0.25)


def test_no_extreme_point_passes_another() -> None:
    """Moves that would exchange left and right are drawn again, however strong."""
    pairs = deformed(PAIR, Deformation(stroke=0, sketch=400), 200)
    assert (pairs[:, 0, 0] <= pairs[:, 1, 0] + 1e-3).all()
    assert np.ptp(pairs[:, :, 0], axis=0).min() > 100


def test_a_sketch_that_cannot_be_bent_in_order_stays() -> None:
    """Moves far beyond the page keep the order of four dots once in 576 draws; mostly ten draws do not suffice."""
    variants = deformed(DOTS, Deformation(stroke=0, sketch=1e6), 50)
    stayed = (np.abs(variants - stacked(DOTS)) < 1e-3).all(axis=(1, 2))
    assert 44 <= stayed.sum() <= 50


def test_what_left_the_page_is_brought_back() -> None:
    """The left of two dots, 75 from the edge, is beyond it with the chance that 150 N < -75: then it stands at 10."""
    pairs = deformed(PAIR, Deformation(stroke=0, sketch=150), 400)
    chance_to_leave = 0.5 * math.erfc(0.5 / math.sqrt(2))
    for dot, inset in ((0, 10), (1, 790)):
        brought = np.abs(pairs[:, dot, 0] - inset) < 1e-3
        assert float(brought.mean()) == pytest.approx(chance_to_leave, abs=0.1)


def test_lines_without_points_keep_their_place() -> None:
    """An empty line is still there, and strokes around it are bent."""
    bent = deform(Strokes((ARC.lines[0], np.empty((0, 2), np.float32), ARC.lines[1])), chance(0))
    assert [len(line) for line in bent.lines] == [50, 0, 2]


def test_what_is_no_drawing_is_refused() -> None:
    """Nothing drawn and undefined numbers are refused as everywhere."""
    with pytest.raises(EmptyDrawing):
        deform(Strokes(()), chance(0))
    with pytest.raises(InvalidStrokes):
        deform(Strokes((np.full((2, 2), np.inf, np.float32),)), chance(0))
