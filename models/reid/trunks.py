"""The trunks an EnsembleNet may have, and where each is split into branches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from models.backbones import resnet
from models.backbones.efficientnet_lite import CHANNELS, MEAN, SCALE, EfficientNetLite0

if TYPE_CHECKING:
    from torch import nn

LITE, RESNET = "efficientnet-lite0", "resnet50"
LITE_BRANCH = 2
"""Blocks of EfficientNet-Lite0 in a branch: with three branches of these the whole stays below 12 MiB in fp16."""


Load = Callable[["nn.Module"], None]
"""Fills a whole backbone with weights."""


@dataclass(frozen=True)
class Trunk:
    """A backbone that is taken apart.

    Attributes:
        split: stride of the last stage, and what fills the backbone first -> what is shared, and what every branch has
            a copy of.
        channels: of what a branch gives.
        mean: of ImageNet's red, green and blue, which is subtracted, 0 to 1.
        scale: what is divided by then.
    """

    split: Callable[[int, Load], tuple[nn.Module, nn.Module]]
    channels: int
    mean: tuple[float, float, float]
    scale: tuple[float, float, float]


def _split_lite(last_stride: int, load: Load) -> tuple[nn.Module, nn.Module]:
    trunk = EfficientNetLite0(last_stride)
    load(trunk)
    last = trunk.take_last(LITE_BRANCH)
    return trunk, last


def _split_resnet(last_stride: int, load: Load) -> tuple[nn.Module, nn.Module]:
    trunk = resnet.ResNet50(last_stride)
    load(trunk)
    last = trunk.take_last()
    return trunk, last


TRUNKS: Mapping[str, Trunk] = MappingProxyType(
    {
        LITE: Trunk(_split_lite, CHANNELS, (MEAN,) * 3, (SCALE,) * 3),
        RESNET: Trunk(_split_resnet, resnet.CHANNELS, resnet.MEAN, resnet.SCALE),
    }
)
