"""What looks at pictures: convolutional trunks, each ending in one map, of which the mean is a picture's feature."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.backbones import efficientnet_lite, vgg
from models.backbones.efficientnet_lite import HEAD_CHANNELS, STAGE_CHANNELS, EfficientNetLite0, EfficientNetLite0Head

LITE, VGG = "efficientnet-lite0", "vgg16"
EARLY = range(1, 5)
"""Stages of EfficientNet-Lite0 whose means are features too: colour and texture, which its head has forgotten."""
_LAST = len(STAGE_CHANNELS) - 1
_WHITE = 255


class Eye(nn.Module, ABC):
    """A trunk without classifier.

    Attributes:
        features: numbers in each place of its map.
    """

    features: ClassVar[int]

    @abstractmethod
    def forward(self, pixels: Tensor) -> Tensor:
        """Turn RGB, float (n, 3, h, w) in 0 to 255, into one map, float32 (n, `features`, y, x)."""

    @abstractmethod
    def first(self, blocks: int) -> list[nn.Module]:
        """Return the layers of so many of the trunk's blocks, the first ones: what sees edges and colours."""


class LiteEye(Eye):
    """EfficientNet-Lite0 with its head, and what four of its stages see on the way there."""

    features = HEAD_CHANNELS + sum(STAGE_CHANNELS[stage] for stage in EARLY)

    def __init__(self) -> None:
        """Build it with random weights."""
        super().__init__()
        self.trunk, self.head = EfficientNetLite0(), EfficientNetLite0Head()

    def forward(self, pixels: Tensor) -> Tensor:
        """Turn RGB, float (n, 3, h, w) in 0 to 255, into one map, float32 (n, `features`, h / 32, w / 32).

        The maps of early stages are finer; each place of this one holds their mean over its own part of the picture.
        """
        normalised = (pixels / _WHITE - efficientnet_lite.MEAN) / efficientnet_lite.SCALE
        coarse = next(self.parameters()).dtype
        taken = normalised.to(coarse).contiguous(memory_format=torch.channels_last)
        *early, last = self.trunk.stages(taken, (*EARLY, _LAST))
        seen = self.head(last).float()
        means = [functional.adaptive_avg_pool2d(stage.float(), seen.shape[2:]) for stage in early]
        return torch.cat([seen, *means], dim=1)

    def first(self, blocks: int) -> list[nn.Module]:
        """Return the layers of so many of 16 blocks."""
        return self.trunk.first(blocks)

    def load_imagenet(self) -> None:
        """Load the ImageNet weights of the installed package.

        Raises:
            MissingCheckpoint: the package is not installed.
        """
        efficientnet_lite.load_imagenet(self.trunk)
        efficientnet_lite.load_imagenet(self.head)


class VGGEye(Eye):
    """VGG-16, the paper's: fc7, in as many places as a picture has."""

    features = vgg.FEATURES

    def __init__(self) -> None:
        """Build it with random weights."""
        super().__init__()
        self.trunk = vgg.VGG16()

    def forward(self, pixels: Tensor) -> Tensor:
        """Turn RGB, float (n, 3, h, w) in 0 to 255, into one map, float32 (n, `features`, h / 32 - 6, w / 32 - 6).

        Its mean is the feature of VGG's authors (section B of their paper): fc7 over the whole picture, then averaged.
        """
        mean, scale = (pixels.new_tensor(three)[:, None, None] for three in (vgg.MEAN, vgg.SCALE))
        seen: Tensor = self.trunk(((pixels / _WHITE - mean) / scale).to(next(self.parameters()).dtype))
        return seen.float()

    def first(self, blocks: int) -> list[nn.Module]:
        """Return the layers of so many of 5 blocks, which are all of its convolutions."""
        return self.trunk.first(blocks)


EYES: Mapping[str, type[Eye]] = MappingProxyType({LITE: LiteEye, VGG: VGGEye})
