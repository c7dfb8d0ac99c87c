"""The trunks an EnsembleNet may have, and where each is split into branches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from models.backbones import resnet
from models.backbones.efficientnet_lite import CHANNELS, MEAN, SCALE, EfficientNetLite0

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

LITE, RESNET = "efficientnet-lite0", "resnet50"
LITE_BRANCH = 2
"""Blocks of EfficientNet-Lite0 in a branch: with three branches of these the whole stays below 12 MiB in fp16."""


@dataclass(frozen=True)
class Trunk:
    """A backbone that can be taken apart.

    Attributes:
        build: stride of the last stage -> the whole backbone with random weights.
        split: takes off in place, and returns, what every branch has a copy of.
        channels: of what a branch gives.
        mean: of ImageNet's red, green and blue, which is subtracted, 0 to 1.
        scale: what is divided by then.
    """

    build: Callable[[int], nn.Module]
    split: Callable[[nn.Module], nn.Module]
    channels: int
    mean: tuple[float, float, float]
    scale: tuple[float, float, float]


def _split_lite(trunk: nn.Module) -> nn.Module:
    if not isinstance(trunk, EfficientNetLite0):
        raise TypeError
    return trunk.take_last(LITE_BRANCH)


def _split_resnet(trunk: nn.Module) -> nn.Module:
    if not isinstance(trunk, resnet.ResNet50):
        raise TypeError
    return trunk.take_last()


TRUNKS: Mapping[str, Trunk] = MappingProxyType(
    {
        LITE: Trunk(EfficientNetLite0, _split_lite, CHANNELS, (MEAN,) * 3, (SCALE,) * 3),
        RESNET: Trunk(resnet.ResNet50, _split_resnet, resnet.CHANNELS, resnet.MEAN, resnet.SCALE),
    }
)
