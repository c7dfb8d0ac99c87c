"""What was measured on: processor, memory, system and versions, as lines of a report."""

from __future__ import annotations

import platform
from importlib.metadata import version

import psutil
import torch

from models.devices import choose_device, cpu_count, processor

DISTRIBUTIONS = ("torch", "numpy", "pillow", "scikit-image", "fastapi", "uvicorn", "sqlalchemy")
GIB = 2**30


def describe(override: str | None) -> list[str]:
    """Describe this machine, the device that is chosen on it, and what Likeness stands on."""
    device = choose_device(override)
    name = torch.cuda.get_device_name(device.name) if device.is_cuda else processor()
    installed = ", ".join(f"{name} {version(name)}" for name in (*DISTRIBUTIONS, faiss_distribution()))
    memory = psutil.virtual_memory().total / GIB
    return [
        f"- Machine: {processor()}, {cpu_count()} cores allowed, {memory:.0f} GiB, {platform.system()} {kernel()}",
        f"- Device: {name}, {str(device.dtype).removeprefix('torch.')} where it agrees, {device.threads} threads",
        f"- Python {platform.python_version()}; {installed}",
    ]


def kernel() -> str:
    """Major and minor version of the kernel, without what a distributor added."""
    return ".".join(platform.release().split(".")[:2])


def faiss_distribution() -> str:
    """Which of the two builds of faiss is installed."""
    from importlib.metadata import PackageNotFoundError

    try:
        version("faiss-gpu")
    except PackageNotFoundError:
        return "faiss-cpu"
    return "faiss-gpu"
