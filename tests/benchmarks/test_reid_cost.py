"""Costs are counted by hand where they can be."""

from __future__ import annotations

import torch
from torch import nn

from benchmarks.reid_cost import measure, multiply_adds
from benchmarks.reid_variants import BRANCHES, NETWORKS
from models.reid.network import EnsembleNet
from models.reid.trunks import LITE

SIZE = (32, 32)


class Strided(nn.Module):
    """A convolution of 3 x 3 to 8 channels at half the size, and one in depth."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 8, 5, 1, 2, groups=8))

    def embed_queries(self, batch: torch.Tensor) -> torch.Tensor:
        """Convolve."""
        found: torch.Tensor = self.layers(batch.float())
        return found


def test_multiply_adds_are_those_of_the_definition() -> None:
    """Places x channels out x channels in of a group x kernel, for each convolution."""
    counted = multiply_adds(Strided(), torch.zeros(1, 3, 16, 8, dtype=torch.uint8))
    assert counted == (8 * 4) * 8 * 3 * 9 + (8 * 4) * 8 * 1 * 25


def test_networks_cost_what_each_of_them_costs() -> None:
    """Two networks have the sum of their parameters and multiply-adds; two branches share a trunk and have fewer."""
    costs = measure([BRANCHES[0], BRANCHES[1], NETWORKS[0]], LITE, SIZE, batch=1, rounds=1)
    assert list(costs) == ["1 branch", "2 branches", "2 networks"]
    one, branches, networks = costs.values()
    assert one.parameters < branches.parameters < networks.parameters
    second = multiply_adds(EnsembleNet(NETWORKS[0].members[1].design(LITE)).eval(), torch.zeros(1, 3, *SIZE).byte())
    assert networks.multiply_adds == one.multiply_adds + second
    assert branches.multiply_adds < networks.multiply_adds
    assert min(cost.seconds for cost in costs.values()) > 0
