"""How trunk and label network are trained together, on pictures instead of features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from models.datasets import read_picture
from models.devices import training_precision
from models.tagger.canvas import stretch
from models.tagger.described import Described, log_frequencies
from models.tagger.eyes import LITE
from models.tagger.network import SHIPPED, Design
from models.tagger.ordering import Order, paths_of
from models.tagger.recipe import alone_loss, path_loss, surest
from models.tagger.tagger_net import TaggerNet
from models.tagger.variation import Variation, vary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from models.devices import Device
    from models.tagger.datasets import Listing
    from models.tagger.eyes import Eye

_LOOKED_AT = 16
"""Pictures at once where nothing is learnt."""


@dataclass(frozen=True, eq=False)
class WholeRecipe:
    """Teach a trunk that ImageNet has taught, and a label network that has learnt nothing, together.

    The losses are those of `models.tagger.recipe.PathRecipe`. The trunk's statistics stay those of ImageNet, and so do
    its first blocks, which see edges and colours: most of the time would go there.

    Attributes:
        trained: what batches are drawn from.
        held_out: by what is judged.
        start: weights to begin with.
        steps: optimiser steps.
        eye: whose trunk is taught, one of `models.tagger.eyes.EYES`.
        design: of the label network.
        order: of the labels.
        emphasis: share of the frequencies' logarithms that is left out in use.
        alone: weight of the second loss.
        changes: what is changed at random about a picture.
        side: of the pictures that are learnt from, in pixels.
        frozen: blocks of the trunk, from the first on, that stay as they are; all convolutions of VGG-16.
        batch: pictures of a step.
        trunk_rate: full learning rate of the trunk.
        rate: that of the label network.
        decay: weight decay.
        seed: of batches and changes.
        evaluate_every: steps between judgements.
        said: labels said of a picture when it is judged.
    """

    trained: Listing
    held_out: Listing
    start: Mapping[str, Tensor]
    steps: int
    eye: str = LITE
    design: Design = SHIPPED
    order: Order = Order.RARE
    emphasis: float = 1.0
    alone: float = 0.5
    changes: Variation = field(default_factory=Variation)
    side: int = 224
    frozen: int = 5
    batch: int = 64
    trunk_rate: float = 3e-4
    rate: float = 2e-3
    decay: float = 1e-2
    seed: int = 1
    evaluate_every: int = 100
    said: int = 5

    def build(self) -> nn.Module:
        """Make the network to start from."""
        network = TaggerNet(len(self.trained.labels), self.design, self.eye)
        network.load_state_dict(dict(self.start))
        network.voice.offset.copy_((1 - self.emphasis) * self.log_frequencies)
        for part in network.eye.first(self.frozen):
            part.requires_grad_(requires_grad=False)
        return network

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """Divide into the trunk, without decay of what is no kernel, and the label network."""
        whole = cast("TaggerNet", network)
        taught = [parameter for parameter in whole.eye.parameters() if parameter.requires_grad]
        kernels, others = ([one for one in taught if (one.ndim > 1) is many] for many in (True, False))
        return [
            {"params": kernels, "lr": self.trunk_rate, "weight_decay": self.decay},
            {"params": others, "lr": self.trunk_rate, "weight_decay": 0.0},
            {"params": list(whole.voice.parameters()), "lr": self.rate, "weight_decay": self.decay},
        ]

    def loss(self, network: nn.Module, step: int, device: Device) -> Tensor:
        """Say what follows, for a batch of pictures, each changed in a way of its own."""
        random = np.random.default_rng((self.seed, step))
        rows = random.choice(len(self.trained), min(self.batch, len(self.trained)), replace=False)
        pixels = read_pixels([self.trained.paths[row] for row in rows.tolist()], device)
        whole, tags = cast("TaggerNet", network), self.trained.tags[rows]
        whole.eye.eval()
        with training_precision(device):
            features = whole.eye(vary(pixels, self.side, self.changes, random)).mean(dim=(2, 3))
        paths = torch.from_numpy(paths_of(tags, self.trained.tags.sum(axis=0), self.order, random)).to(device.name)
        added = (self.emphasis * self.log_frequencies).to(device.name)
        loss = path_loss(whole.voice, features.float(), paths, added)
        return loss + self.alone * alone_loss(
            whole.voice, features.float(), torch.from_numpy(tags).to(device.name), added
        )

    def evaluate(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """C-F1, O-F1 and N+ of a fixed number of labels a picture, the surest ones by beam search."""
        whole = cast("TaggerNet", network)
        judged = looked_at(self.held_out, whole.eye, device)
        return judged.figures(surest(whole.voice, judged.plain().to(device.name), self.said))

    @cached_property
    def log_frequencies(self) -> Tensor:
        """As of `PathRecipe`: float (labels + 1,)."""
        return log_frequencies(self.trained.tags)


def looked_at(listing: Listing, eye: Eye, device: Device) -> Described:
    """Look at listed pictures as they are, with a trunk in training's number format: one view each.

    Raises:
        MissingData: a file is no picture.
    """
    features = []
    for start in range(0, len(listing), _LOOKED_AT):
        with torch.inference_mode(), training_precision(device):
            maps = eye(read_pixels(listing.paths[start : start + _LOOKED_AT], device))
            features.append(maps.float().mean(dim=(2, 3)).cpu())
    return Described(torch.cat(features)[:, None], listing.tags)


def read_pixels(paths: Sequence[Path], device: Device) -> Tensor:
    """Read pictures onto the canvas: float (n, 3, side, side), range 0 to 255.

    Raises:
        MissingData: a file is no picture.
    """
    return torch.stack([stretch(read_picture(path)) for path in paths]).to(device.name).float()
