"""What memory and arithmetic allow, by hand for a network of two convolutions."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from benchmarks import roofline
from benchmarks.roofline import Rate, Roof, measure_rate, measure_roof
from models.devices import Device

CPU = Device("cpu", torch.float32, 1)
BF16 = Device("cpu", torch.bfloat16, 1)


class Two(nn.Module):
    """A wide convolution of float32 and one of bfloat16 at each place alone."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.second = nn.Conv2d(8, 8, 1, groups=8, bias=False, dtype=torch.bfloat16)

    def embed_queries(self, batch: torch.Tensor) -> torch.Tensor:
        """Convolve."""
        found: torch.Tensor = self.second(self.first(batch.float()).bfloat16())
        return found


FIRST_MOVED = 4 * (2 * 3 * 8 * 4 + 8 * 3 * 9 + 2 * 8 * 8 * 4)
SECOND_MOVED = 2 * (2 * 8 * 8 * 4 + 8 + 2 * 8 * 8 * 4)
FIRST_DONE, SECOND_DONE = 2 * 2 * 8 * 4 * 8 * 3 * 9, 2 * 2 * 8 * 4 * 8


def test_the_slower_of_the_two_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arithmetic limits the first convolution and memory the second; crops a second are those of both together."""
    monkeypatch.setattr(roofline, "_seconds", lambda *_: 0.5)
    roof = Roof(1e6, {torch.float32: 1e6, torch.bfloat16: 1e9})
    first, second = FIRST_DONE / 1e6, SECOND_MOVED / 1e6
    assert first > FIRST_MOVED / 1e6
    assert second > SECOND_DONE / 1e9
    rate = measure_rate(Two().eval(), torch.zeros(2, 3, 8, 4, dtype=torch.uint8), roof, CPU)
    assert rate.measured == 2 / 0.5
    assert rate.allowed == pytest.approx(2 / (first + second))
    assert rate.by_memory == pytest.approx(second / (first + second))


def test_a_share_is_of_what_is_allowed() -> None:
    """Half as many crops as memory and arithmetic allow are a half."""
    assert Rate(16, 100.0, 200.0, 0.3).share == 0.5


def test_the_roof_is_measured_in_both_formats() -> None:
    """A device that computes in a coarser format is measured in that, and in float32, in which parts stay."""
    roof = measure_roof(BF16, copied=2**16, channels=64)
    assert set(roof.operations) == {torch.float32, torch.bfloat16}
    assert min(roof.bandwidth, *roof.operations.values()) > 0
