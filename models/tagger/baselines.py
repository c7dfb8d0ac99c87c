"""What the paper compares itself with: a linear layer on the same features, by three losses.

Source: Wang et al. (2016), section 4.1, after Gong et al., Deep Convolutional Ranking for Multilabel Image Annotation
(2014); WARP is that of Weston, Bengio and Usunier, WSABIE (IJCAI 2011).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.tagger.described import log_frequencies
from models.tagger.network import Standardised

if TYPE_CHECKING:
    from models.devices import Device
    from models.tagger.described import Described


class Objective(StrEnum):
    """By what a linear layer learns."""

    SOFTMAX = "softmax"
    WARP = "WARP"
    BINARY = "binary cross-entropy"


@dataclass(frozen=True, eq=False)
class LinearRecipe:
    """Learn to score labels, each picture's labels independently of each other.

    Attributes:
        trained: what batches are drawn from.
        held_out: by what is judged.
        objective: the loss.
        dropout: share of the features that training leaves out.
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
    objective: Objective
    dropout: float = 0.5
    steps: int = 400
    batch: int = 128
    rate: float = 2e-3
    decay: float = 1e-2
    seed: int = 1
    evaluate_every: int = 50
    said: int = 5

    def build(self) -> nn.Module:
        """Make the layer to start from."""
        torch.manual_seed(self.seed)
        features, labels = self.trained.features.shape[2], self.trained.tags.shape[1]
        standardised = Standardised(features)
        self.trained.standardise(standardised)
        layer = nn.Linear(features, labels)
        if self.objective is not Objective.WARP:
            # What is known without looking need not be learnt in small steps; WARP compares labels and knows no scale.
            likely = log_frequencies(self.trained.tags)[:-1]
            layer.bias.data = torch.logit(likely.exp())
        return nn.Sequential(standardised, nn.Dropout(self.dropout), layer)

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """Everything at one rate."""
        return [{"params": list(network.parameters()), "lr": self.rate, "weight_decay": self.decay}]

    def loss(self, network: nn.Module, step: int, device: Device) -> Tensor:
        """Score the labels of a batch of pictures."""
        random = np.random.default_rng((self.seed, step))
        features, tags = self.trained.batch(self.batch, random)
        scores, true = network(features.to(device.name)), torch.from_numpy(tags).to(device.name)
        if self.objective is Objective.SOFTMAX:
            return softmax_loss(scores, true)
        if self.objective is Objective.BINARY:
            return functional.binary_cross_entropy_with_logits(scores, true.to(scores.dtype))
        return warp_loss(scores, true, random)

    def evaluate(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """C-F1, O-F1 and N+ of the labels with the highest scores."""
        with torch.inference_mode():
            scores = network(self.held_out.plain().to(device.name))
        best = scores.topk(self.said, dim=1).indices.cpu().numpy()
        return self.held_out.figures(best)


def softmax_loss(scores: Tensor, true: Tensor) -> Tensor:
    """Mean cross-entropy between the softmax of scores, float (n, labels), and each picture's labels in equal shares.

    Pictures without a label, rows of `true`, bool (n, labels), say nothing.
    """
    shares = true / true.sum(dim=1, keepdim=True).clamp(min=1)
    kept = true.any(dim=1)
    return -(shares * torch.log_softmax(scores, dim=1))[kept].sum(dim=1).mean()


def warp_loss(scores: Tensor, true: Tensor, random: np.random.Generator, margin: float = 1.0) -> Tensor:
    """Weighted approximate-rank pairwise loss, mean over all labels that are true.

    For each of them others are drawn until one is scored within the margin of it, which is then pushed down, the more
    the fewer it took to find one: by 1 + 1/2 + ... + 1/r, r being the others divided by the draws, rounded down.

    Args:
        scores: float (n, labels).
        true: bool (n, labels).
        random: what is drawn from; every other label is drawn at most once.
        margin: by which a true label shall lead.
    """
    n, labels = scores.shape
    order = torch.from_numpy(random.permuted(np.tile(np.arange(labels), (n, 1)), axis=1)).to(scores.device)
    harmonic = torch.cumsum(1 / torch.arange(1, labels + 1, device=scores.device, dtype=scores.dtype), dim=0)
    pictures, wanted = true.nonzero(as_tuple=True)
    drawn = order[pictures]
    false = ~true[pictures].gather(1, drawn)
    hinge = margin - scores[pictures, wanted][:, None] + scores[pictures].gather(1, drawn)
    found, first = ((hinge > 0) & false).max(dim=1)
    draws = false.cumsum(dim=1).gather(1, first[:, None]).clamp(min=1)[:, 0]
    rank = (false.sum(dim=1) // draws).clamp(min=1)
    pushed = hinge.gather(1, first[:, None])[:, 0] * harmonic[rank - 1]
    return torch.where(found, pushed, torch.zeros_like(pushed)).mean()
