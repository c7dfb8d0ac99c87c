"""Re-ranking against a direct transcription of the paper's steps, with every matrix written out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.contracts import Vectors
from models.reid import rerank as module
from models.reid.rerank import PAPER, Reranking, rerank, rerank_best


def transcribed(queries: Vectors, gallery: Vectors, k1: int, k2: int, share: float) -> NDArray[np.float64]:
    """Sections 3.2 to 3.5 of the paper, line by line; returns the final distances (q, g)."""
    vectors = np.concatenate([queries, gallery]).astype(float)
    count = len(vectors)
    distances = ((vectors[:, None] - vectors[None]) ** 2).sum(axis=2)
    distances /= distances.max(axis=1, keepdims=True)
    order = np.argsort(distances, axis=1, kind="stable")

    def reciprocal(one: int, k: int) -> set[int]:
        return {int(other) for other in order[one, : k + 1] if one in order[other, : k + 1]}

    encoded = np.zeros((count, count))
    for one in range(count):
        neighbours = reciprocal(one, k1)
        expanded = set(neighbours)
        for other in neighbours:
            candidate = reciprocal(other, round(k1 / 2))
            if len(candidate & neighbours) > 2 / 3 * len(candidate):
                expanded |= candidate
        for other in expanded:
            encoded[one, other] = np.exp(-distances[one, other])
        encoded[one] /= encoded[one].sum()
    encoded = np.stack([np.mean([encoded[other] for other in order[one, :k2]], axis=0) for one in range(count)])
    final = np.empty((len(queries), len(gallery)))
    for query in range(len(queries)):
        for item in range(len(gallery)):
            both = encoded[query], encoded[len(queries) + item]
            jaccard = 1 - np.minimum(*both).sum() / np.maximum(*both).sum()
            final[query, item] = (1 - share) * jaccard + share * distances[query, len(queries) + item]
    return final


def people(count: int, shots: int, seed: int, noise: float = 0.5) -> tuple[Vectors, NDArray[np.int64]]:
    """Unit vectors in clusters, one for each person."""
    random = np.random.default_rng(seed)
    identities = np.repeat(np.arange(count), shots)
    rows = random.normal(size=(count, 12))[identities] + noise * random.normal(size=(count * shots, 12))
    unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit, identities


@pytest.mark.parametrize("settings", [PAPER, Reranking(6, 3, 0.0), Reranking(5, 1, 0.5), Reranking(4, 6, 1.0)])
@pytest.mark.parametrize("seed", [0, 1])
def test_it_is_the_paper_line_by_line(settings: Reranking, seed: int) -> None:
    """Scores are 1 - the transcription's distances, for the paper's settings and others."""
    vectors, _ = people(9, 7, seed)
    queries, gallery = vectors[::7], np.delete(vectors, np.s_[::7], axis=0)
    expected = 1 - transcribed(queries, gallery, settings.neighbours, settings.averaged, settings.share)
    found = rerank(queries, gallery, settings)
    assert found.dtype == np.float32
    assert found.shape == (9, 54)
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_the_best_of_one_query_are_a_gallery_of_their_own() -> None:
    """Query and hits are each other's only neighbours: the transcription on these alone."""
    vectors, _ = people(10, 6, 2)
    query, best = vectors[0], vectors[1:41]
    expected = 1 - transcribed(query[None], best, PAPER.neighbours, PAPER.averaged, PAPER.share)[0]
    np.testing.assert_allclose(rerank_best(query, best), expected, atol=2e-5)


def test_parts_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few rows of distances are held at a time, the scores are the same."""
    vectors, _ = people(6, 5, 3)
    whole = rerank(vectors[:5], vectors[5:])
    monkeypatch.setattr(module, "_ROWS", 4)
    np.testing.assert_allclose(rerank(vectors[:5], vectors[5:]), whole, atol=1e-6)


def test_it_brings_together_who_has_the_same_neighbours() -> None:
    """In noisy clusters more of the first hits are right than by the cosine."""
    vectors, identities = people(12, 10, 4, noise=1.4)
    query = np.arange(len(vectors)) % 10 == 0
    gallery = identities[~query]

    def right(scores: NDArray[np.floating]) -> float:
        best = np.argsort(-scores, axis=1)[:, :9]
        return float((gallery[best] == identities[query][:, None]).mean())

    assert right(rerank(vectors[query], vectors[~query])) > right(vectors[query] @ vectors[~query].T)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_hits_and_equal_ones_are_no_trouble(count: int) -> None:
    """Fewer pictures than neighbours wanted, all of them the same: finite scores between 0 and 1, all equal."""
    vectors = np.tile(np.eye(4, dtype=np.float32)[0], (count + 1, 1))
    scores = rerank_best(vectors[0], vectors[1:])
    assert scores.shape == (count,)
    assert np.isfinite(scores).all()
    assert np.ptp(scores) < 1e-5
    assert (scores <= 1 + 1e-6).all()
