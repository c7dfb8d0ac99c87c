"""Judgements, by loops over few queries with many ties."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.judgements import Judgement, Moment
from models.metrics import bootstrap_interval

levels = st.sampled_from([-1.0, 0.0, 0.25, 0.5, 1.0])


def judgement(rows: list[list[float]], truth: list[int], votes: list[list[tuple[int, int]]] | None = None) -> Judgement:
    """Scores and true items with pictures of one pixel."""
    scores = np.array(rows, np.float32)
    queries, items = scores.shape
    return Judgement(
        title="numbers",
        protocol="Compared.",
        scores=scores,
        truth=np.array(truth),
        votes=None if votes is None else tuple(np.array(each) for each in votes),
        queries=np.zeros((queries, 1, 1), np.uint8),
        items=np.zeros((items, 1, 1), np.uint8),
        outlines=np.zeros((items, 1, 1), np.uint8),
    )


@st.composite
def judgements(draw: st.DrawFn) -> Judgement:
    """A few queries over a few items."""
    items = draw(st.integers(1, 6))
    rows = draw(st.lists(st.lists(levels, min_size=items, max_size=items), min_size=1, max_size=6))
    return judgement(rows, [draw(st.integers(0, items - 1)) for _ in rows])


@given(judgements())
@settings(deadline=None, max_examples=60)
def test_the_true_item_stands_at_its_rank(judged: Judgement) -> None:
    """Hits fall in score, each item is there once, the true one at the place that its rank says, ties or not."""
    for query, rank in enumerate(judged.found):
        hits = judged.hits(query, len(judged.items)).tolist()
        assert sorted(hits) == list(range(len(judged.items)))
        assert hits.index(judged.truth[query]) + 1 == rank
        scores = judged.scores[query, hits].tolist()
        assert scores == sorted(scores, reverse=True)
        assert judged.hits(query, 2).tolist() == hits[:2]


@given(judgements())
@settings(deadline=None, max_examples=60)
def test_queries_are_ordered_by_rank_and_lead(judged: Judgement) -> None:
    """Who stands later is ranked worse, or as well with no greater lead; only the first place leads by more than 0."""
    order = judged.order().tolist()
    assert sorted(order) == list(range(len(judged.truth)))
    keys = [(judged.found[query], -judged.lead(query)) for query in order]
    assert keys == sorted(keys)
    if len(judged.items) > 1:
        assert all((judged.lead(query) > 0) == (judged.found[query] == 1) for query in order)


@given(judgements())
@settings(deadline=None, max_examples=30)
def test_the_curve_counts(judged: Judgement) -> None:
    """At every k stands the share of ranks up to k, inside its interval; it never falls and ends at all."""
    curve = judged.curve()
    assert list(curve) == list(range(1, len(judged.items) + 1))
    ranks = judged.found.tolist()
    for k, figure in curve.items():
        assert figure.value == pytest.approx(100 * sum(rank <= k for rank in ranks) / len(ranks))
        assert figure.low - 1e-9 <= figure.value <= figure.high + 1e-9
    values = [figure.value for figure in curve.values()]
    assert values == sorted(values)
    assert values[-1] == 100


def test_the_curve_of_many_items_is_short() -> None:
    """Of a thousand items it has the first ten points and 200 even ones, the last among them."""
    ks = list(judgement([[float(-item) for item in range(1000)]], [0]).curve())
    assert ks[:10] == list(range(1, 11))
    assert ks[-1] == 1000
    assert ks == sorted(set(ks))
    assert len(ks) <= 210
    assert max(after - before for before, after in pairwise(ks)) <= 6


def test_known_figures() -> None:
    """Ranks 1, 2 and 4 of four items, and votes of which two in three are agreed with."""
    rows = [[0.9, 0.1, 0.2, 0.3], [0.9, 0.8, 0.1, 0.2], [0.4, 0.3, 0.2, 0.1]]
    judged = judgement(rows, [0, 1, 3], [[(0, 1)], [(1, 2), (1, 3), (2, 0)], [(3, 2), (0, 1)]])
    assert judged.found.tolist() == [1, 2, 4]
    assert judged.figures == {
        "acc@1": pytest.approx(100 / 3),
        "acc@10": 100,
        "corr": pytest.approx(100 * 4 / 6),
        "queries": 3,
    }
    assert list(judged.figures) == ["acc@1", "acc@10", "corr", "queries"]
    measured = judged.measured()
    assert {name: figure.value for name, figure in measured.items()} == {
        "acc@1": pytest.approx(100 / 3),
        "acc@10": 100,
        "corr": pytest.approx(100 * 4 / 6),
        "mrr": pytest.approx((1 + 1 / 2 + 1 / 4) / 3),
    }
    assert (measured["acc@10"].low, measured["acc@10"].high) == (100, 100)
    assert (measured["mrr"].low, measured["mrr"].high) == bootstrap_interval(np.array([1, 1 / 2, 1 / 4]))
    assert all(figure.low <= figure.value <= figure.high for figure in measured.values())


def test_where_nobody_voted_there_is_no_agreement() -> None:
    """Without votes the figures are of ranks alone."""
    judged = judgement([[1.0, 0.0]], [0])
    assert list(judged.figures) == ["acc@1", "acc@10", "queries"]
    assert list(judged.measured()) == ["acc@1", "acc@10", "mrr"]


def test_drawings_of_one_item_are_one_piece_of_evidence() -> None:
    """Five drawings of each of two items, all found or all lost, are as uncertain as one drawing of each."""
    once = judgement([[1.0, 0.0], [1.0, 0.0]], [0, 1])
    often = judgement([[1.0, 0.0]] * 10, [0] * 5 + [1] * 5)
    assert often.measured() == once.measured()
    assert (once.measured()["acc@1"].low, once.measured()["acc@1"].high) == (0, 100)


def test_a_moment_is_measured_by_its_own_ranks() -> None:
    """Ranks 1 and 6 of a part count, not those of the whole."""
    judged = judgement([[1.0, 0.0], [0.0, 1.0]], [0, 1])
    found = judged.measured_at(Moment(0.5, np.array([1, 6]), judged.queries))
    assert {name: figure.value for name, figure in found.items()} == {
        "acc@1": 50,
        "acc@5": 50,
        "mrr": pytest.approx((1 + 1 / 6) / 2),
    }
