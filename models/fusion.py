"""Several pictures of one thing as one query, and how alike two vectors are, in all and part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.contracts import Vectors


def fuse(pictures: Sequence[Vectors]) -> Vectors:
    """Make one query of several pictures of one thing, as tracking does of the crops of a track: their mean.

    Args:
        pictures: of each, float32 (views, dim), rows of unit length; as many views of each, in the same order.

    Returns:
        float32 (views, dim), rows of unit length; of one picture its very vectors. Opposite vectors, whose mean has no
        direction, give the first picture's.
    """
    if len(pictures) == 1:
        return pictures[0]
    mean = np.mean(pictures, axis=0, dtype=np.float64)
    lengths = np.linalg.norm(mean, axis=1, keepdims=True)
    directed = lengths > np.finfo(np.float32).eps
    fused: Vectors = np.where(directed, mean / np.where(directed, lengths, 1), pictures[0]).astype(np.float32)
    return fused


def cosine(one: Vectors, other: Vectors) -> float:
    """Cosine of two vectors (dim,), -1 to 1; 0 where one has no length."""
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return min(max(float(one @ other) / length, -1.0), 1.0) if length > 0 else 0.0


def cosines(one: Vectors, other: Vectors, parts: Mapping[str, slice]) -> dict[str, float]:
    """Cosine of each part of two vectors (dim,), by its name."""
    return {name: cosine(one[numbers], other[numbers]) for name, numbers in parts.items()}
