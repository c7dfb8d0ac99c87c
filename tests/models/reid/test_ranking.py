"""CMC, mAP and mINP, against a slow version in plain Python that removes the junk and walks down the list."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.reid import ranking as module
from models.reid.ranking import NothingToJudge, Seen, rank_across_cameras


def slowly(scores: NDArray[np.floating], queries: Seen, gallery: Seen) -> dict[int, tuple[int, int, int, float]]:
    """For each query with a match: rank of the first and the last, how many, and the average precision."""
    found = {}
    for query in range(len(scores)):
        who, where = queries.identities[query], queries.cameras[query]
        kept = []
        for item, score in enumerate(scores[query]):
            junk = gallery.identities[item] == -1 or (
                gallery.identities[item] == who and gallery.cameras[item] == where
            )
            if not junk:
                kept.append((-score, bool(gallery.identities[item] == who)))
        places = [place for place, (_, match) in enumerate(sorted(kept), 1) if match]
        if places:
            precisions = [count / place for count, place in enumerate(places, 1)]
            found[query] = (places[0], places[-1], len(places), sum(precisions) / len(precisions))
    return found


@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 30), st.booleans())
@settings(deadline=None, max_examples=80)
def test_it_is_what_the_slow_one_finds(seed: int, count: int, size: int, tied: bool) -> None:
    """Ranks, average precisions and who is judged agree for any scores, equal ones and nobodies too."""
    random = np.random.default_rng(seed)
    queries = Seen(random.integers(0, 4, count), random.integers(0, 3, count))
    gallery = Seen(random.integers(-1, 4, size), random.integers(0, 3, size))
    scores = random.integers(0, 4, (count, size)) / 4 if tied else random.random((count, size))
    expected = slowly(scores, queries, gallery)
    if not expected:
        with pytest.raises(NothingToJudge, match="two cameras"):
            rank_across_cameras(scores, queries, gallery)
        return
    found = rank_across_cameras(scores, queries, gallery)
    assert found.queries.tolist() == list(expected)
    first, last, matches, precision = zip(*expected.values(), strict=True)
    assert (found.first.tolist(), found.last.tolist(), found.matches.tolist()) == (
        list(first),
        list(last),
        list(matches),
    )
    np.testing.assert_allclose(found.precision, precision)
    assert found.rank(1) == pytest.approx(100 * sum(place == 1 for place in first) / len(first))
    assert found.mean_average_precision == pytest.approx(100 * sum(precision) / len(precision))
    penalties = [count / place for count, place in zip(matches, last, strict=True)]
    assert found.mean_inverse_negative_penalty == pytest.approx(100 * sum(penalties) / len(penalties))


def test_the_same_camera_is_passed_over() -> None:
    """Junk stands neither before a match nor among them: first place, though two pictures score higher."""
    found = rank_across_cameras(
        np.array([[0.9, 0.8, 0.7, 0.6]]),
        Seen(np.array([3]), np.array([1])),
        Seen(np.array([3, -1, 3, 5]), np.array([1, 2, 2, 2])),
    )
    assert (found.first.tolist(), found.matches.tolist(), found.precision.tolist()) == ([1], [1], [1.0])


def test_average_precision_is_the_mean_at_the_hits() -> None:
    """Hits at 1 and 3 give (1 + 2/3) / 2, not the 0.792 of trapezoids; mINP counts to the last one, 2 of 3."""
    found = rank_across_cameras(
        np.array([[0.9, 0.8, 0.7]]),
        Seen(np.array([1]), np.array([0])),
        Seen(np.array([1, 2, 1]), np.array([1, 1, 1])),
    )
    assert found.mean_average_precision == pytest.approx(100 * (1 + 2 / 3) / 2)
    assert found.mean_inverse_negative_penalty == pytest.approx(100 * 2 / 3)


def test_perfect_and_blind() -> None:
    """All matches first give 100 everywhere; the same score for all puts every match behind the others."""
    identities = np.repeat(np.arange(5), 4)
    seen = Seen(identities, np.tile([0, 0, 1, 1], 5))
    perfect = rank_across_cameras((identities[:, None] == identities).astype(float), seen, seen)
    assert perfect.rank(1) == perfect.mean_average_precision == perfect.mean_inverse_negative_penalty == 100
    blind = rank_across_cameras(np.zeros((20, 20)), seen, seen)
    assert set(blind.first.tolist()) == {17}
    assert blind.rank(16) == 0


def test_many_queries_are_ranked_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the size of a part, all rows are there, in order."""
    random = np.random.default_rng(4)
    queries = Seen(random.integers(0, 3, 23), random.integers(0, 2, 23))
    gallery = Seen(random.integers(0, 3, 30), random.integers(0, 2, 30))
    scores = random.random((23, 30))
    whole = rank_across_cameras(scores, queries, gallery)
    monkeypatch.setattr(module, "_ROWS", 5)
    parts = rank_across_cameras(scores, queries, gallery)
    for name in ("queries", "first", "last", "matches", "precision"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
