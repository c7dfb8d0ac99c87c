"""How fast a network is on its device alone, and how fast the device's memory and arithmetic would allow it to be.

Both limits are measured in the same run: by copying a large tensor, and by a large convolution in each format. Each
convolution of the network must at least read its input and its weights, write its output, and do its multiply-adds;
what takes longer of the two counts (Williams et al., Roofline, 2009). What is not a convolution is not counted, as if
it were done on the way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import cast

import torch
from torch import Tensor, nn

from benchmarks.bare_network import embed
from models.devices import Device, place

ROUNDS = 9
_COPIED = 2**28
_CHANNELS = 4096
_PLACES = 8


@dataclass(frozen=True)
class Roof:
    """What a device can do, by number format: bytes a second moved, and operations a second, two a multiply-add."""

    bandwidth: float
    operations: Mapping[torch.dtype, float]


@dataclass(frozen=True)
class Rate:
    """Crops a second, measured and allowed.

    Attributes:
        batch: crops at once.
        measured: crops a second, from prepared crops on the device to vectors there.
        allowed: crops a second that memory and arithmetic allow.
        by_memory: share of the allowed time that goes into convolutions that memory limits.
    """

    batch: int
    measured: float
    allowed: float
    by_memory: float

    @property
    def share(self) -> float:
        """How much of what is allowed is reached."""
        return self.measured / self.allowed


def measure_roof(device: Device, copied: int = _COPIED, channels: int = _CHANNELS) -> Roof:
    """Measure a device's memory, by so many bytes, and its arithmetic, in float32 and in its own format.

    Arithmetic is that of a 1x1 convolution of so many channels at as many places, which a GPU computes in TF32 wherever
    it computes those of a network in it.
    """
    block = torch.empty(copied, dtype=torch.uint8, device=device.name)
    other = torch.empty_like(block)
    moved = 2 * copied / _seconds(partial(other.copy_, block), device)
    return Roof(moved, {dtype: _operations(device, dtype, channels) for dtype in {torch.float32, device.dtype}})


def _operations(device: Device, dtype: torch.dtype, channels: int) -> float:
    """Operations a second of one convolution."""
    network = nn.Conv2d(channels, channels, 1, bias=False).requires_grad_(requires_grad=False)
    place(network, device, dtype)
    maps = torch.ones(max(1, channels // _PLACES**2), channels, _PLACES, _PLACES, dtype=dtype, device=device.name)
    maps = maps.contiguous(memory_format=torch.channels_last)
    return 2 * maps.numel() * channels / _seconds(partial(network, maps), device)


def measure_rate(network: nn.Module, crops: Tensor, roof: Roof, device: Device) -> Rate:
    """Measure a network that serves, on crops, uint8 (n, 3, h, w), that lie on its device."""
    run = partial(embed, network, crops)
    limits = _limits(network, run, roof)
    allowed = sum(max(pair) for pair in limits)
    by_memory = sum(memory for memory, arithmetic in limits if memory > arithmetic)
    return Rate(len(crops), len(crops) / _seconds(run, device), len(crops) / allowed, by_memory / allowed)


def _limits(network: nn.Module, run: Callable[[], Tensor], roof: Roof) -> list[tuple[float, float]]:
    """Seconds that each convolution needs, for what it moves and for what it computes."""
    found: list[tuple[float, float]] = []

    def note(module: nn.Module, given: tuple[Tensor, ...], maps: Tensor) -> None:
        weight = cast("nn.Conv2d", module).weight
        numbers = given[0].numel() + weight.numel() + maps.numel()
        operations = 2 * maps.numel() * weight[0].numel()
        found.append((numbers * maps.element_size() / roof.bandwidth, operations / roof.operations[maps.dtype]))

    hooks = [module.register_forward_hook(note) for module in network.modules() if isinstance(module, nn.Conv2d)]
    run()
    for hook in hooks:
        hook.remove()
    return found


def _seconds(action: Callable[[], object], device: Device) -> float:
    """Median time of an action by the clock, until the device has done it."""
    taken = []
    for number in range(-2, ROUNDS):
        _wait(device)
        started = time.perf_counter()
        action()
        _wait(device)
        if number >= 0:
            taken.append(time.perf_counter() - started)
    return median(taken)


def _wait(device: Device) -> None:
    if device.is_cuda:
        torch.cuda.synchronize(device.name)
