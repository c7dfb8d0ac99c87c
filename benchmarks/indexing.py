"""Indexing: `build` from pictures to a published index, against decode, prepare and predict in a plain loop.

A program of its own, so that it starts with the allocator's settings: `python -m benchmarks.indexing FOLDER...` builds
one collection of each folder, runs the loop over the same pictures after each, and prints a JSON list.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from models.startup import STARTUP_ENVIRONMENT


@dataclass(frozen=True)
class Indexed:
    """One build and the loop after it: pictures per second of processor time, edges included in both."""

    build: float
    loop: float


@dataclass(frozen=True)
class Indexing:
    """What indexing was measured to be, build by build."""

    rounds: tuple[Indexed, ...]
    batch: int
    pictures: int

    @property
    def share(self) -> float:
        """The build's throughput as a share of the plain loop's; the median round."""
        return median(found.build / found.loop for found in self.rounds)


def measure(environment: Mapping[str, str], folders: Sequence[Path], batch: int) -> Indexing:
    """Build from every folder in a new process; the loop takes `batch` pictures at once."""
    command = [sys.executable, "-m", "benchmarks.indexing", str(batch), *map(str, folders)]
    output = subprocess.run(
        command, env={**STARTUP_ENVIRONMENT, **environment}, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    rounds = tuple(Indexed(**found) for found in json.loads(output))
    return Indexing(rounds, batch, sum(len(list(folder.iterdir())) for folder in folders))


def main() -> None:
    """Measure in this process."""
    from app.settings import Settings
    from benchmarks.plain import batches, loop_rate, sides
    from indexer.catalogue import open_catalogue, upgrade
    from indexer.generations import GenerationStore
    from indexer.pictures import PictureStore
    from indexer.pipeline import build
    from indexer.sources import open_source
    from models.checkpoints import CheckpointStore
    from models.devices import choose_device
    from models.predictor import load_predictor

    batch, *folders = sys.argv[1:]
    settings = Settings()
    paths = settings.paths
    predictor = load_predictor(CheckpointStore(paths.checkpoints), "sketch", None, choose_device(settings.device))
    predictor.warm()
    prepare, predict = sides(predictor)["items"]
    upgrade(settings.catalogue_url)
    rounds = []
    with open_catalogue(settings.catalogue_url) as catalogue:
        pictures, generations = PictureStore(paths.pictures), GenerationStore(paths.indexes)
        for folder in map(Path, folders):
            contents = [path.read_bytes() for path in sorted(folder.iterdir())]
            started = time.process_time()
            report = build(catalogue, pictures, generations, predictor, folder.name, open_source(folder))
            built = report.embedded / (time.process_time() - started)
            assert report.embedded == len(contents), "Not every picture was indexed."
            loop = loop_rate(prepare, predict, list(batches(contents, int(batch), len(contents))))
            rounds.append({"build": built, "loop": loop})
            os.write(2, f"  {folder.name}: {built:.1f} of {loop:.1f} per processor second\n".encode())
    print(json.dumps(rounds))


if __name__ == "__main__":
    main()
