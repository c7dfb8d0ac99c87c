"""How an embedding network is trained on drawings and edge maps, in one stage or several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from models.backbones.efficientnet_lite import load_imagenet
from models.devices import training_precision
from models.metrics import accuracy_at, mean_reciprocal_rank, ranks
from models.sketch.augmentation import Warp, random_flips, warp
from models.sketch.canvas import WHITE
from models.sketch.losses import contrastive_loss, in_batch_triplet_loss, preference_loss
from models.sketch.network import LiteEmbedding, SketchANet

if TYPE_CHECKING:
    from models.devices import Device
    from models.sketch.gallery import Gallery, HeldOut

DRAWN = Warp(0.15, 0.15, 0.12, 0.08, 0.05, 0.5)
"""How drawings are bent that a hand has drawn."""
DISTORTED = Warp(0.2, 0.2, 0.15, 0.1, 0.07, 0.6, fade=0.6)
"""How edge maps and icons are bent that stand for drawings."""
PHOTOGRAPHED = Warp(0.05, 0.05, 0.05, 0.05, 0.01, 0.3)
"""How edge maps are bent that stand for photos."""


@dataclass(frozen=True, eq=False)
class Source:
    """Items among which a batch is drawn: those of one batch are of one source, so that they are hard to tell apart.

    Attributes:
        name: for the card.
        gallery: canvases of drawings and items.
        share: how often a batch is drawn here, relative to the other sources.
        drawing: how drawings are bent.
    """

    name: str
    gallery: Gallery
    share: float
    drawing: Warp = DRAWN


@dataclass(frozen=True, eq=False)
class EmbeddingRecipe:
    """Learn to bring a drawing and the edge map of the thing drawn together.

    Attributes:
        sources: what batches are drawn from.
        held_out: name of a kind of things -> what is judged by.
        network: "efficientnet-lite0" (contrastive loss, ImageNet trunk) or "sketch-a-net" (triplet loss, from scratch).
        start: weights to start from, of the stage before; None for ImageNet's, or for none.
        steps: optimiser steps.
        batch: pairs a step, no item twice.
        rate: full learning rate of new layers.
        trunk_rate: full learning rate of the pretrained trunk.
        temperature: of the contrastive loss.
        people_weight: of the loss by people's votes on a batch, beside that by identity.
        people_temperature: of that loss.
        seed: of weights and batches.
        evaluate_every: steps between judgements.
    """

    sources: tuple[Source, ...]
    held_out: Mapping[str, HeldOut]
    network: str = "efficientnet-lite0"
    start: Mapping[str, Tensor] | None = None
    steps: int = 1500
    batch: int = 32
    rate: float = 1e-3
    trunk_rate: float = 3e-4
    temperature: float = 0.07
    people_weight: float = 0.5
    people_temperature: float = 0.1
    seed: int = 1
    evaluate_every: int = 100

    def build(self) -> nn.Module:
        """Make the network to start from."""
        torch.manual_seed(self.seed)
        network: SketchANet | LiteEmbedding
        if self.network == "sketch-a-net":
            network = SketchANet()
        else:
            network = LiteEmbedding()
            if self.start is None:
                load_imagenet(network.trunk)
        if self.start is not None:
            network.load_state_dict(self.start)
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
        random = np.random.default_rng((self.seed, step))
        source = self._source(random)
        batch = source.gallery.sample(self.batch, random)
        flips = random_flips(len(batch.drawings), generator)
        view = network.VIEW if isinstance(network, SketchANet | LiteEmbedding) else None
        sides = [
            warp(canvases.to(device.name).float() / WHITE, strength, flips, generator, view=view)
            for canvases, strength in ((batch.drawings, source.drawing), (batch.views, PHOTOGRAPHED))
        ]
        both = (torch.cat(sides) * WHITE).contiguous(memory_format=torch.channels_last)
        with training_precision(device):
            sketches, found = network(both).float().chunk(2)
        if self.network == "sketch-a-net":
            ranking = in_batch_triplet_loss(sketches, found)
        else:
            ranking = contrastive_loss(sketches, found, self.temperature)
        return ranking + self.people(sketches, found, batch.preferred)

    def people(self, sketches: Tensor, items: Tensor, preferred: Tensor) -> Tensor:
        """Weigh what people said of a batch; see `models.sketch.losses.preference_loss` for its arguments."""
        said = preferred.to(sketches.device)
        return self.people_weight * preference_loss(sketches, items, said, self.people_temperature)

    def evaluate(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """Mean reciprocal rank and acc@1 of held-out drawings among held-out items, by each kind of edges.

        A drawing's mirror image is tried too, as the service does.
        """
        figures: dict[str, float] = {}
        for kind, held_out in self.held_out.items():
            queries, mirrored = (
                embed_canvases(network, drawings, device)
                for drawings in (held_out.drawings, held_out.drawings.flip(-1))
            )
            for edges, canvases in held_out.items.items():
                items = embed_canvases(network, canvases, device)
                found = ranks(np.maximum(queries @ items.T, mirrored @ items.T), held_out.truth)
                figures |= {
                    f"{kind}, {edges} MRR": mean_reciprocal_rank(found),
                    f"{kind}, {edges} acc@1": accuracy_at(found, 1),
                }
        return {"mean MRR": float(np.mean([figures[key] for key in figures if key.endswith("MRR")])), **figures}

    def _source(self, random: np.random.Generator) -> Source:
        shares = np.array([source.share for source in self.sources])
        return self.sources[int(random.choice(len(shares), p=shares / shares.sum()))]


def embed_canvases(network: nn.Module, canvases: Tensor, device: Device, batch: int = 32) -> np.ndarray[Any, Any]:
    """Embed canvases, uint8 (n, 1, 256, 256); returns float32 (n, dim)."""
    with torch.inference_mode():
        rows = [
            network(part.to(device.name).float().contiguous(memory_format=torch.channels_last)).float().cpu()
            for part in torch.split(canvases, batch)
        ]
    return np.asarray(torch.cat(rows).numpy())
