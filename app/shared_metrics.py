"""Metrics of a server that is several processes: each counts into files of its own, and any of them adds up all.

The files belong to a worker's number, not to a process: who takes the place of a dead one goes on counting where that
one ended, so that no count ever falls and no files pile up.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector, values
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from app.settings import name_metrics_folder


@dataclass(frozen=True)
class SharedMetrics:
    """Where one worker of several counts.

    Attributes:
        folder: common to all workers of a server.
        worker: number of this one, from 0; no two processes that live at the same time have the same.
    """

    folder: Path
    worker: int

    def join(self) -> None:
        """Let this process count here from now on; to be called before its first metric is made."""
        name_metrics_folder(self.folder)
        # What was under way in a dead process is no more; only what it has counted stays.
        for gauges in self.folder.glob(f"gauge_*_{self.worker}.db"):
            gauges.unlink()
        values.ValueClass = values.MultiProcessValue(lambda: self.worker)  # type: ignore[no-untyped-call]
        (self.folder / f"{self.worker}.pid").write_text(str(os.getpid()))

    def registry(self) -> CollectorRegistry:
        """Return the sums over all workers, and what the system says of each of their processes."""
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self.folder))  # type: ignore[no-untyped-call]
        registry.register(WorkerProcesses(self.folder))
        return registry


class WorkerProcesses(Collector):
    """Memory, processor time and open files of every worker that lives, by its number."""

    def __init__(self, folder: Path) -> None:
        """Look into the folder of the shared metrics."""
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        """Ask the system about each worker."""
        families: dict[str, Metric] = {}
        for path in sorted(self._folder.glob("*.pid")):
            # Of a process that is gone there is nothing to tell.
            for found in ProcessCollector(pid=partial(path.read_text), registry=None).collect():
                family = families.setdefault(found.name, Metric(found.name, found.documentation, found.type))
                for sample in found.samples:
                    family.add_sample(sample.name, {"worker": path.stem}, sample.value)
        return families.values()
