"""How the edge detector is trained: on photos and the lines that belong to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from models.sketch.augmentation import Warp, random_flips, warp
from models.sketch.canvas import WHITE
from models.sketch.edges import EdgeDetector, edge_loss

if TYPE_CHECKING:
    from models.devices import Device
    from models.sketch.gallery import EdgePairs


@dataclass(frozen=True)
class EdgeRecipe:
    """Learn the released edge maps from the photos they were made of.

    Attributes:
        pairs: framed photos with the lines to draw for them, and which of them are held out.
        steps: optimiser steps.
        batch: photos a step.
        rate: full learning rate.
        seed: of weights and batches.
        evaluate_every: steps between judgements.
    """

    pairs: EdgePairs
    steps: int = 1200
    batch: int = 8
    rate: float = 2e-3
    seed: int = 1
    evaluate_every: int = 100

    def build(self) -> nn.Module:
        """Make the untrained detector."""
        torch.manual_seed(self.seed)
        return EdgeDetector()

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """One rate for all."""
        return [{"params": list(network.parameters()), "lr": self.rate, "weight_decay": 1e-4}]

    def loss(self, network: nn.Module, step: int, device: Device) -> Tensor:
        """Bend photo and lines alike, change the photo's light and sharpness."""
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + step)
        pool = torch.from_numpy(self.pairs.trained)
        chosen = pool[torch.randint(len(pool), (self.batch,), generator=generator)]
        photos = self.pairs.photos[chosen].to(device.name).float() / WHITE
        lines = 1 - self.pairs.lines[chosen].to(device.name).float() / WHITE
        ground = photos[:, :, :1, :1]
        stacked = torch.cat([photos - ground, lines], dim=1)
        bent = warp(stacked, Warp(bend=0.0, erase=0.0), random_flips(self.batch, generator), generator, fill=0.0)
        photos, lines = bent[:, :3] + ground, bent[:, 3:].clamp(0, 1)
        return edge_loss(network(_relit(photos, generator)).float(), lines)

    def evaluate(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """Negative loss on held-out photos."""
        total = 0.0
        with torch.inference_mode():
            for start in range(0, len(self.pairs.held_out), self.batch):
                chosen = self.pairs.held_out[start : start + self.batch]
                photos = self.pairs.photos[chosen].to(device.name).float() / WHITE
                lines = 1 - self.pairs.lines[chosen].to(device.name).float() / WHITE
                total += float(edge_loss(network(photos), lines)) * len(chosen)
        return {"minus loss": -total / max(1, len(self.pairs.held_out))}


def _relit(photos: Tensor, generator: torch.Generator) -> Tensor:
    """Change gain, tint, gamma and sharpness at random; float (n, 3, h, w) in 0 to 1."""
    count = len(photos)

    def draw(low: float, high: float, channels: int = 1) -> Tensor:
        values = torch.rand(count, channels, 1, 1, generator=generator) * (high - low) + low
        return values.to(photos.device)

    lit = photos.clamp(1e-3, 1) ** draw(0.7, 1.4) * draw(0.7, 1.05) * draw(0.9, 1.1, 3)
    blurred = torch.nn.functional.avg_pool2d(lit, 3, 1, 1, count_include_pad=False)
    # From a slight blur to a strong sharpening: catalogue photos are sharper than the small ones learnt from.
    sharpened = lit + draw(-0.7, 2.5) * (lit - blurred)
    noise = torch.randn(sharpened.shape, generator=generator).to(photos.device)
    return (sharpened + noise * draw(0, 0.03)).clamp(0, 1)
