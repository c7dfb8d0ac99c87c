"""Labels that stand near each other: judged by plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from models.label_space import merged, neighbours, unknown_sentence


def space(seed: int, labels: int = 9) -> np.ndarray:
    """Vectors of unit length in a plane, where many are alike."""
    angles = np.random.default_rng(seed).uniform(0, 2 * np.pi, labels)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


@pytest.mark.parametrize("seed", range(3))
def test_neighbours_are_sorted_by_cosine(seed: int) -> None:
    """As sorting every pair finds them; a label is no neighbour of itself."""
    vectors = space(seed)
    for label in range(len(vectors)):
        pairs = sorted(
            ((float(vectors[other] @ vectors[label]), other) for other in range(len(vectors)) if other != label),
            reverse=True,
        )
        found = neighbours(vectors, label, 4)
        assert [other for other, _ in found] == [other for _, other in pairs[:4]]
        assert [cosine for _, cosine in found] == pytest.approx([cosine for cosine, _ in pairs[:4]], abs=1e-6)
    assert len(neighbours(vectors, 0, 100)) == len(vectors) - 1


@pytest.mark.parametrize("seed", range(3))
def test_what_is_merged_is_alike_and_what_stays_is_not(seed: int) -> None:
    """Every label is there once, joined the first it is alike enough to, and no two that stay are."""
    vectors = space(seed, 20)
    order = np.random.default_rng(seed + 10).permutation(20).tolist()
    found = merged(order, vectors, 0.9)
    assert sorted([*found, *(label for joined in found.values() for label in joined)]) == list(range(20))
    kept = list(found)
    assert kept == sorted(kept, key=order.index)
    for place, one in enumerate(kept):
        assert all(float(vectors[one] @ vectors[other]) < 0.9 for other in kept[:place])
        assert all(float(vectors[one] @ vectors[label]) >= 0.9 for label in found[one])
        assert all(order.index(label) > order.index(one) for label in found[one])


def test_unknown_labels_are_named_with_what_may_be_meant() -> None:
    """A few of them, none longer than a line, and how many more."""
    known = ("sea", "seal", "sky")
    assert "no label 'saea' (is 'sea' or 'seal' meant?);" in unknown_sentence(["saea"], known)
    assert len(unknown_sentence(["x" * 500] * 50, known)) < 400
    assert "and 47 more" in unknown_sentence(["x" * 500] * 50, known)
