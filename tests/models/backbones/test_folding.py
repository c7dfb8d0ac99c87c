"""Folding changes how a network computes, not what."""

from __future__ import annotations

import torch
from torch import nn

from models.backbones.efficientnet_lite import EfficientNetLite0
from models.backbones.folding import fold_batch_norm
from models.sketch.edges import EdgeDetector


def with_statistics(network: nn.Module) -> nn.Module:
    """Give every normalisation statistics and scales of its own, as training would."""
    generator = torch.Generator().manual_seed(0)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor in (module.running_mean, module.running_var, module.weight.data, module.bias.data):
                assert tensor is not None
                tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
    return network.eval()


def test_a_folded_network_computes_the_same_function() -> None:
    """Trunk and edge detector answer alike before and after, up to rounding, and hold no normalisation any more."""
    for build, channels in ((EfficientNetLite0, 3), (EdgeDetector, 3)):
        network = with_statistics(build())
        pixels = torch.rand(2, channels, 64, 64, generator=torch.Generator().manual_seed(1))
        with torch.inference_mode():
            before = network(pixels)
            fold_batch_norm(network)
            after = network(pixels)
        assert torch.allclose(before, after, rtol=1e-3, atol=1e-4 * float(before.abs().max()))
        assert not any(isinstance(module, nn.BatchNorm2d) for module in network.modules())


def test_a_normalisation_behind_something_else_stays() -> None:
    """Only what directly follows a convolution is folded."""
    network = nn.Sequential(nn.Conv2d(1, 2, 1), nn.ReLU(), nn.BatchNorm2d(2)).eval()
    fold_batch_norm(network)
    assert isinstance(network[2], nn.BatchNorm2d)
