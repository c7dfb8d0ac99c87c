"""ResNet-50: torchvision's names, shapes and numbers."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.backbones.resnet import CHANNELS, OFFICIAL, ResNet50


@pytest.fixture(scope="module")
def trunk() -> ResNet50:
    """A trunk with random weights whose normalisations have something to do."""
    torch.manual_seed(0)
    network = ResNet50().eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.get_buffer("running_mean"), -0.1, 0.1)
            nn.init.uniform_(module.get_buffer("running_var"), 0.5, 1.5)
    return network


def plainly(state: dict[str, Tensor], pixels: Tensor) -> Tensor:
    """ResNet-50 from its table: 3, 4, 6 and 3 bottlenecks, by nothing but names of weights and functions."""

    def convolved(features: Tensor, convolution: str, norm: str, stride: int = 1, padding: int = 0) -> Tensor:
        features = functional.conv2d(features, state[f"{convolution}.weight"], stride=stride, padding=padding)
        mean, variance, weight, bias = (
            state[f"{norm}.{name}"] for name in ("running_mean", "running_var", "weight", "bias")
        )
        return functional.batch_norm(features, mean, variance, weight, bias)

    features = convolved(pixels, "conv1", "bn1", 2, 3).relu()
    features = functional.max_pool2d(features, 3, 2, 1)
    for layer, blocks in enumerate((3, 4, 6, 3), 1):
        for block in range(blocks):
            name = f"layer{layer}.{block}."
            stride = 2 if layer > 1 and block == 0 else 1
            hidden = convolved(features, f"{name}conv1", f"{name}bn1").relu()
            hidden = convolved(hidden, f"{name}conv2", f"{name}bn2", stride, 1).relu()
            hidden = convolved(hidden, f"{name}conv3", f"{name}bn3")
            if block == 0:
                features = convolved(features, f"{name}downsample.0", f"{name}downsample.1", stride)
            features = (hidden + features).relu()
    return features


def test_it_is_the_network_of_the_table(trunk: ResNet50) -> None:
    """Its output is that of the layers written out by their published names."""
    pixels = torch.randn(2, 3, 64, 32)
    with torch.inference_mode():
        found = trunk(pixels)
        torch.testing.assert_close(found, plainly(trunk.state_dict(), pixels), atol=1e-4, rtol=1e-3)
    assert found.shape == (2, CHANNELS, 2, 1)


def test_it_has_as_many_parameters_as_is_known(trunk: ResNet50) -> None:
    """23,508,032 without the classifier, of which 14,964,736 are of the last stage."""
    assert sum(parameter.numel() for parameter in trunk.parameters()) == 23_508_032
    assert sum(parameter.numel() for parameter in trunk.layer4.parameters()) == 14_964_736
    # 53 convolutions with four numbers or vectors and a counter each for their normalisation.
    assert len(trunk.state_dict()) == 53 * 6


def test_a_trunk_that_is_taken_apart_is_the_trunk(trunk: ResNet50) -> None:
    """The last stage after the rest computes what the whole did; without its stride the map is twice as fine."""
    pixels = torch.randn(1, 3, 64, 32)
    close = ResNet50(last_stride=1).eval()
    close.load_state_dict(trunk.state_dict())
    with torch.inference_mode():
        whole = close(pixels)
        assert whole.shape == (1, CHANNELS, 4, 2)
        last = close.take_last()
        assert torch.equal(last(close(pixels)), whole)
    assert not any(name.startswith("layer4") for name in close.state_dict())


def test_the_published_name_carries_the_digest() -> None:
    """The first digits of it, as torchvision names its files."""
    assert OFFICIAL.address.endswith(f"resnet50-{OFFICIAL.sha256[:8]}.pth")
