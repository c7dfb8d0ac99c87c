"""Averaging, judged number by number and by networks whose mean is known to answer as their answers' mean."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from models.averaging import average


def network(seed: int) -> nn.Module:
    """A small network with weights, running statistics and a counter of its own."""
    torch.manual_seed(seed)
    made = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    made(torch.randn(8, 3))
    return made.eval()


@pytest.mark.parametrize("count", [1, 2, 5])
def test_every_number_is_a_mean(count: int) -> None:
    """Weights and running statistics alike; counters of batches stay whole, and no network is changed."""
    networks = [network(seed) for seed in range(count)]
    before = [{name: tensor.clone() for name, tensor in one.state_dict().items()} for one in networks]
    found = average(networks).state_dict()
    for name, tensor in found.items():
        given = [state[name] for state in before]
        expected = sum(part / count for part in given) if tensor.is_floating_point() else given[0]
        assert isinstance(expected, torch.Tensor)
        torch.testing.assert_close(tensor, expected)
    for one, state in zip(networks, before, strict=True):
        assert all(torch.equal(tensor, state[name]) for name, tensor in one.state_dict().items())


def test_linear_networks_answer_as_their_mean() -> None:
    """Where the answer is linear in the weights, the mean network's is the mean of all answers."""
    networks = [nn.Linear(5, 3) for _ in range(4)]
    inputs = torch.randn(7, 5)
    expected = torch.stack([one(inputs) for one in networks]).mean(dim=0)
    torch.testing.assert_close(average(networks)(inputs), expected)
