"""What an index must show before it is published: that it finds what it holds, and what an exact search finds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.vectors.contracts import Nearest, VectorIndex
from models.contracts import RetrievalError, Vectors

LOWEST_RECALL = 0.95
NEIGHBOURS = 10
SAMPLE = 200
NOISE = 0.5
"""How far a sample query lies from the item it was made of, as a share of its length: a drawing is not a photo."""

TIE = 1e-4
"""Scores that differ by less are equal: two ways of adding the same products round differently."""


class RecallTooLow(RetrievalError):
    """An index finds too few of the true neighbours to be published."""


@dataclass(frozen=True)
class Checked:
    """What the checks found.

    Attributes:
        effort: the least of the index's efforts that suffices; None where it knows none.
        recall: recall@10 against exact search at that effort.
    """

    effort: int | None
    recall: float


def check_index(index: VectorIndex, factory: str) -> Checked:
    """Find the least effort at which an index may be published.

    Raises:
        RecallTooLow: no effort suffices.
    """
    if index.count == 0:
        return Checked(index.efforts()[0] if index.efforts() else None, 1.0)
    generator = np.random.default_rng(index.count)
    positions = np.sort(generator.choice(index.count, min(SAMPLE, index.count), replace=False))
    known = index.vectors(positions)
    queries = _near(known, generator)
    truth = index.scan(queries, NEIGHBOURS)
    share = 0.0
    for effort in index.efforts() or (None,):
        found = index.search(queries, NEIGHBOURS, effort=effort)
        share = min(recall(found, truth), finds_itself(index, known, effort))
        if share >= LOWEST_RECALL:
            return Checked(effort, round(share, 4))
    message = (
        f"The index {factory} finds {share:.1%} of what an exact search finds, and {LOWEST_RECALL:.0%} are needed: "
        "choose another with --factory, or none to let the size decide."
    )
    raise RecallTooLow(message)


def recall(found: Nearest, truth: Nearest) -> float:
    """Return the share of true neighbours found; any of equal score will do."""
    real = truth.positions >= 0
    last = np.where(real, truth.scores, np.inf).min(axis=1, keepdims=True)
    hits = ((found.positions >= 0) & (found.scores >= last - TIE)).sum(axis=1)
    return float(np.minimum(hits, real.sum(axis=1)).sum() / real.sum())


def finds_itself(index: VectorIndex, known: Vectors, effort: int | None) -> float:
    """Return the share of known vectors that come first, or as good as first, when searched for."""
    best = index.search(known, 1, effort=effort).scores[:, 0]
    return float((best >= np.einsum("nd,nd->n", known, known) - TIE).mean())


def _near(vectors: Vectors, generator: np.random.Generator) -> Vectors:
    noise = generator.standard_normal(vectors.shape)
    noise *= NOISE / np.maximum(np.linalg.norm(noise, axis=1, keepdims=True), TIE)
    moved = vectors + noise
    return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), TIE), dtype=np.float32)
