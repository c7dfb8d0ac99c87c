"""Several vectors for one query: an item scores as its best vector does."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.live import Neighbour, SearchResult, best_of


def nearest(scores: list[float], k: int) -> SearchResult:
    """Return the first k of items numbered from 0, as a search for one vector would."""
    ordered = sorted(enumerate(scores), key=lambda scored: (-scored[1], scored[0]))
    return SearchResult(tuple(Neighbour(item_id, score) for item_id, score in ordered[:k]), 7)


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
    by_best = nearest(list(np.max(views, axis=0)), k)
    joined = best_of([nearest(scores, k) for scores in views], k)
    assert [neighbour.score for neighbour in joined.neighbours] == [neighbour.score for neighbour in by_best.neighbours]
    best = dict(enumerate(np.max(views, axis=0)))
    assert all(best[neighbour.item_id] == neighbour.score for neighbour in joined.neighbours)
    assert joined.generation == 7
