"""The whole network: a convolutional trunk that looks, and a label network that speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.backbones.efficientnet_lite import (
    HEAD_CHANNELS,
    MEAN,
    SCALE,
    STAGE_CHANNELS,
    EfficientNetLite0,
    EfficientNetLite0Head,
    load_imagenet,
)
from models.paths import Limits, Looked, Paths, Reasons
from models.tagger.beam import search
from models.tagger.network import SHIPPED, Design, LabelNet
from models.tagger.reasons import explain

if TYPE_CHECKING:
    from collections.abc import Sequence

EARLY = range(1, 5)
"""Stages of the trunk of which the means are features too: colour and texture, which its head has forgotten."""
FEATURES = HEAD_CHANNELS + sum(STAGE_CHANNELS[stage] for stage in EARLY)
_LAST = len(STAGE_CHANNELS) - 1
_WHITE = 255


class Eye(nn.Module):
    """The trunk with its head, without classifier, and what four of its stages see on the way there."""

    def __init__(self) -> None:
        """Build it with random weights."""
        super().__init__()
        self.trunk, self.head = EfficientNetLite0(), EfficientNetLite0Head()

    def forward(self, pixels: Tensor) -> Tensor:
        """Turn RGB, float (n, 3, h, w) in 0 to 255, into one map, float32 (n, `FEATURES`, h / 32, w / 32).

        The maps of early stages are finer; each place of this one holds their mean over its own part of the picture.
        """
        normalised = (pixels / _WHITE - MEAN) / SCALE
        coarse = next(self.parameters()).dtype
        taken = normalised.to(coarse).contiguous(memory_format=torch.channels_last)
        *early, last = self.trunk.stages(taken, (*EARLY, _LAST))
        seen = self.head(last).float()
        means = [functional.adaptive_avg_pool2d(stage.float(), seen.shape[2:]) for stage in early]
        return torch.cat([seen, *means], dim=1)

    def load_imagenet(self) -> None:
        """Load the ImageNet weights of the installed package.

        Raises:
            MissingCheckpoint: the package is not installed.
        """
        load_imagenet(self.trunk)
        load_imagenet(self.head)


class TaggerNet(nn.Module):
    """Implements `models.contracts.TaggingNetwork`; prepared pictures are RGB, uint8 (n, 3, h, w)."""

    def __init__(self, labels: int, design: Design = SHIPPED) -> None:
        """Build it with random weights for so many labels."""
        super().__init__()
        self.eye = Eye()
        self.voice = LabelNet(labels, FEATURES, design)

    def coarse_parts(self) -> Sequence[nn.Module]:
        """Return what looks: nearly all of the work. What is said adds up logarithms, so it stays in float32."""
        return [self.eye]

    def look(self, batch: Tensor) -> Looked:
        """Look at pictures: features float32 (n, `FEATURES`), maps float32 (n, `FEATURES`, y, x)."""
        maps = self.eye(batch.float())
        return Looked(maps.mean(dim=(2, 3)), maps)

    def label(self, features: Tensor, limits: Limits, allowed: Tensor | None) -> Paths:
        """Find the most probable paths by beam search."""
        return search(self.voice, features, limits, allowed)

    def explain(self, looked: Looked, pictures: Tensor, paths: Tensor, named: Tensor) -> Reasons:
        """Tell where the last labels of paths are seen and what makes them follow."""
        return explain(self.voice, looked, pictures, paths, named)

    def label_vectors(self) -> Tensor:
        """Return where each label stands in the joint space, float (labels, joint)."""
        return self.voice.embedding.weight[: self.voice.labels]
