"""Devices: what the machine and its cgroup allow, read from files laid out as the kernel does."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import pytest
import torch
from torch import nn

from models import devices
from models.devices import (
    Device,
    choose_device,
    cpu_count,
    describe,
    in_format_of,
    one_thread,
    place,
    processor,
    thread_share,
    training_precision,
)


@pytest.fixture
def _sixteen_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose affinity allows 16 cores."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(16)), raising=False)


@pytest.mark.usefixtures("_sixteen_cores")
@pytest.mark.parametrize(
    ("content", "cores"),
    [
        ("max 100000\n", 16),
        ("200000 100000\n", 2),
        ("150000 100000\n", 2),
        ("100001 100000\n", 2),
        ("10000 100000\n", 1),
        ("6400000 100000\n", 16),
        ("", 16),
        ("nonsense 100000\n", 16),
        ("200000 0\n", 16),
    ],
)
def test_cgroup_v2_quota(tmp_path: Path, content: str, cores: int) -> None:
    """A v2 quota is rounded up to whole cores, never above the affinity; no quota or a broken one is no bound."""
    (tmp_path / "cpu.max").write_text(content)
    assert cpu_count(tmp_path) == cores


@pytest.mark.usefixtures("_sixteen_cores")
@pytest.mark.parametrize(("quota", "cores"), [("-1", 16), ("300000", 3), ("250000", 3), ("5000", 1)])
def test_cgroup_v1_quota(tmp_path: Path, quota: str, cores: int) -> None:
    """A v1 quota stands in two files; -1 is none."""
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu/cpu.cfs_quota_us").write_text(f"{quota}\n")
    (tmp_path / "cpu/cpu.cfs_period_us").write_text("100000\n")
    assert cpu_count(tmp_path) == cores


@pytest.mark.usefixtures("_sixteen_cores")
def test_without_a_cgroup_the_affinity_counts(tmp_path: Path) -> None:
    """Where no quota is written down, the process may use every core of its affinity."""
    assert cpu_count(tmp_path) == 16


def test_without_affinity_the_machine_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system knows no affinity, its core count is used, and at least one."""
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cpu_count(tmp_path) == 1


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("flags\t\t: fpu sse avx512_bf16", torch.bfloat16),
        ("flags\t\t: fpu amx_bf16", torch.bfloat16),
        ("flags\t\t: fpu avx512f", torch.float32),
        ("Features\t: asimd", torch.float32),
    ],
)
def test_a_cpu_computes_in_what_it_knows_natively(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, expected: torch.dtype
) -> None:
    """bf16 is chosen on a CPU with instructions for it alone; elsewhere it would be emulated."""
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\n{flags}\n")
    known = devices._cpu_has_bf16(cpuinfo)  # noqa: SLF001 - the file is the interface
    monkeypatch.setattr(devices, "_cpu_has_bf16", lambda: known)
    assert choose_device("cpu").dtype is expected


def test_without_cpuinfo_float32_is_chosen(tmp_path: Path) -> None:
    """A system that does not describe its CPU computes in float32."""
    assert not devices._cpu_has_bf16(tmp_path / "none")  # noqa: SLF001 - the file is the interface


def test_the_cpu_is_chosen_where_there_is_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without CUDA and without an override, networks run on the CPU with the cores it may use."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    device = choose_device()
    assert device.name == "cpu"
    assert device.threads == cpu_count()
    assert not device.is_cuda


@pytest.mark.parametrize("bf16", [True, False])
def test_cuda_is_chosen_where_there_is_one(monkeypatch: pytest.MonkeyPatch, bf16: bool) -> None:
    """With CUDA and without an override, the GPU is chosen, in bf16 where it has it."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: bf16)
    device = choose_device()
    assert device.is_cuda
    assert device.dtype is (torch.bfloat16 if bf16 else torch.float32)
    assert choose_device("cpu").name == "cpu"


@pytest.mark.parametrize("name", ["tpu", "CPU", "cuda:x", "cuda:", "cudax", "cuda:-1"])
def test_a_device_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What torch has no such name for is refused with the names that are right."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(ValueError, match="cpu, cuda or cuda:N"):
        choose_device(name)


def test_a_device_that_is_missing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """CUDA where there is none, and a card past the last one, are refused when asked for, not at the first batch."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="no CUDA device"):
        choose_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: True)
    assert choose_device("cuda:1").name == "cuda:1"
    with pytest.raises(ValueError, match="2 CUDA device"):
        choose_device("cuda:2")


def test_networks_are_placed_in_the_fast_layout() -> None:
    """Convolution weights come to lie channels last and in the asked format."""
    network = torch.nn.Conv2d(4, 8, 3)
    place(network, Device("cpu", torch.bfloat16, 1), torch.bfloat16)
    assert network.weight.dtype is torch.bfloat16
    assert network.weight.is_contiguous(memory_format=torch.channels_last)


class PartlyCoarse(nn.Module):
    """A network of two convolutions, of which one must stay exact."""

    def __init__(self) -> None:
        super().__init__()
        self.exact, self.coarse = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 4, 1)

    def coarse_parts(self) -> list[nn.Module]:
        """The second one alone."""
        return [self.coarse]


def test_a_network_may_name_the_parts_that_become_coarse() -> None:
    """Those alone have the other format; all else keeps its very numbers, and everything the layout."""
    network = PartlyCoarse()
    before = network.exact.weight.detach().clone()
    place(network, Device("cpu", torch.bfloat16, 1), torch.bfloat16)
    assert torch.equal(network.exact.weight, before)
    assert {parameter.dtype for parameter in network.coarse.parameters()} == {torch.bfloat16}
    assert network.exact.weight.is_contiguous(memory_format=torch.channels_last)
    assert network.coarse.weight.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(("computed", "given"), [("bfloat16", "float32"), ("bfloat16", "bfloat16")])
def test_coarse_parts_are_given_their_format(computed: str, given: str) -> None:
    """What is finer is rounded to it, once."""
    part, values = nn.Conv2d(1, 1, 1).to(getattr(torch, computed)), torch.rand(1, 1, 2, 2).to(getattr(torch, given))
    found = in_format_of(part, values)
    assert found.dtype is getattr(torch, computed)
    assert torch.equal(found, values.to(found.dtype))


@pytest.mark.parametrize("given", [torch.float32, torch.bfloat16])
def test_what_exact_parts_are_given_stays(given: torch.dtype) -> None:
    """It is autocast that says what they compute in; a part without weights takes what comes."""
    values = torch.rand(2, 3).to(given)
    assert in_format_of(nn.Linear(3, 1), values) is values
    assert torch.equal(in_format_of(nn.ReLU(), values), values)


@pytest.mark.usefixtures("_sixteen_cores")
@pytest.mark.parametrize("processes", [1, 2, 3, 5, 16, 17, 100])
def test_processes_share_the_cores(monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    """Together they have no more threads than there are cores, unless each has just one."""
    monkeypatch.setattr(devices, "_quota", lambda _cgroup: None)
    share = thread_share(processes)
    assert share == choose_device("cpu", processes).threads
    assert share == 1 or share * processes <= 16
    assert (share + 1) * processes > 16


@pytest.mark.parametrize(("name", "within"), [("cpu", 1), ("cuda:0", 3)])
def test_what_is_small_is_computed_in_one_thread(name: str, within: int) -> None:
    """On a CPU, and only until the block ends, however that is; work for a GPU is none of a CPU's threads."""
    torch.set_num_threads(3)
    try:
        with one_thread(Device(name, torch.float32, 3)):
            assert torch.get_num_threads() == within
        assert torch.get_num_threads() == 3
        with pytest.raises(ZeroDivisionError), one_thread(Device(name, torch.float32, 3)):
            _ = 1 / 0
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_cpu_trains_in_its_own_format(dtype: torch.dtype) -> None:
    """Products are of the format that the device was chosen with, and weights stay float32."""
    layer = torch.nn.Linear(2, 2)
    with training_precision(Device("cpu", dtype, 1)):
        assert layer(torch.ones(2, 2)).dtype is dtype
    assert layer.weight.dtype is torch.float32


@pytest.mark.parametrize(("dtype", "enabled"), [(torch.float32, False), (torch.bfloat16, True)])
def test_a_gpu_trains_in_its_own_format(monkeypatch: pytest.MonkeyPatch, dtype: torch.dtype, enabled: bool) -> None:
    """On CUDA forward passes run in the number format that the device was chosen with."""
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(torch, "autocast", lambda kind, dtype, *, enabled: asked.append((kind, dtype, enabled)))
    training_precision(Device("cuda:1", dtype, 1))
    assert asked == [("cuda", dtype, enabled)]


def test_the_processor_has_its_name(tmp_path: Path) -> None:
    """Linux tells it once a core; where nothing is told the kind of machine stands for it."""
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Some CPU: 2 GHz\nprocessor\t: 1\nmodel name\t: Another\n")
    assert processor(cpuinfo) == "Some CPU: 2 GHz"
    for nameless in (tmp_path / "none", tmp_path / "arm"):
        (tmp_path / "arm").write_text("processor\t: 0\nFeatures\t: asimd\n")
        assert processor(nameless) in {platform.processor(), platform.machine()}


def test_a_machine_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processor, cores and versions stand in it; on a GPU the card stands for the processor."""
    line = describe(Device("cpu", torch.float32, 1))
    assert line.startswith(f"{processor()}, {cpu_count()} cores")
    assert all(part in line for part in (platform.python_version(), torch.__version__))
    assert "\n" not in line
    monkeypatch.setattr(torch.cuda, "get_device_name", {"cuda:1": "Some card"}.get)
    assert describe(Device("cuda:1", torch.float32, 1)).startswith("Some card, ")
