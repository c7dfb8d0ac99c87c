"""The recipe of the embedding with one thing changed: another loss, human triplets, a network for colour photos."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.devices import training_precision
from models.sketch.augmentation import random_flips, warp
from models.sketch.canvas import WHITE
from models.sketch.datasets import Pairs
from models.sketch.losses import in_batch_triplet_loss, triplet_loss
from models.sketch.network import LiteEmbedding, SketchANet
from models.sketch.recipe import DRAWN, PHOTOGRAPHED
from models.sketch.triplets import HARD_RATIO, sample_triplets, votes_among

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.devices import Device
    from models.sketch.augmentation import Warp
    from models.sketch.recipe import EmbeddingRecipe

MARGIN = 1.0
"""Squared distance that the pairwise loss keeps between strangers; unit vectors are at most 4 apart."""
Loss = Callable[[Tensor, Tensor], Tensor]
"""Unit vectors of drawings (n, dim) and of their items (n, dim) -> the mean loss."""


def pairwise_loss(sketches: Tensor, items: Tensor, margin: float = MARGIN) -> Tensor:
    """Draw the pairs of a batch together and push all others apart, each half of the loss.

    Source: Hadsell, Chopra, LeCun, Dimensionality Reduction by Learning an Invariant Mapping (CVPR 2006), with squared
    distances in the hinge. No pair is compared with another one.

    Args:
        sketches: unit vectors (n, dim), at least two.
        items: unit vectors (n, dim); row i belongs to sketch i.
        margin: squared distance from which strangers are left alone.
    """
    distances = 2 - 2 * sketches @ items.T
    own = torch.eye(len(items), dtype=torch.bool, device=items.device)
    return (distances[own].mean() + functional.relu(margin - distances[~own]).mean()) / 2


LOSSES: Mapping[str, Loss] = {"in-batch triplet": in_batch_triplet_loss, "pairwise": pairwise_loss}


class TwoNetworks(nn.Module):
    """A network for drawings, grey (n, 1, 256, 256), and one for colour photos, (n, 3, 256, 256); unit (n, 256)."""

    def __init__(self, drawings: nn.Module, photos: nn.Module) -> None:
        """Share no weight between the two."""
        super().__init__()
        self.drawings, self.photos = drawings, photos

    def forward(self, pictures: Tensor) -> Tensor:
        """Embed pictures of one kind."""
        vectors: Tensor = (self.drawings if pictures.shape[1] == 1 else self.photos)(pictures)
        return vectors


@dataclass(frozen=True, eq=False)
class _Like:
    """A recipe like another one but for its loss.

    Attributes:
        base: everything else.
    """

    base: EmbeddingRecipe

    @property
    def steps(self) -> int:
        """Optimiser steps in all."""
        return self.base.steps

    @property
    def evaluate_every(self) -> int:
        """Steps between judgements."""
        return self.base.evaluate_every

    def build(self) -> nn.Module:
        """Make the network to start from."""
        return self.base.build()

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """Trunk and head at rates of their own."""
        sides = [network.drawings, network.photos] if isinstance(network, TwoNetworks) else [network]
        return [group for side in sides for group in self.base.parameter_groups(side)]

    def evaluate(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """Judge as the recipe does that this one is like."""
        return self.base.evaluate(network, device)

    def _chances(self, step: int) -> torch.Generator:
        return torch.Generator().manual_seed(self.base.seed * 1_000_003 + step)


@dataclass(frozen=True, eq=False)
class PairRecipe(_Like):
    """Learn from batches of drawings and their items; implements `models.training.Recipe`.

    Attributes:
        ranking: what is minimised over a batch.
        heterogeneous: whether items are colour photos and have a network of their own.
    """

    ranking: Loss
    heterogeneous: bool = False

    def build(self) -> nn.Module:
        """Make the network to start from, or the two, equal in the beginning."""
        return TwoNetworks(self.base.build(), self.base.build()) if self.heterogeneous else self.base.build()

    def loss(self, network: nn.Module, step: int, device: Device) -> Tensor:
        """Embed a batch of drawings and of their items; half of the batch is mirrored, both sides alike."""
        random = np.random.default_rng((self.base.seed, step))
        shares = np.array([source.share for source in self.base.sources])
        source = self.base.sources[int(random.choice(len(shares), p=shares / shares.sum()))]
        batch = source.gallery.sample(self.base.batch, random)
        sides, strengths = (batch.drawings, batch.views), (source.drawing, PHOTOGRAPHED)
        drawings, items = embed_sides(network, sides, strengths, self._chances(step), device)
        return self.ranking(drawings, items) + self.base.people(drawings, items, batch.preferred)


@dataclass(frozen=True, eq=False)
class TripletRecipe(_Like):
    """Learn from triplets one by one, as the paper's last stage does; implements `models.training.Recipe`.

    Attributes:
        parts: what triplets are drawn from, in turn.
        hard_ratio: share of the triplets that are votes; see `models.sketch.triplets.sample_triplets`.
    """

    parts: tuple[Pairs, ...]
    hard_ratio: float = HARD_RATIO

    def loss(self, network: nn.Module, step: int, device: Device) -> Tensor:
        """Embed drawings, the items said to be nearer, and those said to be farther."""
        part, turn = self.parts[step % len(self.parts)], step // len(self.parts)
        chosen = sample_triplets(
            part, turn, self.base.batch, np.random.default_rng((self.base.seed, step)), self.hard_ratio
        )
        sides = (part.sketches[chosen.sketches], part.edges[chosen.nearer], part.edges[chosen.farther])
        strengths = (DRAWN, PHOTOGRAPHED, PHOTOGRAPHED)
        drawings, nearer, farther = embed_sides(network, sides, strengths, self._chances(step), device)
        return triplet_loss(drawings, nearer, farther)


def embed_sides(
    network: nn.Module,
    sides: tuple[Tensor, ...],
    strengths: tuple[Warp, ...],
    generator: torch.Generator,
    device: Device,
) -> tuple[Tensor, ...]:
    """Bend the sides of a batch, mirrored alike, and embed them, those of one kind together.

    Args:
        network: what embeds.
        sides: uint8 (n, channels, 256, 256) each.
        strengths: how strongly each is bent.
        generator: source of randomness.
        device: where the network lies.

    Returns:
        Unit vectors (n, dim), float32, of each side.
    """
    eye = cast("SketchANet | LiteEmbedding", network.drawings if isinstance(network, TwoNetworks) else network)
    flips = random_flips(len(sides[0]), generator)
    seen = [
        warp(side.to(device.name).float() / WHITE, strength, flips, generator, view=eye.VIEW) * WHITE
        for side, strength in zip(sides, strengths, strict=True)
    ]
    together = [torch.cat(seen)] if len({side.shape[1] for side in sides}) == 1 else seen
    with training_precision(device):
        embedded = [network(part.contiguous(memory_format=torch.channels_last)).float() for part in together]
    return torch.cat(embedded).chunk(len(sides))


def identities(pairs: Pairs) -> Pairs:
    """Replace the votes of a part by one for each other item: the drawing's own is nearer."""
    rows = np.arange(len(pairs))
    votes = tuple(np.column_stack([np.full(len(rows) - 1, row), rows[rows != row]]) for row in rows)
    return replace(pairs, triplets=votes)


def part_of(pairs: Pairs, rows: NDArray[np.int64]) -> Pairs:
    """Keep some rows of a part, ascending, and of the votes those between two items that are kept."""
    return Pairs(pairs.sketches[rows], pairs.edges[rows], votes_among(pairs, rows))
