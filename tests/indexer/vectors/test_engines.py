"""Engines, with a FAISS module that stands for faiss-gpu: it counts threads and has a GPU's limits."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import faiss
import numpy as np
import pytest

from indexer.vectors import faiss as adapter
from indexer.vectors.engines import GPU_MOST, GPU_TEMPORARY_BYTES, Accelerator, CpuEngine, GpuEngine, find_accelerator
from indexer.vectors.faiss import open_index
from indexer.vectors.writing import FaissWriter
from models.contracts import Vectors
from tests.indexer.vectors.clusters import clustered


class FakeGpuFaiss:
    """What the project uses of faiss-gpu; notes who called, and refuses what a GPU refuses."""

    def __init__(self, gpus: int = 1) -> None:
        self.gpus = gpus
        self.callers: set[str] = set()
        self.resources = 0
        self.temporary: list[int] = []
        self.freed_by: list[str] = []

    def get_num_gpus(self) -> int:
        """Count the devices."""
        return self.gpus

    def StandardGpuResources(self) -> Any:  # noqa: N802  FAISS's own name
        """Make a resource."""
        self.resources += 1
        return SimpleNamespace(setTempMemory=self.temporary.append)

    def index_cpu_to_gpu(self, resources: Any, device: int, index: Any) -> Any:
        """Copy an index; HNSW does not exist on a GPU."""
        if isinstance(index, faiss.IndexHNSW):
            message = "not implemented"
            raise RuntimeError(message)  # noqa: TRY004  what FAISS raises
        return FakeGpuIndex(self, index)


class FakeGpuIndex:
    """An index of that module."""

    def __init__(self, module: FakeGpuFaiss, index: Any) -> None:
        self.module = module
        self.index = index

    def search(self, queries: Any, k: int, params: Any = None) -> Any:
        """Search within the limits of a GPU."""
        self.module.callers.add(threading.current_thread().name)
        assert k <= GPU_MOST
        assert params is None or (params.sel is None and params.nprobe <= GPU_MOST)
        return self.index.search(queries, k, params=params)

    def __del__(self) -> None:
        self.module.freed_by.append(threading.current_thread().name)


def build(folder: Path, factory: str) -> None:
    """Write an index of 3,000 vectors."""
    with FaissWriter(folder, 16) as writer:
        writer.add(exact(clustered(3000)))
        writer.build(factory)


def exact(vectors: Vectors) -> Vectors:
    """Round to multiples of 1/64, which multiply and add without rounding in whatever order they are added."""
    return (np.round(vectors * 64) / 64).astype(np.float32)


@pytest.mark.parametrize("factory", ["Flat", "IVF32,Flat"])
def test_the_gpu_gives_the_same_answers_from_one_thread(
    tmp_path: Path, factory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filtered or not, small k or all, from many threads: answers equal the CPU's and one thread calls FAISS."""
    monkeypatch.setattr(adapter, "SCAN_COUNT", 0)
    build(tmp_path, factory)
    module = FakeGpuFaiss()
    accelerator = Accelerator(module)
    there, here = open_index(tmp_path, 16, accelerator=accelerator), open_index(tmp_path, 16)
    assert isinstance(there.engine, GpuEngine)
    queries = exact(clustered(8, seed=3))
    masks = [None, np.random.default_rng(0).random(3000) < 0.9]

    def same(case: tuple[int, int]) -> bool:
        k, mask = case
        first, second = there.search(queries, k, masks[mask], 32), here.search(queries, k, masks[mask], 32)
        return np.array_equal(first.scores, second.scores)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(same, [(k, mask) for k in (1, 24, 2500) for mask in (0, 1)]))
    assert len(module.callers) == 1
    assert module.callers.pop().startswith("faiss-gpu")
    accelerator.close()


def test_one_resource_with_capped_memory_serves_every_index(tmp_path: Path) -> None:
    """Two indexes share the one resource, whose scratch memory is capped."""
    build(tmp_path, "Flat")
    module = FakeGpuFaiss()
    accelerator = Accelerator(module)
    for _ in range(2):
        open_index(tmp_path, 16, accelerator=accelerator)
    assert (module.resources, module.temporary) == (1, [GPU_TEMPORARY_BYTES])
    accelerator.close()


def test_the_gpu_memory_is_freed_by_the_thread_that_used_it(tmp_path: Path) -> None:
    """Dropping the last reference to an index frees its copy on the GPU in the GPU's one thread; after it, anywhere."""
    build(tmp_path, "Flat")
    module = FakeGpuFaiss()
    accelerator = Accelerator(module)
    index = open_index(tmp_path, 16, accelerator=accelerator)
    later = open_index(tmp_path, 16, accelerator=accelerator)
    del index
    accelerator.close()
    assert [name.split("_")[0] for name in module.freed_by] == ["faiss-gpu"]
    del later
    assert len(module.freed_by) == 2


def test_what_no_gpu_can_hold_stays_on_the_cpu(tmp_path: Path) -> None:
    """An index type that FAISS has no GPU form of is searched on the CPU."""
    build(tmp_path, "HNSW8")
    accelerator = Accelerator(FakeGpuFaiss())
    assert isinstance(open_index(tmp_path, 16, accelerator=accelerator).engine, CpuEngine)
    accelerator.close()


def test_a_mask_never_reaches_the_gpu() -> None:
    """Giving a GPU index a mask is a mistake of the caller's."""
    engine = GpuEngine([], ThreadPoolExecutor(1))
    assert not engine.takes_mask()
    with pytest.raises(ValueError, match="mask"):
        engine.search(clustered(1), 1, None, np.ones(1, dtype=bool))


@pytest.mark.parametrize("module", [SimpleNamespace(get_num_gpus=lambda: 0), FakeGpuFaiss(gpus=0)])
def test_without_a_device_there_is_no_accelerator(module: Any) -> None:
    """With faiss-cpu, or faiss-gpu and no device, everything is searched on the CPU."""
    assert find_accelerator(module) is None


def test_a_device_is_found() -> None:
    """With faiss-gpu and a device there is an accelerator."""
    accelerator = find_accelerator(FakeGpuFaiss())
    assert accelerator is not None
    accelerator.close()
