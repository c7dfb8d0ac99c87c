"""The paper's first two stages: Sketch-a-Net learns to name what it sees, on edge maps, then on sketches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.devices import training_precision
from models.sketch.classification import SketchANetClassifier, hand_on
from models.sketch.crops import random_crops
from models.sketch.recipe import embed_canvases

if TYPE_CHECKING:
    from models.devices import Device
    from models.sketch.class_canvases import ClassCanvases

JUDGED = 2000
"""Held-out pictures, at most, by which a network is judged."""


@dataclass(frozen=True, eq=False)
class ClassificationRecipe:
    """Learn which class a picture belongs to, by softmax and cross-entropy.

    The order, the loss and dropout are the paper's; batch and decay are those of its released last stage; steps and
    rate, for AdamW, are ours.

    Attributes:
        canvases: what to learn from and to be judged by.
        start: weights of an earlier stage; None for none.
        steps: optimiser steps.
        batch: pictures a step, none twice.
        rate: full learning rate.
        weight_decay: of all weights.
        seed: of weights and batches.
        evaluate_every: steps between judgements.
    """

    canvases: ClassCanvases
    start: Mapping[str, Tensor] | None = None
    steps: int = 20_000
    batch: int = 128
    rate: float = 3e-4
    weight_decay: float = 5e-4
    seed: int = 1
    evaluate_every: int = 500

    def build(self) -> nn.Module:
        """Make the network to start from."""
        torch.manual_seed(self.seed)
        network = SketchANetClassifier(len(self.canvases.classes))
        if self.start is not None:
            hand_on(self.start, network)
        return network

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """One rate for all."""
        return [{"params": list(network.parameters()), "lr": self.rate, "weight_decay": self.weight_decay}]

    def loss(self, network: nn.Module, step: int, device: Device) -> Tensor:
        """Classify random crops of random pictures."""
        # Dropout draws from torch's own source of randomness.
        generator = torch.manual_seed(self.seed * 1_000_003 + step)
        random = np.random.default_rng((self.seed, step))
        pool = np.flatnonzero(~self.canvases.held_out)
        rows = random.choice(pool, min(self.batch, len(pool)), replace=False)
        crops = random_crops(self.canvases.read(rows, random), SketchANetClassifier.VIEW.side, generator)
        with training_precision(device):
            logits = network(crops.to(device.name).float().contiguous(memory_format=torch.channels_last)).float()
        return functional.cross_entropy(logits, torch.from_numpy(self.canvases.labels[rows]).to(device.name))

    def evaluate(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """Per cent of held-out pictures, at most 2,000 of them, whose class is named first."""
        rows = np.flatnonzero(self.canvases.held_out)
        rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), JUDGED)).round().astype(np.int64)]
        logits = embed_canvases(network, self.canvases.read(rows), device)
        return {"accuracy": 100 * float((logits.argmax(axis=1) == self.canvases.labels[rows]).mean())}
