"""Several vectors for one query: an item scores as its best vector does."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.live import best_of
from indexer.vectors.contracts import Nearest

Ranking = list[tuple[int, float]]


def first(scores: list[float], k: int) -> Ranking:
    """Rank items numbered from 0 by their scores, equal ones by their numbers."""
    return sorted(enumerate(scores), key=lambda scored: (-scored[1], scored[0]))[:k]


def nearest(rankings: list[Ranking], k: int) -> Nearest:
    """Write rankings as an index answers: what is missing to k is no item."""
    found = Nearest(np.full((len(rankings), k), -np.inf, np.float32), np.full((len(rankings), k), -1, np.int64))
    for row, ranking in enumerate(rankings):
        for place, (item, score) in enumerate(ranking):
            found.positions[row, place], found.scores[row, place] = item, score
    return found


@given(
    st.integers(1, 12).flatmap(
        lambda items: st.lists(
            st.lists(st.sampled_from([-0.5, 0.0, 0.25, 0.5, 1.0]), min_size=items, max_size=items),
            min_size=1,
            max_size=3,
        )
    ),
    st.integers(1, 14),
)
def test_the_first_k_of_all_vectors_are_the_first_k_by_the_best_score(views: list[list[float]], k: int) -> None:
    """Joining each vector's first k gives what ranking every item by its best score gives, ties included."""
    best = np.max(views, axis=0).tolist()
    joined = [(hit.item_id, hit.score) for hit in best_of(nearest([first(scores, k) for scores in views], k), k)]
    assert [score for _, score in joined] == [score for _, score in first(best, k)]
    assert all(best[item] == score for item, score in joined)
    assert len(dict(joined)) == len(joined)
    assert joined == sorted(joined, key=lambda scored: (-scored[1], scored[0]))
    assert all(
        views[hit.query][hit.item_id] == hit.score for hit in best_of(nearest([first(s, k) for s in views], k), k)
    )
