"""`FaissWriter`: collects vectors in a file, then trains and fills a FAISS index from it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import faiss
import numpy as np

from indexer.vectors.contracts import InvalidFactory
from indexer.vectors.faiss import INDEX_FILE, VECTORS_FILE, open_vectors
from models.contracts import Vectors

BLOCK = 16_384
TRAINING_VECTORS = 500_000
"""FAISS itself takes no more than 256 per list; this bounds the memory for what is offered to it."""


class FaissWriter:
    """Writes `vectors.f32` and `index.faiss` into a folder that is still invisible; fulfils `VectorWriter`."""

    def __init__(self, folder: Path, dim: int, threads: int = 1) -> None:
        """Open the vector file; `threads` is what training and filling may take."""
        self._folder = folder
        self._dim = dim
        self._threads = threads
        self._count = 0
        self._file = (folder / VECTORS_FILE).open("xb")

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the vector file."""
        self._file.close()

    @property
    def count(self) -> int:
        """How many vectors were added."""
        return self._count

    def add(self, vectors: Vectors) -> None:
        """Append vectors; they get the next numbers."""
        if vectors.ndim != 2 or vectors.shape[1] != self._dim:  # noqa: PLR2004  rows and columns
            message = f"Expected vectors of {self._dim} numbers, got an array of shape {vectors.shape}."
            raise ValueError(message)
        self._file.write(np.ascontiguousarray(vectors, dtype="<f4").tobytes())
        self._count += len(vectors)

    def build(self, factory: str) -> tuple[Path, ...]:
        """Make the index of everything added, reading the vectors back from their file a block at a time.

        Raises:
            InvalidFactory: FAISS does not know the string, or the index cannot be made of this many vectors.
            OSError: the index cannot be written.
        """
        self._file.close()
        vectors = open_vectors(self._folder, self._dim)
        faiss.omp_set_num_threads(self._threads)
        index = make_index(factory, self._dim)
        try:
            if not index.is_trained:
                index.train(_sample(vectors))
            for start in range(0, len(vectors), BLOCK):
                index.add(np.ascontiguousarray(vectors[start : start + BLOCK]))
        except RuntimeError as error:
            message = f"{len(vectors)} vectors cannot fill the index {factory!r}: choose a smaller one or none."
            raise InvalidFactory(message) from error
        # Into a file of ours: FAISS would not notice that the last of its own did not fit on the disk.
        with (self._folder / INDEX_FILE).open("wb") as file:
            faiss.write_index(index, faiss.PyCallbackIOWriter(file.write))
        return self._folder / INDEX_FILE, self._folder / VECTORS_FILE


def make_index(factory: str, dim: int) -> Any:  # noqa: ANN401  untyped package
    """Return an empty FAISS index for inner products.

    Raises:
        InvalidFactory: FAISS does not know the string, or the index would number its vectors itself.
    """
    try:
        index = faiss.index_factory(dim, factory, faiss.METRIC_INNER_PRODUCT)
    except RuntimeError as error:
        message = f"FAISS knows no index {factory!r} for vectors of {dim} numbers; try Flat, HNSW32 or IVF1024,Flat."
        raise InvalidFactory(message) from error
    if isinstance(faiss.downcast_index(index), faiss.IndexIDMap):
        message = f"The index {factory!r} keeps ids of its own, and ids are kept beside the index: leave IDMap out."
        raise InvalidFactory(message)
    return index


def _sample(vectors: Vectors) -> Vectors:
    if len(vectors) <= TRAINING_VECTORS:
        return np.ascontiguousarray(vectors)
    rows = np.random.default_rng(0).choice(len(vectors), TRAINING_VECTORS, replace=False)
    return np.ascontiguousarray(vectors[np.sort(rows)])
