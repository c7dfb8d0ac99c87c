"""How a label network is trained on the features of pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.paths import NOTHING, Limits
from models.tagger.beam import search
from models.tagger.network import DESIGN, Design, LabelNet
from models.tagger.ordering import Order, paths_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.devices import Device
    from models.tagger.described import Described


@dataclass(frozen=True, eq=False)
class PathRecipe:
    """Learn which label follows.

    Source: Wang et al. (2016), section 3.2: cross-entropy of the next label, frequent labels first, then the end.

    Attributes:
        trained: what batches are drawn from.
        held_out: by what is judged.
        design: of the network.
        order: of the labels.
        steps: optimiser steps.
        batch: pictures of a step.
        rate: full learning rate.
        decay: weight decay.
        seed: of weights and batches.
        evaluate_every: steps between judgements.
        said: labels said of a picture when it is judged.
    """

    trained: Described
    held_out: Described
    design: Design = DESIGN
    order: Order = Order.FREQUENT
    steps: int = 2000
    batch: int = 128
    rate: float = 1e-3
    decay: float = 1e-4
    seed: int = 1
    evaluate_every: int = 200
    said: int = 5

    def build(self) -> nn.Module:
        """Make the network to start from."""
        torch.manual_seed(self.seed)
        return LabelNet(self.trained.tags.shape[1], self.trained.features.shape[2], self.design)

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """Everything at one rate."""
        return [{"params": list(network.parameters()), "lr": self.rate, "weight_decay": self.decay}]

    def loss(self, network: nn.Module, step: int, device: Device) -> Tensor:
        """Say what follows, for a batch of pictures, each in a view of its own."""
        random = np.random.default_rng((self.seed, step))
        features, tags = self.trained.batch(self.batch, random)
        paths = paths_of(tags, self.frequencies, self.order, random)
        return path_loss(cast("LabelNet", network), features.to(device.name), torch.from_numpy(paths).to(device.name))

    def evaluate(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """C-F1, O-F1 and N+ of a fixed number of labels a picture, by beam search."""
        features = self.held_out.mean().to(device.name)
        with torch.inference_mode():
            paths = search(cast("LabelNet", network), features, Limits(least=self.said, most=self.said))
        found = self.held_out.judge(paths.labels[:, 0].cpu().numpy())
        return {"C-F1": found.class_f1, "O-F1": found.overall_f1, "N+": float(found.recalled)}

    @property
    def frequencies(self) -> NDArray[np.int64]:
        """Pictures that have each label, (labels,)."""
        counts: NDArray[np.int64] = self.trained.tags.sum(axis=0)
        return counts


def path_loss(network: LabelNet, features: Tensor, paths: Tensor) -> Tensor:
    """Mean cross-entropy of what follows, among what was not said before; every step of every path counts the same.

    Args:
        network: to be taught.
        features: float (n, features).
        paths: int64 (n, steps), labels, `NOTHING` after the last.
    """
    n, steps = paths.shape
    said = paths.clamp(min=0)
    scores = network(features, said)
    goes_on = paths != NOTHING
    once = functional.one_hot(said, network.end + 1).bool() & goes_on[:, :, None]
    before = torch.cat([torch.zeros_like(once[:, :1]), once.cumsum(dim=1).bool()], dim=1)
    following = torch.cat([paths, paths.new_full((n, 1), NOTHING)], dim=1)
    ends = torch.arange(steps + 1, device=paths.device) == goes_on.sum(dim=1)[:, None]
    following = torch.where(ends, network.end, following)
    return functional.cross_entropy(
        scores.masked_fill(before, -torch.inf).flatten(0, 1), following.flatten(), ignore_index=NOTHING
    )
