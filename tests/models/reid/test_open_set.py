"""Open-set figures, against a slow version in plain Python that asks each query twice."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.reid.open_set import best_hits, judge, judge_pairs, pairs_across
from models.reid.ranking import NothingToJudge, Seen


def first_hit(hits: list[tuple[float, bool]]) -> tuple[float, bool]:
    """The best of (score, whether it is right); among equals the wrong one; nothing scores -inf."""
    return max(hits, key=lambda hit: (hit[0], not hit[1]), default=(-math.inf, False))


def slowly(scores: NDArray[np.floating], queries: Seen, gallery: Seen, least: float) -> tuple[float, float] | None:
    """Per cent of wrong alarms, and of people found; None where nobody can be."""
    alarms, found = [], []
    for query in range(len(scores)):
        who, where = queries.identities[query], queries.cameras[query]
        others, everybody = [], []
        for item, score in enumerate(scores[query]):
            person, camera = gallery.identities[item], gallery.cameras[item]
            if person == -1 or (person == who and camera == where):
                continue
            everybody.append((float(score), bool(person == who)))
            if person != who:
                others.append((float(score), False))
        alarms.append(first_hit(others)[0] >= least)
        if any(right for _, right in everybody):
            score, right = first_hit(everybody)
            found.append(right and score >= least)
    return (100 * sum(alarms) / len(alarms), 100 * sum(found) / len(found)) if found else None


@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 30), st.booleans(), st.floats(-0.1, 1.1))
@settings(deadline=None, max_examples=80)
def test_it_is_what_the_slow_one_finds(seed: int, count: int, size: int, tied: bool, least: float) -> None:
    """For any scores and any least score, ties and nobodies too, both shares agree."""
    random = np.random.default_rng(seed)
    queries = Seen(random.integers(0, 4, count), random.integers(0, 3, count))
    gallery = Seen(random.integers(-1, 4, size), random.integers(0, 3, size))
    scores = random.integers(0, 4, (count, size)) / 4 if tied else random.random((count, size))
    expected = slowly(scores, queries, gallery, least)
    best = best_hits(scores, queries, gallery)
    if expected is None:
        with pytest.raises(NothingToJudge, match="two cameras"):
            judge(best, least)
        return
    figures = judge(best, least)
    assert [figures.false, figures.found] == pytest.approx(list(expected))
    assert figures.score == least


@given(st.integers(0, 10**6), st.integers(1, 8), st.integers(1, 12), st.floats(-0.1, 1.1))
@settings(deadline=None, max_examples=40)
def test_pairs_are_counted_one_by_one(seed: int, count: int, size: int, least: float) -> None:
    """Both shares are those of the pairs of two cameras, without nobodies; of one sort alone nothing is said."""
    random = np.random.default_rng(seed)
    queries = Seen(random.integers(0, 3, count), random.integers(0, 3, count))
    gallery = Seen(random.integers(-1, 3, size), random.integers(0, 3, size))
    scores = random.integers(0, 6, (count, size)) / 5
    said: dict[bool, list[bool]] = {True: [], False: []}
    for query in range(count):
        for item in range(size):
            if gallery.identities[item] != -1 and queries.cameras[query] != gallery.cameras[item]:
                same = bool(queries.identities[query] == gallery.identities[item])
                said[same].append(bool(scores[query, item] >= least))
    pairs = pairs_across(scores, queries, gallery)
    if not all(said.values()):
        with pytest.raises(NothingToJudge, match="two cameras"):
            judge_pairs(pairs, least)
        return
    figures = judge_pairs(pairs, least)
    shares = [100 * sum(said[sort]) / len(said[sort]) for sort in (False, True)]
    assert [figures.false, figures.found] == pytest.approx(shares)


def test_a_score_between_float32_numbers_parts_them() -> None:
    """Networks give float32; a score just above one of them, in float64, is not reached by it."""
    scores = np.array([[0.3, 0.1]], np.float32)
    best = best_hits(scores, Seen(np.array([1]), np.array([0])), Seen(np.array([2, 1]), np.array([1, 1])))
    assert judge(best, float(scores[0, 0])).false == 100
    assert judge(best, math.nextafter(float(scores[0, 0]), 1)).false == 0
