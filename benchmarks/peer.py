"""Runs `benchmarks.plain` as a program of its own, under the server's environment and allocator."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.startup import STARTUP_ENVIRONMENT

BATCHES = (1, 4, 8, 16, 32, 64)


@dataclass(frozen=True)
class Peer:
    """Pictures per second of processor time: `loop` from bytes to vectors, `network` from tensors to vectors."""

    loop: float
    network: float


def run_peer(
    environment: Mapping[str, str],
    side: str,
    folder: Path,
    batches: Sequence[int] | None,
    pictures: int,
    model: str = "sketch",
) -> dict[int, Peer]:
    """Measure the plain loop for each batch size, all of them unless named."""
    sizes = ",".join(map(str, batches or BATCHES))
    command = [sys.executable, "-m", "benchmarks.plain", side, str(folder), "--batches", sizes, "--model", model]
    output = subprocess.run(
        [*command, "--pictures", str(pictures)],
        env={**STARTUP_ENVIRONMENT, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    return {int(batch): Peer(**rates) for batch, rates in json.loads(output).items()}


def best_of(peers: Mapping[int, Peer]) -> int:
    """The batch size at which the plain loop is fastest."""
    return max(peers, key=lambda batch: peers[batch].loop)
