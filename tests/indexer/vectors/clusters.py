"""Vectors that cluster as embeddings do; random ones make every approximate index look useless."""

from __future__ import annotations

import numpy as np

from models.contracts import Vectors


def clustered(count: int, dim: int = 16, *, seed: int = 0, spread: float = 0.5) -> Vectors:
    """Return unit vectors around about `count` / 50 centres."""
    generator = np.random.default_rng(seed)
    centres = generator.standard_normal((count // 50 + 1, dim)).astype(np.float32)
    noise = generator.standard_normal((count, dim)).astype(np.float32)
    return unit(centres[generator.integers(0, len(centres), count)] + spread * noise)


def unit(vectors: np.ndarray) -> Vectors:
    """Scale every row to length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), dtype=np.float32)
