"""Who calls FAISS: the CPU engine, and the GPU engine where faiss-gpu finds a device. Both give the same answers."""

from __future__ import annotations

import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vectors.contracts import Mask, Positions
from models.contracts import Vectors

GPU_TEMPORARY_BYTES = 256 * 2**20
"""Scratch memory of the one GPU resource; FAISS would otherwise take 1.5 GiB beside the network's memory."""

GPU_MOST = 2048
"""FAISS on a GPU returns at most so many neighbours and visits at most so many lists."""


class Engine(Protocol):
    """One loaded FAISS index, wherever it lives."""

    @property
    def most(self) -> int | None:
        """The largest k and effort it can serve; None: any."""

    def search(
        self, queries: Vectors, k: int, effort: int | None, allowed: Mask | None
    ) -> tuple[NDArray[np.float32], Positions]:
        """Return scores and positions, -1 where nothing was found."""

    def takes_mask(self) -> bool:
        """Whether `allowed` may be given."""


@dataclass(frozen=True, eq=False)
class CpuEngine:
    """A FAISS index in this computer's memory.

    Attributes:
        index: the loaded index.
        threads: OpenMP threads per call. The setting belongs to the calling thread, so it is applied in every call.
    """

    index: Any
    threads: int
    most: int | None = None

    def search(
        self, queries: Vectors, k: int, effort: int | None, allowed: Mask | None
    ) -> tuple[NDArray[np.float32], Positions]:
        """Search with parameters of this call only: on the shared index they would be a race."""
        faiss.omp_set_num_threads(self.threads)
        # The selector points into `bits` and the parameters at the selector: all three live until the call is over.
        bits = None if allowed is None else np.packbits(allowed, bitorder="little")
        selector = None if bits is None else faiss.IDSelectorBitmap(bits)
        return _answer(self.index, queries, k, search_parameters(self.index, effort, selector))

    def takes_mask(self) -> bool:
        """Whether this type of index can skip vectors while it searches."""
        return takes_mask(self.index)


class Accelerator:
    """A GPU: one resource with capped scratch memory, and the only thread that calls FAISS on it."""

    def __init__(self, module: Any, temporary_bytes: int = GPU_TEMPORARY_BYTES) -> None:  # noqa: ANN401  untyped package
        """Take the first GPU that the FAISS module sees."""
        self._module = module
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="faiss-gpu")
        self._resources = self._thread.submit(module.StandardGpuResources).result()
        self._thread.submit(self._resources.setTempMemory, temporary_bytes).result()

    def load(self, index: Any) -> GpuEngine | None:  # noqa: ANN401  untyped package
        """Copy an index onto the GPU; None where FAISS has no such index there."""
        try:
            held = [self._thread.submit(self._module.index_cpu_to_gpu, self._resources, 0, index).result()]
        except RuntimeError:
            return None
        engine = GpuEngine(held, self._thread)
        weakref.finalize(engine, _release, self._thread, held).atexit = False
        return engine

    def close(self) -> None:
        """Stop the thread; no search may follow."""
        self._thread.shutdown()


@dataclass(frozen=True, eq=False)
class GpuEngine:
    """A FAISS index on the GPU, called from the GPU's one thread.

    Attributes:
        held: the index, in a list that is emptied in that thread too, since freeing it is a call to FAISS.
        thread: the GPU's one thread.
    """

    held: list[Any]
    thread: ThreadPoolExecutor
    most: int | None = GPU_MOST

    def search(
        self, queries: Vectors, k: int, effort: int | None, allowed: Mask | None
    ) -> tuple[NDArray[np.float32], Positions]:
        """Search; a mask is never given because `takes_mask` says so."""
        if allowed is not None:
            message = "A GPU index takes no mask."
            raise ValueError(message)
        parameters = None if effort is None else faiss.SearchParametersIVF(nprobe=min(effort, GPU_MOST))
        return self.thread.submit(_answer, self.held[0], queries, k, parameters).result()

    def takes_mask(self) -> bool:
        """GPU indexes know no selectors."""
        return False


def find_accelerator(module: Any = faiss) -> Accelerator | None:  # noqa: ANN401  untyped package
    """Return the GPU that faiss-gpu can use; None with faiss-cpu, or where no device is visible."""
    if not hasattr(module, "StandardGpuResources") or module.get_num_gpus() == 0:
        return None
    return Accelerator(module)


def search_parameters(index: Any, effort: int | None, selector: Any) -> Any:  # noqa: ANN401  untyped package
    """Return the parameters of one call for this type of index; None where the type takes none."""
    index = faiss.downcast_index(index)
    if isinstance(index, faiss.IndexPreTransform):
        inner = search_parameters(index.index, effort, selector)
        return None if inner is None else faiss.SearchParametersPreTransform(index_params=inner)
    if isinstance(index, faiss.IndexIVF):
        return faiss.SearchParametersIVF(nprobe=effort or index.nprobe, sel=selector)
    if isinstance(index, faiss.IndexHNSW):
        return faiss.SearchParametersHNSW(efSearch=effort or index.hnsw.efSearch, sel=selector)
    return None if selector is None else faiss.SearchParameters(sel=selector)


def takes_mask(index: Any) -> bool:  # noqa: ANN401  untyped package
    """Whether FAISS lets this type of index skip vectors: measured, as it refuses only when called."""
    index = faiss.downcast_index(index)
    if isinstance(index, faiss.IndexPreTransform):
        return takes_mask(index.index)
    return isinstance(index, faiss.IndexFlat | faiss.IndexScalarQuantizer | faiss.IndexIVF | faiss.IndexHNSW)


def keeps_vectors(index: Any) -> bool:  # noqa: ANN401  untyped package
    """Whether the index computes with the vectors themselves, so that its scores are exact."""
    index = faiss.downcast_index(index)
    return isinstance(index, faiss.IndexFlat | faiss.IndexIVFFlat | faiss.IndexHNSWFlat)


def _release(thread: ThreadPoolExecutor, held: list[Any]) -> None:
    with suppress(RuntimeError):  # the thread has ended, and no other call can collide
        thread.submit(held.clear)


def _answer(index: Any, queries: Vectors, k: int, parameters: Any) -> tuple[NDArray[np.float32], Positions]:  # noqa: ANN401  untyped package
    scores, positions = index.search(np.ascontiguousarray(queries, dtype=np.float32), k, params=parameters)
    return scores, positions
