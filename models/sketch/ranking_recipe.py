"""The paper's last two stages: Sketch-a-Net learns from triplets which of two edge maps is nearer to a sketch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from models.devices import training_precision
from models.sketch.classification import CONVOLUTIONS, hand_on
from models.sketch.crops import random_crops
from models.sketch.losses import MARGIN, triplet_loss
from models.sketch.network import SketchANet

if TYPE_CHECKING:
    from models.devices import Device

MOMENTUM = 0.9


class TripletSource(Protocol):
    """What triplets are drawn from."""

    def sample(self, step: int, batch: int, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Draw the sketches of a step, `batch` or all there are, and edge maps nearer and farther to them.

        Each uint8 (n, 1, 256, 256).
        """

    def judge(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """Judge on what is held out; the first figure is the one by which the best weights are kept."""


@dataclass(frozen=True, eq=False)
class RankingRecipe:
    """Learn from triplets, with the numbers of the released solver, for `torch.optim.SGD`.

    All three branches share one network; each picture is cropped and mirrored for itself. That the rate rises at first
    and then falls, that gradients are clipped and that weights are averaged is `models.training.fit`'s; the released
    solver keeps its rate.

    Attributes:
        source: of triplets.
        start: weights of an earlier stage; None for none.
        margin: of the loss.
        frozen: whether conv1 to conv5 stay as they are.
        steps: optimiser steps.
        batch: triplets a step.
        rate: full learning rate of weights; biases learn at twice that.
        weight_decay: of all of them.
        seed: of weights and batches.
        evaluate_every: steps between judgements.
    """

    source: TripletSource
    start: Mapping[str, Tensor] | None = None
    margin: float = MARGIN
    frozen: bool = False
    steps: int = 25_000
    batch: int = 128
    rate: float = 1e-3
    weight_decay: float = 5e-4
    seed: int = 1
    evaluate_every: int = 250

    def build(self) -> nn.Module:
        """Make the network to start from."""
        torch.manual_seed(self.seed)
        network = SketchANet()
        if self.start is not None:
            hand_on(self.start, network)
        if self.frozen:
            for name in CONVOLUTIONS:
                network.get_submodule(name).requires_grad_(requires_grad=False)
        return network

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """Weights and biases of what learns, at rates of their own."""
        learning = {name: parameter for name, parameter in network.named_parameters() if parameter.requires_grad}
        groups = []
        for suffix, times in (("weight", 1), ("bias", 2)):
            chosen = [parameter for name, parameter in learning.items() if name.endswith(suffix)]
            numbers = {"lr": times * self.rate, "momentum": MOMENTUM, "weight_decay": self.weight_decay}
            groups.append({"params": chosen, **numbers})
        return groups

    def loss(self, network: nn.Module, step: int, device: Device) -> Tensor:
        """Embed the triplets of a step."""
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + step)
        triplets = torch.cat(self.source.sample(step, self.batch, np.random.default_rng((self.seed, step))))
        crops = random_crops(triplets, SketchANet.VIEW.side, generator).to(device.name).float()
        with training_precision(device):
            anchors, nearer, farther = network(crops.contiguous(memory_format=torch.channels_last)).float().chunk(3)
        return triplet_loss(anchors, nearer, farther, self.margin)

    def evaluate(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """Judge as the source does."""
        return self.source.judge(network, device)
