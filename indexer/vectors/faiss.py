"""`FaissIndex`: a FAISS index with the vectors it was made of beside it, and never fewer hits than there are."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from indexer.vectors.contracts import CorruptIndex, Mask, Nearest, Positions
from indexer.vectors.engines import Accelerator, CpuEngine, Engine, keeps_vectors
from indexer.vectors.scanning import nothing, scan, select
from models.contracts import Vectors

INDEX_FILE = "index.faiss"
VECTORS_FILE = "vectors.f32"

SCAN_COUNT = 10_000
SCAN_SHARE = 0.02
"""A filter that keeps so few vectors, or so small a share, is answered by comparing with each of them.

Measured with 100,000 clustered vectors of 256 numbers and IVF1024, one thread: comparing with 10,000 takes 2.6 ms and
finds all; IVF at its usual 16 lists takes .1 ms and finds 74 % of the ten nearest (of 1,000 allowed, 32 %), since the
nearest allowed ones lie in lists it never opens. Past the limit the effort is raised as the share falls.
"""

REFINE = 10
"""An index of compressed vectors proposes so many times k; the vectors themselves decide."""


@dataclass(frozen=True, eq=False)
class FaissIndex:
    """An index loaded from its folder; fulfils `VectorIndex`.

    Attributes:
        engine: calls FAISS.
        stored: every vector, mapped from its file: read only by scans and by compressed indexes.
        exact_scores: whether the engine's scores are those of the vectors themselves.
        widest: the effort past which nothing is left to visit; None where the type knows no effort.
        effort: the default effort.
    """

    engine: Engine
    stored: Vectors
    exact_scores: bool
    widest: int | None
    effort: int | None

    @property
    def count(self) -> int:
        """How many vectors there are."""
        return len(self.stored)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self.stored.shape[1])

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None, effort: int | None = None) -> Nearest:
        """Find the k nearest among the allowed vectors; fewer only where fewer are allowed."""
        available = self.count if allowed is None else int(np.count_nonzero(allowed))
        if allowed is not None:
            if available <= max(SCAN_COUNT, SCAN_SHARE * self.count) and available < self.count:
                return self.scan(queries, k, allowed)
            allowed = None if available == self.count else allowed
        if available == 0:
            return nothing(len(queries), k)
        chosen = self._scaled(effort or self.effort, self.count / available)
        found = self._approximate(queries, k, allowed, chosen, available)
        short = np.count_nonzero(found.positions >= 0, axis=1) < min(k, available)
        if short.any():
            rest = self.scan(queries[short], k, allowed)
            found.scores[short], found.positions[short] = rest.scores, rest.positions
        return found

    def scan(self, queries: Vectors, k: int, allowed: Mask | None = None) -> Nearest:
        """Compare with every allowed vector."""
        return scan(queries, self.stored, k, None if allowed is None else np.flatnonzero(allowed))

    def vectors(self, positions: Positions) -> Vectors:
        """Return the vectors at these positions exactly as they were added."""
        return np.asarray(self.stored[positions])

    def efforts(self) -> tuple[int, ...]:
        """Double the default effort until every list is visited; empty for types without lists."""
        if self.effort is None or self.widest is None:
            return ()
        doublings = range(math.ceil(math.log2(max(self.widest / self.effort, 1))) + 1)
        return tuple(min(self.effort * 2**doubling, self.widest) for doubling in doublings)

    def with_effort(self, effort: int | None) -> FaissIndex:
        """Return the same index with another default effort."""
        return replace(self, effort=effort)

    def close(self) -> None:
        """Nothing to free: FAISS lets go of its memory with the last reference."""

    def _scaled(self, effort: int | None, factor: float) -> int | None:
        if effort is None or self.widest is None:
            return None
        return min(math.ceil(effort * factor), self.widest)

    def _approximate(
        self, queries: Vectors, k: int, allowed: Mask | None, effort: int | None, available: int
    ) -> Nearest:
        masked = allowed is not None and self.engine.takes_mask()
        wanted = k if self.exact_scores else k * REFINE
        if not masked:
            wanted = math.ceil(wanted * self.count / available)
        wanted = min(wanted, self.count, self.engine.most or self.count)
        scores, positions = self.engine.search(queries, wanted, effort, allowed if masked else None)
        if allowed is not None and not masked:
            positions = np.where((positions >= 0) & allowed[positions], positions, -1)
        if not self.exact_scores:
            scores = np.einsum("qd,qnd->qn", queries, self.stored[np.maximum(positions, 0)])
        return select(scores, positions, k)


def open_index(
    folder: Path, dim: int, *, effort: int | None = None, threads: int = 1, accelerator: Accelerator | None = None
) -> FaissIndex:
    """Load the index of a folder whose checksums are known to be right; onto the GPU where there is one.

    Raises:
        CorruptIndex: the files cannot be read, or do not belong together.
    """
    index = _read(folder / INDEX_FILE)
    stored = open_vectors(folder, dim)
    if (index.ntotal, index.d) != stored.shape:
        message = f"The index in {folder} holds {index.ntotal} vectors of {index.d}, its vector file {stored.shape}."
        raise CorruptIndex(message)
    engine: Engine | None = None if accelerator is None else accelerator.load(index)
    default, widest = effort_range(index)
    return FaissIndex(
        engine=engine or CpuEngine(index, threads),
        stored=stored,
        exact_scores=keeps_vectors(index),
        widest=widest,
        effort=None if widest is None else (effort or default),
    )


def open_vectors(folder: Path, dim: int) -> Vectors:
    """Map the vector file of a folder: nothing is read until it is needed."""
    path = folder / VECTORS_FILE
    if path.stat().st_size == 0:
        return np.empty((0, dim), dtype=np.float32)
    flat: Vectors = np.memmap(path, dtype="<f4", mode="r")
    if flat.size % dim:
        message = f"{path} does not hold whole vectors of {dim} numbers."
        raise CorruptIndex(message)
    return flat.reshape(-1, dim)


def effort_range(index: Any) -> tuple[int | None, int | None]:  # noqa: ANN401  untyped package
    """Return the default and the greatest useful effort of an index; None where its type knows none."""
    index = faiss.downcast_index(index)
    if isinstance(index, faiss.IndexPreTransform):
        return effort_range(index.index)
    if isinstance(index, faiss.IndexIVF):
        return min(16, index.nlist), index.nlist
    if isinstance(index, faiss.IndexHNSW):
        return 64, 2048
    return None, None


def _read(path: Path) -> Any:  # noqa: ANN401  untyped package
    try:
        return faiss.read_index(str(path))
    except RuntimeError as error:
        message = f"FAISS cannot read {path}."
        raise CorruptIndex(message) from error
