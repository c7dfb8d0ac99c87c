"""Stroke removal, judged by exact decimals, by counting and by enumerating all draws."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.contracts import EmptyDrawing, InvalidStrokes, Strokes
from models.sketch.canvas import EXTENT, SIDE
from models.sketch.stroke_removal import (
    LENGTH_WEIGHT,
    ORDER_WEIGHT,
    RATIOS,
    removal_probabilities,
    remove_random_strokes,
    remove_strokes,
)
from tests.models.sketch.polylines import all_points, drawings, largest_side, same, strokes_of, way

ratios = st.sampled_from([0.0, *RATIOS, 0.99, 1.0])
Removal = Callable[[Strokes, float], Strokes]


def remove_by_chance(strokes: Strokes, ratio: float) -> Strokes:
    """Remove strokes at random, always with the same seed."""
    return remove_random_strokes(strokes, ratio, np.random.default_rng(0))


REMOVALS = [remove_strokes, remove_by_chance]


def decimal_probabilities(lengths: list[float]) -> list[Decimal]:
    """The paper's formula as it is written; decimals neither overflow nor vanish."""
    shares = [
        (Decimal(str(ORDER_WEIGHT)) * order - Decimal(str(LENGTH_WEIGHT)) * Decimal(length)).exp()
        for order, length in enumerate(lengths, start=1)
    ]
    return [share / sum(shares) for share in shares]


def indexes(part: Strokes, whole: Strokes) -> list[int]:
    """Which strokes of a drawing a part of it consists of."""
    return [next(number for number, line in enumerate(whole.lines) if line is kept) for kept in part.lines]


@given(st.lists(st.floats(0, 20_000), min_size=1, max_size=12))
@settings(deadline=None, max_examples=100)
def test_the_formula_in_decimals(lengths: list[float]) -> None:
    """Strokes of thousands of pixels neither overflow nor divide by zero, and the probabilities are the paper's."""
    found = removal_probabilities(np.array(lengths))
    assert float(found.sum()) == pytest.approx(1)
    np.testing.assert_allclose(found, [float(share) for share in decimal_probabilities(lengths)], rtol=1e-6, atol=1e-12)


@given(st.lists(st.floats(0, 5), min_size=2, max_size=8), st.floats(0, 3), st.floats(0, 3), st.floats(0, 1000))
@settings(deadline=None, max_examples=50)
def test_two_strokes_compare_by_order_and_length_alone(
    lengths: list[float], order_weight: float, length_weight: float, more: float
) -> None:
    """Pr_j / Pr_i is exp(alpha (j - i) - beta (l_j - l_i)): making every stroke longer by as much changes nothing."""
    found = removal_probabilities(np.array(lengths), order_weight, length_weight)
    ratio = math.log(found[-1] / found[0])
    expected = order_weight * (len(lengths) - 1) - length_weight * (lengths[-1] - lengths[0])
    assert ratio == pytest.approx(expected, abs=1e-6)
    grown = removal_probabilities(np.array(lengths) + more, order_weight, length_weight)
    np.testing.assert_allclose(grown, found, rtol=1e-6)


def test_the_numbers_are_the_papers() -> None:
    """Nine ratios, alpha one half and beta two."""
    assert (ORDER_WEIGHT, LENGTH_WEIGHT) == (0.5, 2)
    assert [round(100 * ratio) for ratio in RATIOS] == [10, 15, 20, 25, 30, 35, 40, 50, 60]


@pytest.mark.parametrize("remove", REMOVALS)
@given(strokes=drawings(max_strokes=25, max_points=3), ratio=ratios)
@settings(deadline=None, max_examples=60)
def test_the_ratio_says_how_many_go(remove: Removal, strokes: Strokes, ratio: float) -> None:
    """As many as the rounded share, never all, and the rest are the very strokes in their order."""
    kept = remove(strokes, ratio)
    count = len(strokes.lines)
    removed = count - len(kept.lines)
    assert removed == count - 1 or abs(removed - ratio * count) <= 0.5 + 1e-9
    assert removed < count
    assert indexes(kept, strokes) == sorted(set(indexes(kept, strokes)))
    assert remove(strokes, 0).lines == strokes.lines


@given(drawings(max_strokes=12, max_points=4), ratios)
@settings(deadline=None, max_examples=60)
def test_the_most_probable_go(strokes: Strokes, ratio: float) -> None:
    """No stroke that stays has a higher Pr, in pixels of the page, than one that goes."""
    scale = 800 * EXTENT / SIDE / (largest_side(strokes) or 650)
    probable = decimal_probabilities([way(line) * scale for line in strokes.lines])
    kept = indexes(remove_strokes(strokes, ratio), strokes)
    gone = [share for number, share in enumerate(probable) if number not in kept]
    staying = max(probable[number] for number in kept)
    assert all(staying <= share * (1 + Decimal("1e-9")) for share in gone)


@given(drawings(max_strokes=12), st.lists(ratios, min_size=2, max_size=2), st.sampled_from([0.25, 4.0, 32.0]))
@settings(deadline=None, max_examples=40)
def test_more_removal_goes_further_and_size_does_not_matter(
    strokes: Strokes, shares: list[float], scale: float
) -> None:
    """What goes at a small ratio goes at a larger one; a drawing moved and scaled loses the same strokes."""
    low, high = (indexes(remove_strokes(strokes, share), strokes) for share in sorted(shares))
    assert set(high) <= set(low)
    moved = Strokes(tuple(line * np.float32(scale) for line in strokes.lines))
    assert indexes(remove_strokes(moved, max(shares)), moved) == high


def test_late_and_short_strokes_go_first() -> None:
    """Of dots the last goes, of lines the shortest, whenever it was drawn; one half of a stroke is one."""
    dots = strokes_of([[(place, 0)] for place in range(4)])
    assert indexes(remove_strokes(dots, 0.5), dots) == [0, 1]
    lines = strokes_of([[(0, row), (length, row)] for row, length in enumerate([90, 30, 100, 40])])
    assert indexes(remove_strokes(lines, 0.25), lines) == [0, 2, 3]
    assert indexes(remove_strokes(lines, 0.5), lines) == [0, 2]
    ten = strokes_of([[(place, 0)] for place in range(10)])
    assert [len(remove_strokes(ten, ratio).lines) for ratio in (0.15, 0.25, 0.35)] == [8, 7, 6]


def test_draws_follow_the_probabilities() -> None:
    """Over 4,000 draws of two of four strokes each pair stays as often as enumerating all draws says."""
    strokes = strokes_of([[(0, 0), (300, 0)], [(0, 0), (0, 400)], [(0, 0), (100, 0)], [(0, 0), (0, 50)]])
    shares = [
        math.exp(ORDER_WEIGHT * order - LENGTH_WEIGHT * way / 500) for order, way in enumerate([300, 400, 100, 50])
    ]
    expected = dict.fromkeys(combinations(range(4), 2), 0.0)
    for first, second, *stay in permutations(range(4)):
        # Both orders of the two that stay are gone through.
        expected[min(stay), max(stay)] += (
            0.5 * shares[first] / sum(shares) * shares[second] / (sum(shares) - shares[first])
        )
    random = np.random.default_rng(5)
    counts = dict.fromkeys(expected, 0)
    for _ in range(4000):
        first, second = indexes(remove_random_strokes(strokes, 0.5, random), strokes)
        counts[first, second] += 1
    for pair, share in expected.items():
        assert counts[pair] == pytest.approx(4000 * share, abs=4 * math.sqrt(4000 * share * (1 - share)))


@given(drawings(max_strokes=10), ratios, st.integers(0, 1000))
@settings(deadline=None, max_examples=30)
def test_chance_is_the_seeds_alone(strokes: Strokes, ratio: float, seed: int) -> None:
    """The same seed removes the same strokes, also of the drawing twice as large."""
    first, second = (remove_random_strokes(strokes, ratio, np.random.default_rng(seed)) for _ in range(2))
    assert same(first, second)
    double = Strokes(tuple(line * 2 for line in strokes.lines))
    larger = remove_random_strokes(double, ratio, np.random.default_rng(seed))
    assert indexes(larger, double) == indexes(first, strokes)


@pytest.mark.parametrize("remove", REMOVALS)
def test_what_is_no_drawing_is_refused(remove: Removal) -> None:
    """Lines without points do not count as strokes, so what is left can be drawn; nothing at all is refused."""
    assert all_points(remove(strokes_of([[], [(1, 1)], []]), 1.0)) == [[1, 1]]
    with pytest.raises(EmptyDrawing):
        remove(strokes_of([[]]), 0.1)
    with pytest.raises(InvalidStrokes):
        remove(Strokes((np.full((2, 2), np.nan, np.float32),)), 0.1)
    for ratio in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="between 0 and 1"):
            remove(strokes_of([[(1, 1)]]), ratio)
