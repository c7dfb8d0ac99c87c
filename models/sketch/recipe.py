"""How the sketch system is trained: first the edge detector, then an embedding network on drawings and edge maps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from models.backbones.efficientnet_lite import load_imagenet
from models.metrics import accuracy_at, mean_reciprocal_rank, ranks
from models.sketch.augmentation import Warp, random_flips, warp
from models.sketch.canvas import WHITE
from models.sketch.edges import EdgeDetector, edge_loss
from models.sketch.losses import contrastive_loss, in_batch_triplet_loss
from models.sketch.network import LiteEmbedding, SketchANet

if TYPE_CHECKING:
    from models.devices import Device
    from models.sketch.gallery import EdgePairs, Gallery


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


@dataclass(frozen=True)
class EmbeddingRecipe:
    """Learn to bring a drawing and the edge map of the thing drawn together.

    Attributes:
        gallery: canvases of drawings and items.
        network: "efficientnet-lite0" (contrastive loss, ImageNet trunk) or "sketch-a-net" (triplet loss, from scratch).
        steps: optimiser steps.
        batch: pairs a step, no item twice.
        rate: full learning rate of new layers.
        trunk_rate: full learning rate of the pretrained trunk.
        temperature: of the contrastive loss.
        drawing: how drawings are bent.
        item: how edge maps are bent.
        seed: of weights and batches.
        evaluate_every: steps between judgements.
    """

    gallery: Gallery
    network: str = "efficientnet-lite0"
    steps: int = 900
    batch: int = 32
    rate: float = 1e-3
    trunk_rate: float = 3e-4
    temperature: float = 0.07
    drawing: Warp = field(default_factory=lambda: Warp(0.15, 0.15, 0.12, 0.08, 0.05, 0.5))
    item: Warp = field(default_factory=lambda: Warp(0.05, 0.05, 0.05, 0.05, 0.01, 0.3))
    seed: int = 1
    evaluate_every: int = 60

    def build(self) -> nn.Module:
        """Make the network to start from."""
        torch.manual_seed(self.seed)
        if self.network == "sketch-a-net":
            return SketchANet()
        network = LiteEmbedding()
        load_imagenet(network.trunk)
        return network

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """Trunk and head at rates of their own."""
        trunk = list(network.trunk.parameters()) if isinstance(network, LiteEmbedding) else []
        known = {id(parameter) for parameter in trunk}
        head = [parameter for parameter in network.parameters() if id(parameter) not in known]
        groups: list[dict[str, Any]] = [{"params": head, "lr": self.rate, "weight_decay": 1e-2}]
        return groups + ([{"params": trunk, "lr": self.trunk_rate, "weight_decay": 1e-2}] if trunk else [])

    def loss(self, network: nn.Module, step: int, device: Device) -> Tensor:
        """Embed a batch of drawings and of their items; half of the batch is mirrored, both sides alike."""
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + step)
        drawings, items = self.gallery.sample(self.batch, np.random.default_rng((self.seed, step)))
        flips = random_flips(len(drawings), generator)
        sides = [
            warp(canvases.to(device.name).float() / WHITE, strength, flips, generator)
            for canvases, strength in ((drawings, self.drawing), (items, self.item))
        ]
        both = (torch.cat(sides) * WHITE).contiguous(memory_format=torch.channels_last)
        sketches, found = network(both).float().chunk(2)
        if self.network == "sketch-a-net":
            return in_batch_triplet_loss(sketches, found)
        return contrastive_loss(sketches, found, self.temperature)

    def evaluate(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """Mean reciprocal rank, acc@1 and acc@5 of held-out drawings among held-out items, by both kinds of edges."""
        held_out = self.gallery.held_out
        with torch.inference_mode():
            queries = embed_canvases(network, held_out.drawings, device)
            figures: dict[str, float] = {}
            for name, canvases in held_out.items.items():
                scores = queries @ embed_canvases(network, canvases, device).T
                found = ranks(scores, held_out.truth)
                figures |= {
                    f"{name} MRR": mean_reciprocal_rank(found),
                    f"{name} acc@1": accuracy_at(found, 1),
                    f"{name} acc@5": accuracy_at(found, 5),
                }
        return {"mean MRR": float(np.mean([figures[key] for key in figures if key.endswith("MRR")])), **figures}


def embed_canvases(network: nn.Module, canvases: Tensor, device: Device, batch: int = 32) -> np.ndarray[Any, Any]:
    """Embed canvases, uint8 (n, 1, 256, 256); returns float32 (n, dim)."""
    with (
        torch.inference_mode(),
        torch.autocast(device.name.split(":")[0], device.dtype, enabled=device.dtype is not torch.float32),
    ):
        rows = [
            network(part.to(device.name).float().contiguous(memory_format=torch.channels_last)).float().cpu()
            for part in torch.split(canvases, batch)
        ]
    return np.asarray(torch.cat(rows).numpy())


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
