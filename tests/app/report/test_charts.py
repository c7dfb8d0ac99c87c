"""Charts: where values stand, which ticks are drawn and what is counted in a bar."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.report.charts import Plot, bars, marks, places, ticks

counts = st.integers(1, 30_000)


def test_values_stand_between_the_margins() -> None:
    """The ends of the scales are the corners of the frame, and halves lie half-way; up is more."""
    plot = Plot(1, 11, 50, width=200, height=100, left=30, right=10, top=5, bottom=15)
    assert (plot.x(1), plot.x(6), plot.x(11)) == (30, 110, 190)
    assert (plot.y(0), plot.y(25), plot.y(50)) == (85, 45, 5)
    assert plot.line([(1, 0), (11, 50)]) == "30.0,85.0 190.0,5.0"


@given(counts, st.integers(1, 12))
def test_ticks_are_round_and_few(last: int, most: int) -> None:
    """From 0 in equal steps of 1, 2 or 5 times a power of ten as far as `last`; one step less would be too many."""
    found = ticks(last, most)
    assert found[0] == 0
    assert len(found) - 1 <= most
    if len(found) > 1:
        step = found[1]
        assert str(step).rstrip("0") in {"1", "2", "5"}
        assert found == [step * number for number in range(len(found))]
        assert last - step < found[-1] <= last
        smaller = {"1": step // 2, "2": step // 2, "5": step * 2 // 5}[str(step).rstrip("0")]
        assert step == 1 or last > most * smaller


@given(counts)
def test_named_places_are_apart(items: int) -> None:
    """Both ends are named, each place once, and none so near to the last that their labels touch."""
    found = places(items)
    assert (found[0], found[-1]) == (1, items)
    assert found == sorted(set(found))
    assert all(place <= 0.92 * items for place in found[1:-1])


@given(st.lists(st.integers(1, 400), min_size=1, max_size=40), st.integers(0, 400))
def test_bars_count_every_rank_once(ranks: list[int], more: int) -> None:
    """Bars lie end to end from 1 to the number of items; each holds what a loop counts, the first five a rank each."""
    items = max(ranks) + more
    found = bars(np.array(ranks), items)
    assert found[0].first == 1
    assert found[-1].last == items
    assert all(left.last + 1 == right.first for left, right in pairwise(found))
    assert [bar.count for bar in found] == [sum(bar.first <= rank <= bar.last for rank in ranks) for bar in found]
    assert all(bar.first == bar.last for bar in found[:5])


def test_known_bars() -> None:
    """A gallery of 115 makes nine bars; labels that are wider than a bar are broken."""
    found = bars(np.array([1]), 115)
    assert [bar.label for bar in found] == ["1", "2", "3", "4", "5", "6–10", "11–20", "21–50", "51–115"]
    assert [bar.label_lines for bar in found[4:7]] == [("5",), ("6–10",), ("11–", "20")]


@pytest.mark.parametrize("items", [1, 2, 5, 6, 11, 20, 100, 1000, 20_000])
def test_the_last_bar_is_no_stump(items: int) -> None:
    """It holds at least as many ranks as all bars before it together, where there are more than five."""
    found = bars(np.array([1]), items)
    assert len(found) <= 9 + (items == 20_000)
    assert items <= 11 or found[-1].last - found[-1].first + 1 >= found[-1].first - 1


@given(st.floats(0, 100), st.floats(0, 100))
def test_labels_lie_in_the_frame_and_apart(one: float, other: float) -> None:
    """The first point always has its label, beside it and above the axis; the second where it does not touch that."""
    plot = Plot(1, 50)
    found = marks({1: one, 10: max(one, other)}, plot)
    assert (found[0].k, found[0].value, found[0].x, found[0].y) == (1, one, plot.x(1), plot.y(one))
    for mark in found:
        assert abs(mark.label_y - mark.y) < 20.01
        assert plot.top < mark.label_y < plot.y(0)
    if max(one, other) - one > 30:
        assert [mark.k for mark in found] == [1, 10]
    if len(found) > 1:
        assert abs(found[0].label_y - found[1].label_y) >= 18
