"""The delta, judged by a dict."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.delta import Delta
from models.contracts import Vectors

DIM = 3
NOTHING = np.empty(0, dtype=np.int64)

# Quarters multiply and add without rounding, so the order of addition cannot change a score.
quarters = st.lists(st.integers(-4, 4), min_size=DIM, max_size=DIM).map(
    lambda numbers: np.array(numbers, dtype=np.float32) / 4
)
changes = st.tuples(st.dictionaries(st.integers(1, 12), quarters, max_size=5), st.sets(st.integers(1, 12), max_size=3))


def apply(delta: Delta, written: dict[int, Vectors], removed: set[int]) -> Delta:
    """Change a delta."""
    vectors = np.stack(list(written.values())) if written else np.empty((0, DIM), dtype=np.float32)
    gone = np.array(sorted(removed - written.keys()), dtype=np.int64)
    return delta.changed(np.array(list(written), dtype=np.int64), vectors, gone)


def vector_of(delta: Delta, item: int) -> list[float]:
    """Return the vector of an item that must have one."""
    vector = delta.vector(item)
    assert vector is not None
    return [float(number) for number in vector]


def expected(rows: dict[int, Vectors], query: Vectors, k: int) -> list[tuple[int, float]]:
    """Sort everything."""
    scored = [(item, float(vector @ query)) for item, vector in rows.items()]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:k]


@given(
    sequence=st.lists(changes, max_size=12),
    queries=st.lists(quarters, min_size=1, max_size=3),
    k=st.integers(1, 15),
    allowed=st.none() | st.sets(st.integers(1, 12)),
    excluded=st.sets(st.integers(1, 12), max_size=2),
)
def test_every_value_in_a_history_answers_like_a_dict(
    sequence: list[tuple[dict[int, Vectors], set[int]]],
    queries: list[Vectors],
    k: int,
    allowed: set[int] | None,
    excluded: set[int],
) -> None:
    """After any changes each value, also an older one, holds and finds exactly what a dict of that time holds."""
    history = [(Delta.empty(), dict[int, Vectors]())]
    for written, removed in sequence:
        delta, rows = history[-1]
        kept = {item: vector for item, vector in rows.items() if item not in removed}
        history.append((apply(delta, written, removed), {**kept, **written}))
    permitted = None if allowed is None else np.array(sorted(allowed), dtype=np.int64)
    for delta, rows in history:
        assert sorted(delta.ids.tolist()) == sorted(rows)
        assert delta.count == len(rows)
        wanted = {i: v for i, v in rows.items() if i not in excluded and (allowed is None or i in allowed)}
        found = delta.search(np.stack(queries), k, permitted, np.array(sorted(excluded), dtype=np.int64))
        for query, *row in zip(queries, found.positions.tolist(), found.scores.tolist(), strict=True):
            assert [(i, s) for i, s in zip(*row, strict=True) if i >= 0] == expected(wanted, query, k)


@given(first=changes, left=changes, right=changes)
def test_two_futures_of_one_past_do_not_touch_each_other(
    first: tuple[dict[int, Vectors], set[int]],
    left: tuple[dict[int, Vectors], set[int]],
    right: tuple[dict[int, Vectors], set[int]],
) -> None:
    """Changing one value twice gives two independent values, though they share their storage."""
    past = apply(Delta.empty(), *first)
    one, other = apply(past, *left), apply(past, *right)
    for delta, (written, _) in ((one, left), (other, right)):
        for item, vector in written.items():
            assert vector_of(delta, item) == vector.tolist()


def test_many_single_changes_keep_memory_in_proportion() -> None:
    """Writing one item a thousand times needs room for a few, not for a thousand."""
    delta = Delta.empty()
    for number in range(1000):
        delta = apply(delta, {7: np.full(DIM, number, dtype=np.float32)}, set())
    assert delta.count == 1
    assert vector_of(delta, 7) == [999.0] * DIM
    assert len(delta.rows.ids) < 200


def test_an_item_without_vector_has_none() -> None:
    """Unknown and removed items have no vector."""
    delta = apply(Delta.empty(), {1: np.ones(DIM, dtype=np.float32)}, set())
    assert delta.vector(2) is None
    assert apply(delta, {}, {1}).vector(1) is None
