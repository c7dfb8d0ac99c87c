"""Folding: the same function, without the normalisations."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from models.backbones.efficientnet_lite import EfficientNetLite0
from models.backbones.folding import fold_batch_norm
from models.sketch.edges import EdgeDetector


def worn(network: nn.Module) -> nn.Module:
    """A network whose normalisations have seen data: statistics and factors as training leaves them, none trivial."""
    generator = torch.Generator().manual_seed(0)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor in (module.running_mean, module.bias.data):
                assert tensor is not None
                tensor.copy_(0.2 * torch.randn(tensor.shape, generator=generator))
            for tensor in (module.running_var, module.weight.data):
                assert tensor is not None
                tensor.copy_(0.5 + torch.rand(tensor.shape, generator=generator))
    return network.eval()


@pytest.mark.parametrize("build", [EdgeDetector, EfficientNetLite0])
def test_the_function_stays(build: type[nn.Module]) -> None:
    """Folded, a network computes what it computed, and holds no normalisation any more."""
    torch.manual_seed(0)
    network = worn(build())
    pixels = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        before = network(pixels)
        fold_batch_norm(network)
        after = network(pixels)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    assert float((after - before).abs().max()) < 1e-4 * float(before.abs().max())


def test_a_normalisation_behind_something_else_stays() -> None:
    """Only what stands right behind a convolution is folded into it."""
    network = nn.Sequential(nn.Conv2d(1, 2, 1), nn.ReLU(), nn.BatchNorm2d(2)).eval()
    fold_batch_norm(network)
    assert isinstance(network[2], nn.BatchNorm2d)


def test_a_normalisation_without_statistics_is_refused() -> None:
    """What normalises by each batch is no fixed function, and nothing can be folded."""
    network = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2, track_running_stats=False)).eval()
    with pytest.raises(ValueError, match="statistics"):
        fold_batch_norm(network)


def test_padding_of_its_own_is_kept() -> None:
    """A convolution that pads in a way of its own is still of its class after folding."""
    network = worn(EfficientNetLite0())
    kinds = [type(module) for module in network.modules() if isinstance(module, nn.Conv2d)]
    fold_batch_norm(network)
    assert [type(module) for module in network.modules() if isinstance(module, nn.Conv2d)] == kinds
