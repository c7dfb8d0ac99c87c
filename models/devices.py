"""Which device and number format to compute with, and how many threads: derived once, from what the machine allows."""

from __future__ import annotations

import math
import os
import platform
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from models.contracts import PartlyCoarseNetwork

_CGROUP = Path("/sys/fs/cgroup")
_CPUINFO = Path("/proc/cpuinfo")
_BF16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


@dataclass(frozen=True)
class Device:
    """Where networks run.

    Attributes:
        name: what torch calls it, e.g. "cpu" or "cuda:0".
        dtype: the number format in which networks run there; embeddings are float32 whatever it is.
        threads: threads for one network on a CPU.
    """

    name: str
    dtype: torch.dtype
    threads: int

    @property
    def is_cuda(self) -> bool:
        """Whether it is a CUDA device."""
        return self.name.startswith("cuda")


def choose_device(override: str | None = None, processes: int = 1) -> Device:
    """Choose the fastest device there is, or the one `override` names ("cpu", "cuda", "cuda:1").

    bf16 is chosen where the device computes with it natively, float32 elsewhere. Each of several `processes` that
    share the machine gets its share of the threads.

    Raises:
        ValueError: `override` names a device that this machine does not have.
    """
    name = override or ("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cpu":
        return Device(name, torch.bfloat16 if _cpu_has_bf16() else torch.float32, thread_share(processes))
    if not re.fullmatch(r"cuda(:\d+)?", name):
        message = f"The device is {name!r}; it must be cpu, cuda or cuda:N."
        raise ValueError(message)
    if not torch.cuda.is_available():
        message = f"The device is {name!r}, but no CUDA device is available; use cpu."
        raise ValueError(message)
    cards = torch.cuda.device_count()
    if int(name.partition(":")[2] or 0) >= cards:
        message = f"The device is {name!r}, but this machine has {cards} CUDA device(s), counted from 0; use cuda:0."
        raise ValueError(message)
    return Device(name, torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32, thread_share(processes))


def place(network: nn.Module, device: Device, dtype: torch.dtype = torch.float32) -> None:
    """Move a network to a device, in the memory layout that is fastest for convolutions there.

    A network that has `coarse_parts` computes in `dtype` there alone, and elsewhere in float32; see
    `models.contracts.PartlyCoarseNetwork`.
    """
    coarse = network.coarse_parts() if isinstance(network, PartlyCoarseNetwork) else [network]
    # The keyword exists; torch's stubs leave it out.
    network.to(device.name, dtype=torch.float32, memory_format=torch.channels_last)  # type: ignore[call-overload]
    for part in coarse:
        part.to(dtype)


@contextmanager
def one_thread(device: Device) -> Iterator[None]:
    """Compute what is too small to be shared out in the calling thread alone, on a CPU.

    Of a busy machine threads that wait for each other after each little operation take several times what it takes.
    """
    threads = torch.get_num_threads()
    if not device.is_cuda:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        if not device.is_cuda:
            torch.set_num_threads(threads)


def in_format_of(part: nn.Module, given: Tensor) -> Tensor:
    """Return what a part is given in the number format in which the part computes, if that is coarser than float32.

    What a float32 part is given stays as it is: in training the format is autocast's.
    """
    dtype = next(part.parameters(), given).dtype
    return given if dtype is torch.float32 else given.to(dtype)


def training_precision(device: Device) -> torch.autocast:
    """Return a context in which networks are trained forwards: the device's number format.

    Losses stand outside of it: differences between likenesses drown in bfloat16.
    """
    kind = device.name.partition(":")[0]
    return torch.autocast(kind, device.dtype, enabled=device.dtype is not torch.float32)


def cpu_count(cgroup: Path = _CGROUP) -> int:
    """Cores this process may use: the least of its affinity and its cgroup's quota, and at least 1."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _quota(cgroup) or cores))


def describe(device: Device) -> str:
    """Say in one line what is computed on: processor or card, cores, system and versions."""
    name = torch.cuda.get_device_name(device.name) if device.is_cuda else processor()
    system = f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}"
    return (
        f"{name}, {cpu_count()} cores allowed, {system}; Python {platform.python_version()}, torch {torch.__version__}"
    )


def processor(cpuinfo: Path = _CPUINFO) -> str:
    """Name of the processor; its kind where the system does not tell the name."""
    names = (line.split(":", 1)[1].strip() for line in _lines(cpuinfo) if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def thread_share(processes: int) -> int:
    """Threads for one of several processes that share the cores; at least 1."""
    return max(1, cpu_count() // processes)


def _quota(cgroup: Path) -> int | None:
    """Whole cores granted by cgroup v2 or v1, None when unlimited."""
    try:
        quota, period = (cgroup / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            quota = (cgroup / "cpu/cpu.cfs_quota_us").read_text().strip()
            period = (cgroup / "cpu/cpu.cfs_period_us").read_text().strip()
        except OSError:
            return None
    if not (quota.isdecimal() and period.isdecimal() and int(period)):
        # "max", "-1", or nothing that a kernel writes.
        return None
    return max(1, math.ceil(int(quota) / int(period)))


def _cpu_has_bf16(cpuinfo: Path = _CPUINFO) -> bool:
    flags = next((line for line in _lines(cpuinfo) if line.startswith("flags")), "")
    return not _BF16_FLAGS.isdisjoint(flags.split())


def _lines(cpuinfo: Path) -> list[str]:
    """Lines of the file in which Linux describes its processors; none elsewhere."""
    try:
        return cpuinfo.read_text("utf-8").splitlines()
    except OSError:
        return []
