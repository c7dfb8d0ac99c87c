"""EnsembleNet: one trunk, several copies of its last stage, and features of horizontal stripes."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.devices import in_format_of
from models.reid.canvas import WHITE, grey
from models.reid.trunks import LITE, TRUNKS, Load

STRIPES = (1, 2, 3)
WIDTH = 256
DIM = WIDTH * sum(STRIPES)
NAMES = ("whole", "upper half", "lower half", "top third", "middle third", "bottom third")
"""Of the stripes, in the order of their features."""


@dataclass(frozen=True)
class Design:
    """What an EnsembleNet is made of.

    Attributes:
        trunk: one of `models.reid.trunks.TRUNKS`.
        stripes: for each branch, into how many stripes it is pooled; the paper's N = 3 branches are (1, 2, 3).
        width: numbers that each stripe is reduced to.
        neck: whether a batch normalisation without shift is all that stands between reduction and classifier (BNNeck),
            so that one feature may be classified and another be compared by a triplet loss; otherwise it has a shift
            and a ReLU, as in PCB and MGN, and one feature is for both.
        last_stride: of the trunk's last stage: 1 looks closer, 2 costs less.
    """

    trunk: str = LITE
    stripes: tuple[int, ...] = STRIPES
    width: int = WIDTH
    neck: bool = True
    last_stride: int = 1


DESIGN = Design()


def _keep_random(trunk: nn.Module) -> None:
    """Load nothing."""


class Reduction(nn.Module):
    """One stripe's 1x1 convolution and normalisation: (n, channels, 1, 1) -> two features, each (n, width).

    The first is for the triplet loss, the second is classified in training and compared in use.
    """

    def __init__(self, channels: int, width: int, *, neck: bool) -> None:
        """Build with random weights."""
        super().__init__()
        self.convolution = nn.Conv2d(channels, width, 1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.norm.bias.requires_grad_(not neck)
        self._neck = neck

    def forward(self, pooled: Tensor) -> tuple[Tensor, Tensor]:
        """Reduce."""
        reduced = self.convolution(pooled)
        normed = self.norm(reduced)
        if self._neck:
            return reduced.flatten(1), normed.flatten(1)
        feature = functional.relu(normed).flatten(1)
        return feature, feature


class EnsembleNet(nn.Module):
    """The network, without the classifiers of training; what the paper leaves open stands in the model card.

    Input RGB (n, 3, h, w), range 0 to 255. Output unit (n, width x all stripes), stripe after stripe, from the first
    branch's whole person to the last branch's lowest stripe. Implements `models.contracts.EmbeddingNetwork`.
    """

    def __init__(self, design: Design = DESIGN, load: Load = _keep_random) -> None:
        """Build with random weights.

        Args:
            design: what it is made of.
            load: fills the trunk before it is split, so that all branches start alike.
        """
        super().__init__()
        self.design = design
        trunk = TRUNKS[self.design.trunk]
        self.shared, last = trunk.split(self.design.last_stride, load)
        self.branches = nn.ModuleList(copy.deepcopy(last) for _ in self.design.stripes)
        self.reductions = nn.ModuleList(
            Reduction(trunk.channels, self.design.width, neck=self.design.neck) for _ in range(sum(self.design.stripes))
        )
        self._mean, self._scale = trunk.mean, trunk.scale

    def forward(self, pixels: Tensor) -> Tensor:
        """Embed."""
        _, features = self.reduce(self.pool(pixels))
        return functional.normalize(torch.cat(features, dim=1))

    def coarse_parts(self) -> list[nn.Module]:
        """Return the branches: half of the work, and too late for their rounding to grow in what follows.

        In bfloat16 the first block of the trunk alone moves its map by two or three per cent, which none later undoes.
        """
        return list(self.branches)

    def pool(self, pixels: Tensor) -> list[Tensor]:
        """Look at pictures, float (n, 3, h, w) in 0 to 255; return each stripe's mean, float32 (n, channels, 1, 1)."""
        shared = self.shared(self._normalised(pixels))
        pooled: list[Tensor] = []
        for branch, stripes in zip(self.branches, self.design.stripes, strict=True):
            features = branch(in_format_of(branch, shared))
            pooled += torch.chunk(functional.adaptive_avg_pool2d(features.float(), (stripes, 1)), stripes, dim=2)
        return pooled

    def reduce(self, pooled: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Reduce each stripe; return what is compared by a triplet loss, and what is classified; (n, width) each."""
        pairs = [reduction(stripe) for reduction, stripe in zip(self.reductions, pooled, strict=True)]
        return [compared for compared, _ in pairs], [classified for _, classified in pairs]

    def embed_queries(self, batch: Tensor) -> Tensor:
        """Embed prepared crops, uint8 (n, 3, h, w); returns unit vectors."""
        return cast("Tensor", self(batch.float()))

    def embed_items(self, batch: Tensor) -> Tensor:
        """Embed prepared crops, uint8 (n, 3, h, w); returns unit vectors."""
        return self.embed_queries(batch)

    def view_items(self, batch: Tensor) -> Tensor:
        """Show prepared crops, uint8 (n, 3, h, w), as uint8 grey (n, h, w)."""
        return grey(batch)

    def _normalised(self, pixels: Tensor) -> Tensor:
        mean, scale = (pixels.new_tensor(values).view(3, 1, 1) * WHITE for values in (self._mean, self._scale))
        return ((pixels - mean) / scale).contiguous(memory_format=torch.channels_last)
