"""What a way to embed people costs: parameters, multiply-adds, and time beside others in one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn

from benchmarks.bare_network import embed, served
from benchmarks.interleaved import median_seconds
from models.devices import Device
from models.reid.network import EnsembleNet

if TYPE_CHECKING:
    from benchmarks.reid_variants import Variant


@dataclass(frozen=True)
class Cost:
    """Of embedding one crop.

    Attributes:
        parameters: of all networks, without the classifiers of training.
        multiply_adds: in convolutions.
        seconds: of processor time.
    """

    parameters: int
    multiply_adds: int
    seconds: float


def measure(
    variants: Sequence[Variant], trunk: str, size: tuple[int, int], batch: int, rounds: int, threads: int = 1
) -> Mapping[str, Cost]:
    """Measure variants by turns, with random weights, in float32 on the CPU.

    Args:
        variants: whose members run one after the other.
        trunk: of all of them.
        size: height and width of the crops.
        batch: crops at once.
        rounds: how often each is timed.
        threads: of a network.
    """
    torch.set_num_threads(threads)
    device = Device("cpu", torch.float32, threads)
    crops = torch.full((batch, 3, *size), 128, dtype=torch.uint8)
    networks = {
        one.name: [served(EnsembleNet(member.design(trunk)), device) for member in one.members] for one in variants
    }
    actions: Mapping[str, Callable[[], object]] = {
        name: partial(_embed_by_all, members, crops) for name, members in networks.items()
    }
    taken = median_seconds(actions, rounds)
    return {
        name: Cost(
            sum(parameter.numel() for member in members for parameter in member.parameters()),
            sum(multiply_adds(member, crops[:1]) for member in members),
            taken[name] / batch,
        )
        for name, members in networks.items()
    }


def multiply_adds(network: nn.Module, crops: Tensor) -> int:
    """Count what convolutions multiply and add while crops, uint8 (n, 3, h, w), are embedded; all else is little."""
    counted: list[int] = []

    def count(module: nn.Module, _: object, maps: Tensor) -> None:
        convolution = cast("nn.Conv2d", module)
        # Of one number of the output; in the weight the channels are those of one group.
        counted.append(maps.numel() * convolution.weight[0].numel())

    hooks = [one.register_forward_hook(count) for one in network.modules() if isinstance(one, nn.Conv2d)]
    embed(network, crops)
    for hook in hooks:
        hook.remove()
    return sum(counted)


def _embed_by_all(networks: Sequence[nn.Module], crops: Tensor) -> None:
    for network in networks:
        embed(network, crops)
