"""The network of reid beside those that others use: OSNet x0.25 in onnxruntime, and ResNet-50 in torch.

A program of its own, so that it starts with the server's allocator, without which float32 networks take twice as long:
`python -m benchmarks.person_networks 25 [FILE]` prints a JSON list of what 25 rounds gave.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.bare_network import embed, served
from benchmarks.interleaved import median_seconds
from models.backbones.folding import fold_batch_norm
from models.backbones.resnet import ResNet50
from models.devices import Device, choose_device, place
from models.reid import SPEC
from models.reid.canvas import HEIGHT, WIDTH
from models.startup import STARTUP_ENVIRONMENT

OWN, OWN_FAST, RESNET = "reid", "reid, branches in bfloat16", "ResNet-50 in torch"
PEER_SIZE = (256, 128)
"""Crops as both peers are commonly given them: twice the pixels of ours."""
BATCH = 16


@dataclass(frozen=True)
class Timed:
    """A network, the height and width of its crops, and seconds of processor time for one of them."""

    name: str
    size: tuple[int, int]
    seconds: float


def measure(environment: Mapping[str, str], peer: Path | None, rounds: int) -> Sequence[Timed]:
    """Compare the networks in a new process; see `compare`."""
    command = [sys.executable, "-m", "benchmarks.person_networks", str(rounds), *([] if peer is None else [str(peer)])]
    output = subprocess.run(
        command, env={**STARTUP_ENVIRONMENT, **environment}, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    return [Timed(one["name"], (one["size"][0], one["size"][1]), one["seconds"]) for one in json.loads(output)]


def compare(peer: Path | None, rounds: int, *, fast: bool) -> Sequence[Timed]:
    """Time networks by turns, batches of 16 on one thread of the CPU; those in torch have random weights.

    Args:
        peer: OSNet as an ONNX file; left out without one.
        rounds: how often each is timed.
        fast: whether ours is timed in bfloat16 too, because this processor computes with it.
    """
    torch.set_num_threads(1)
    actions: dict[str, Callable[[], object]] = {}
    for name, dtype in {OWN: torch.float32, **({OWN_FAST: torch.bfloat16} if fast else {})}.items():
        network = served(SPEC.networks[SPEC.default_network](), Device("cpu", dtype, 1))
        actions[name] = partial(embed, network, torch.full((BATCH, 3, HEIGHT, WIDTH), 128, dtype=torch.uint8))
    if peer is not None:
        actions[f"{peer.stem} in onnxruntime"] = _in_onnxruntime(peer)
    actions[RESNET] = _resnet()
    sizes: Mapping[str, tuple[int, int]] = {OWN: (HEIGHT, WIDTH), OWN_FAST: (HEIGHT, WIDTH)}
    taken = median_seconds(actions, rounds)
    return [Timed(name, sizes.get(name, PEER_SIZE), taken[name] / BATCH) for name in actions]


def _resnet() -> Callable[[], Tensor]:
    """ResNet-50 as usual baselines have it: last stride 1, the mean of its map."""
    network: nn.Module = nn.Sequential(ResNet50(1), nn.AdaptiveAvgPool2d(1)).eval().requires_grad_(requires_grad=False)
    fold_batch_norm(network)
    place(network, Device("cpu", torch.float32, 1))
    crops = torch.zeros(BATCH, 3, *PEER_SIZE).contiguous(memory_format=torch.channels_last)

    def run() -> Tensor:
        with torch.inference_mode():
            features: Tensor = network(crops)
        return features

    return run


def _in_onnxruntime(path: Path) -> Callable[[], object]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    crops = {name: np.zeros((BATCH, 3, *PEER_SIZE), np.float32)}
    return lambda: session.run(None, crops)


def main() -> None:
    """Measure in this process."""
    rounds, *peers = sys.argv[1:]
    fast = choose_device("cpu").dtype is torch.bfloat16
    timed = compare(Path(peers[0]) if peers else None, int(rounds), fast=fast)
    print(json.dumps([asdict(one) for one in timed]))


if __name__ == "__main__":
    main()
