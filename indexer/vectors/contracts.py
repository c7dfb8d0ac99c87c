"""What the rest of the indexer may rely on: `VectorIndex`, which answers, and `VectorWriter`, which makes one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.contracts import RetrievalError, Vectors

Positions = NDArray[np.int64]
"""int64: which vectors of an index, counted from 0 in the order in which they were added."""

Mask = NDArray[np.bool_]
"""bool, one entry per vector of an index: whether it may be found."""


class InvalidFactory(RetrievalError):
    """A FAISS factory string names no index that can be built here."""


class CorruptIndex(RetrievalError):
    """An index file cannot be read, or does not fit the files beside it."""


@dataclass(frozen=True, eq=False)
class Nearest:
    """The nearest vectors of each query, nearest first.

    Attributes:
        scores: float32, shape (queries, k): the cosine.
        positions: int64, shape (queries, k); -1, with a score of minus infinity, where fewer than k exist.
    """

    scores: NDArray[np.float32]
    positions: Positions


class VectorIndex(Protocol):
    """Vectors numbered 0..count-1 that never change, and a search over them. Thread safe."""

    @property
    def count(self) -> int:
        """How many vectors there are."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None, effort: int | None = None) -> Nearest:
        """Find the k nearest among the allowed vectors; fewer only where fewer are allowed.

        `effort` trades time for recall; None takes what the index was published with.
        """

    def scan(self, queries: Vectors, k: int, allowed: Mask | None = None) -> Nearest:
        """Find the same by comparing with every allowed vector: exact, and slow for many."""

    def vectors(self, positions: Positions) -> Vectors:
        """Return the vectors at these positions exactly as they were added."""

    def efforts(self) -> tuple[int, ...]:
        """Efforts worth trying, rising; empty where the index knows no such trade."""

    def with_effort(self, effort: int | None) -> VectorIndex:
        """Return the same index with another default effort."""

    def close(self) -> None:
        """Free what the index holds outside Python's memory."""


class VectorWriter(Protocol):
    """Takes vectors in blocks of any size, then makes an index of them in a folder."""

    def add(self, vectors: Vectors) -> None:
        """Append vectors; they get the next numbers."""

    @property
    def count(self) -> int:
        """How many vectors were added."""

    def build(self, factory: str) -> tuple[Path, ...]:
        """Make the index of everything added; return the files written, none of them flushed to the disk yet."""
