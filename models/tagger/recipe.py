"""How a label network is trained on the features of pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.paths import NOTHING, Limits
from models.tagger.beam import search
from models.tagger.described import log_frequencies
from models.tagger.network import SHIPPED, Design, LabelNet
from models.tagger.ordering import Order, paths_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.devices import Device
    from models.tagger.described import Described


MOMENTUM = 0.9
"""Of the paper's rule."""


class Rule(StrEnum):
    """How weights follow their gradients: the paper's rule is rmsprop with momentum."""

    ADAMW = "adamw"
    RMSPROP = "rmsprop"


_OPTIMISERS: Mapping[Rule, Callable[[Iterable[dict[str, Any]]], torch.optim.Optimizer]] = {
    Rule.ADAMW: torch.optim.AdamW,
    Rule.RMSPROP: partial(torch.optim.RMSprop, momentum=MOMENTUM),
}


@dataclass(frozen=True, eq=False)
class PathRecipe:
    """Learn which label follows.

    Source: Wang et al. (2016), section 3.2: cross-entropy of the next label, then the end. So that labels of few
    pictures are said too, the logarithms of their frequencies are added to the scores while they are learnt, and left
    out again in part when they are used (Menon et al., Long-tail Learning via Logit Adjustment, ICLR 2021).

    Attributes:
        trained: what batches are drawn from.
        held_out: by what is judged.
        design: of the network.
        order: of the labels; the paper has frequent ones first.
        emphasis: share of the frequencies' logarithms that is left out in use: 0 says what is probable, 1 takes all
            labels to be as frequent, more prefers what is rare.
        alone: weight of a second loss, binary cross-entropy of the labels given the picture alone, in the same space:
            by it the space is learnt from all labels of a picture at once. Not in the paper.
        steps: optimiser steps.
        batch: pictures of a step.
        rule: how weights follow their gradients.
        rate: full learning rate; of rmsprop about a tenth of AdamW's, for its momentum adds ten steps up.
        decay: weight decay.
        seed: of weights and batches.
        evaluate_every: steps between judgements.
        said: labels said of a picture when it is judged.
    """

    trained: Described
    held_out: Described
    design: Design = SHIPPED
    order: Order = Order.RARE
    emphasis: float = 1.5
    alone: float = 0.5
    steps: int = 400
    batch: int = 128
    rule: Rule = Rule.ADAMW
    rate: float = 2e-3
    decay: float = 1e-2
    seed: int = 1
    evaluate_every: int = 400
    said: int = 5

    def build(self) -> nn.Module:
        """Make the network to start from."""
        torch.manual_seed(self.seed)
        network = LabelNet(self.trained.tags.shape[1], self.trained.features.shape[2], self.design)
        self.trained.standardise(network.standardised)
        network.offset.copy_((1 - self.emphasis) * self.log_frequencies)
        return network

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """Everything at one rate."""
        return [{"params": list(network.parameters()), "lr": self.rate, "weight_decay": self.decay}]

    @property
    def optimiser_of(self) -> Callable[[Iterable[dict[str, Any]]], torch.optim.Optimizer]:
        """What makes the optimiser of parameter groups."""
        return _OPTIMISERS[self.rule]

    def loss(self, network: nn.Module, step: int, device: Device) -> Tensor:
        """Say what follows, for a batch of pictures, each in a view of its own."""
        random = np.random.default_rng((self.seed, step))
        features, tags = self.trained.batch(self.batch, random)
        paths = paths_of(tags, self.frequencies, self.order, random)
        net, seen = cast("LabelNet", network), features.to(device.name)
        added = (self.emphasis * self.log_frequencies).to(device.name)
        loss = path_loss(net, seen, torch.from_numpy(paths).to(device.name), added)
        if not self.alone:
            return loss
        return loss + self.alone * alone_loss(net, seen, torch.from_numpy(tags).to(device.name), added)

    def evaluate(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """C-F1, O-F1 and N+ of a fixed number of labels a picture, the surest ones by beam search."""
        features = self.held_out.plain().to(device.name)
        return self.held_out.figures(surest(cast("LabelNet", network), features, self.said))

    @property
    def frequencies(self) -> NDArray[np.int64]:
        """Pictures that have each label, (labels,)."""
        counts: NDArray[np.int64] = self.trained.tags.sum(axis=0)
        return counts

    @property
    def log_frequencies(self) -> Tensor:
        """Logarithm of the share of pictures that have each label, float (labels + 1,); all have the end: 0."""
        return log_frequencies(self.trained.tags)


def surest(network: LabelNet, features: Tensor, count: int) -> NDArray[np.int64]:
    """Say so many labels of each picture, or all where there are fewer, the surest first: int64 (n, count).

    Args:
        network: in evaluation mode.
        features: float (n, features).
        count: at least 1.
    """
    with torch.inference_mode():
        return np.asarray(search(network, features, Limits()).surest(count).cpu().numpy())


def alone_loss(network: LabelNet, features: Tensor, tags: Tensor, added: Tensor | float = 0.0) -> Tensor:
    """Binary cross-entropy of all labels by the picture alone, summed, for each label that is true.

    Args:
        network: to be taught.
        features: float (n, features).
        tags: bool (n, labels), which are true.
        added: to the scores, float (labels + 1,).
    """
    scores = (network.score_alone(features) + added)[:, : network.labels]
    summed = functional.binary_cross_entropy_with_logits(scores, tags.to(scores.dtype), reduction="sum")
    return summed / tags.sum().clamp(min=1)


def path_loss(network: LabelNet, features: Tensor, paths: Tensor, added: Tensor | float = 0.0) -> Tensor:
    """Mean cross-entropy of what follows, among what was not said before; every step of every path counts the same.

    Args:
        network: to be taught.
        features: float (n, features).
        paths: int64 (n, steps), labels, `NOTHING` after the last.
        added: to the scores, float (labels + 1,).
    """
    n, steps = paths.shape
    said = paths.clamp(min=0)
    scores = network(features, said) + added
    goes_on = paths != NOTHING
    once = functional.one_hot(said, network.end + 1).bool() & goes_on[:, :, None]
    before = torch.cat([torch.zeros_like(once[:, :1]), once.cumsum(dim=1).bool()], dim=1)
    following = torch.cat([paths, paths.new_full((n, 1), NOTHING)], dim=1)
    ends = torch.arange(steps + 1, device=paths.device) == goes_on.sum(dim=1)[:, None]
    following = torch.where(ends, network.end, following)
    return functional.cross_entropy(
        scores.masked_fill(before, -torch.inf).flatten(0, 1), following.flatten(), ignore_index=NOTHING
    )
