"""VGG-16: torchvision's names, shapes and numbers, and fc7 over pictures of any size."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from models.backbones.vgg import FEATURES, OFFICIAL, VGG16

# Where torchvision's thirteen convolutions stand; a pooling comes before each of another block, and at the end.
CONVOLUTIONS = ((0, 2), (5, 7), (10, 12, 14), (17, 19, 21), (24, 26, 28))


@pytest.fixture(scope="module")
def network() -> VGG16:
    """Random weights under which fc7 is not all zero."""
    torch.manual_seed(0)
    return VGG16().eval().requires_grad_(requires_grad=False)


def plainly(state: dict[str, Tensor], pixels: Tensor) -> Tensor:
    """VGG-16 as torchvision has it, from names of weights and functions: fully connected on 7 x 7 places."""
    seen = pixels
    for block in CONVOLUTIONS:
        for number in block:
            weight, bias = state[f"features.{number}.weight"], state[f"features.{number}.bias"]
            seen = functional.conv2d(seen, weight, bias, padding=1).relu()
        seen = functional.max_pool2d(seen, 2)
    seen = functional.adaptive_avg_pool2d(seen, 7).flatten(1)
    for number in (0, 3):
        seen = functional.linear(seen, state[f"classifier.{number}.weight"], state[f"classifier.{number}.bias"]).relu()
    return seen


@pytest.mark.parametrize(("height", "width"), [(224, 224), (64, 32)])
def test_it_is_the_network_of_the_table(network: VGG16, height: int, width: int) -> None:
    """At the size it was made for, and on less, fc7 is that of the layers written out by their published names."""
    pixels = torch.randn(1, 3, height, width)
    with torch.inference_mode():
        found = network(pixels)
        assert found.shape == (1, FEATURES, 1, 1)
        torch.testing.assert_close(found[:, :, 0, 0], plainly(network.state_dict(), pixels), atol=1e-5, rtol=1e-3)
    assert found.any()


def test_a_larger_picture_has_more_places(network: VGG16) -> None:
    """Each is fc7 of its own 7 x 7 places of the last pooling."""
    pixels = torch.randn(1, 3, 224, 288)
    with torch.inference_mode():
        found, seen = network(pixels), network.features(pixels)
        assert found.shape == (1, FEATURES, 1, 3)
        state = network.state_dict()
        for place in range(3):
            flat = seen[..., place : place + 7].flatten(1)
            for number in (0, 3):
                name = f"classifier.{number}."
                flat = functional.linear(flat, state[f"{name}weight"], state[f"{name}bias"]).relu()
            torch.testing.assert_close(found[:, :, 0, place], flat, atol=1e-5, rtol=1e-3)


def test_it_has_as_many_parameters_as_is_known(network: VGG16) -> None:
    """138,357,544 with the classifier of 1,000 classes, which has 4,097,000, by the names of torchvision."""
    assert sum(parameter.numel() for parameter in network.parameters()) == 138_357_544 - 4_097_000
    stands = [f"features.{number}." for block in CONVOLUTIONS for number in block] + ["classifier.0.", "classifier.3."]
    assert set(network.state_dict()) == {f"{name}{kind}" for name in stands for kind in ("weight", "bias")}


@pytest.mark.parametrize(("blocks", "convolutions"), [(1, 2), (2, 4), (3, 7), (4, 10), (5, 13)])
def test_the_first_blocks_can_be_told(network: VGG16, blocks: int, convolutions: int) -> None:
    """A block ends with its pooling."""
    layers = network.first(blocks)
    assert sum(isinstance(layer, torch.nn.Conv2d) for layer in layers) == convolutions
    assert isinstance(layers[-1], torch.nn.MaxPool2d)


def test_the_published_name_carries_the_digest() -> None:
    """The first digits of it, as torchvision names its files; the last layer of three is what is left out."""
    assert OFFICIAL.address.endswith(f"vgg16-{OFFICIAL.sha256[:8]}.pth")
    assert len(OFFICIAL.sha256) == 64
    assert OFFICIAL.classifier == "classifier.6."
