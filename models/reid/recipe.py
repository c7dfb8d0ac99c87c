"""How an EnsembleNet is trained to tell people apart, every part of which can be switched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from models.batches import in_batches
from models.devices import training_precision
from models.reid.augmentation import Augmentation, vary
from models.reid.canvas import HEIGHT, WHITE, WIDTH
from models.reid.datasets import stacked
from models.reid.listings import is_query
from models.reid.losses import batch_hard_triplet_loss, identity_loss
from models.reid.network import DESIGN, Design, EnsembleNet
from models.reid.ranking import Seen, rank_across_cameras
from models.reid.sampling import identity_batch, plain_batch
from models.reid.trunks import TRUNKS, Load

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.devices import Device
    from models.reid.datasets import Crops


AUGMENTATION = Augmentation()


class ClassifiedNet(nn.Module):
    """An EnsembleNet with a classifier for each stripe, which only training needs."""

    def __init__(self, embedding: EnsembleNet, identities: int) -> None:
        """Put classifiers behind `embedding`; they start small, and have no bias where a neck centres the features."""
        super().__init__()
        self.embedding = embedding
        design = embedding.design
        self.classifiers = nn.ModuleList(
            nn.Linear(design.width, identities, bias=not design.neck) for _ in range(sum(design.stripes))
        )
        for classifier in self.classifiers:
            nn.init.normal_(cast("nn.Linear", classifier).weight, std=0.001)


@dataclass(frozen=True, eq=False)
class PersonRecipe:
    """Learn who is on a picture, from pictures by several cameras.

    Attributes:
        trained: what batches are drawn from.
        held_out: other people, by whom is judged.
        load: fills the trunk with ImageNet's weights.
        design: of the network.
        steps: optimiser steps.
        people: identities in a batch that is drawn by identity (P).
        pictures: of each (K); every batch is P x K pictures.
        by_picture: share of the steps, the first ones, whose batches are drawn by picture and only classified; those of
            the others are drawn by identity and compared by the triplet loss too. 0 for all by identity, 1 for none.
        size: height and width of what the network sees, in the end and in use.
        early: share of the steps in which it sees less, for less than half the time; 0 for none.
        early_size: height and width of that; the crops of Market-1501 have no more.
        rate: full learning rate of reductions and classifiers.
        trunk_rate: full learning rate of trunk and branches.
        decay: weight decay.
        warm_up: share of the steps in which rates rise; 0 for none.
        smoothing: of the labels; 0 for none.
        triplet: weight of the triplet loss in batches by identity, which each branch has of its stripes side by side; 0
            for none.
        margin: of the triplet loss; None for the soft one.
        augmentation: how crops are changed.
        seed: of weights and batches.
        evaluate_every: steps between judgements.
    """

    trained: Crops
    held_out: Crops
    load: Load
    design: Design = DESIGN
    steps: int = 7000
    people: int = 16
    pictures: int = 4
    by_picture: float = 0.73
    size: tuple[int, int] = (HEIGHT, WIDTH)
    early: float = 0.6
    early_size: tuple[int, int] = (128, 64)
    rate: float = 2e-3
    trunk_rate: float = 5e-4
    decay: float = 1e-2
    warm_up: float = 0.05
    smoothing: float = 0.1
    triplet: float = 1.0
    margin: float | None = 0.3
    augmentation: Augmentation = AUGMENTATION
    seed: int = 1
    evaluate_every: int = 500

    def build(self) -> nn.Module:
        """Make the network to start from."""
        torch.manual_seed(self.seed)
        return ClassifiedNet(EnsembleNet(self.design, self.load), len(np.unique(self.trained.identities)))

    def parameter_groups(self, network: nn.Module) -> list[dict[str, Any]]:
        """Trunk with branches, and what is new, at rates of their own."""
        embedding = cast("ClassifiedNet", network).embedding
        old = [*embedding.shared.parameters(), *embedding.branches.parameters()]
        known = {id(parameter) for parameter in old}
        new = [parameter for parameter in network.parameters() if id(parameter) not in known]
        shared = {"weight_decay": self.decay, "warm_up": self.warm_up}
        return [
            {"params": [parameter for parameter in some if parameter.requires_grad], "lr": rate, **shared}
            for some, rate in ((new, self.rate), (old, self.trunk_rate))
        ]

    def loss(self, network: nn.Module, step: int, device: Device) -> Tensor:
        """Classify every stripe, and compare within a batch that was drawn for it."""
        rows = self._rows(step)
        # 1 more than the sampler's: chance of its own.
        random = np.random.default_rng((self.seed, step, 1))
        size = self.early_size if step < self.early * self.steps else self.size
        crops = stacked(tuple(self.trained.pictures[row] for row in rows), size)
        crops = vary(crops, self.augmentation, self._fill, random).to(device.name)
        _, labels = np.unique(self.trained.identities, return_inverse=True)
        truth = torch.from_numpy(labels[rows]).to(device.name)
        classified = cast("ClassifiedNet", network)
        with training_precision(device):
            pooled = classified.embedding.pool(crops)
        compared, features = classified.embedding.reduce([stripe.float() for stripe in pooled])
        logits = [classifier(one) for classifier, one in zip(classified.classifiers, features, strict=True)]
        total = identity_loss(logits, truth, self.smoothing)
        if self._classifies_alone(step) or not self.triplet:
            return total
        branches = [batch_hard_triplet_loss(one, truth, self.margin) for one in self._by_branch(compared)]
        return total + self.triplet * torch.stack(branches).mean()

    def evaluate(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """MAP and rank-1 of the held-out people, in per cent."""
        vectors = embed_crops(cast("ClassifiedNet", network).embedding, self.held_out, self.size, device)
        chosen = is_query(self.held_out)
        seen = [Seen(self.held_out.identities[some], self.held_out.cameras[some]) for some in (chosen, ~chosen)]
        ranking = rank_across_cameras(vectors[chosen] @ vectors[~chosen].T, *seen)
        return {"mAP": ranking.mean_average_precision, "rank-1": ranking.rank(1)}

    @property
    def _fill(self) -> tuple[float, float, float]:
        red, green, blue = TRUNKS[self.design.trunk].mean
        return red * WHITE, green * WHITE, blue * WHITE

    def _classifies_alone(self, step: int) -> bool:
        return step < self.by_picture * self.steps

    def _rows(self, step: int) -> NDArray[np.int64]:
        if self._classifies_alone(step):
            return plain_batch(len(self.trained), self.people * self.pictures, self.seed, step)
        return identity_batch(self.trained.identities, self.people, self.pictures, self.seed, step)

    def _by_branch(self, stripes: list[Tensor]) -> list[Tensor]:
        """Put the stripes of each branch side by side."""
        ends = np.cumsum(self.design.stripes)
        return [
            torch.cat(stripes[end - count : end], dim=1) for end, count in zip(ends, self.design.stripes, strict=True)
        ]


def embed_crops(
    network: EnsembleNet, crops: Crops, size: tuple[int, int], device: Device, batch: int = 64
) -> NDArray[np.float32]:
    """Embed crops at a size; returns float32 (n, dim), rows of unit length."""

    def embed(pictures: tuple[Tensor, ...]) -> NDArray[np.float32]:
        with torch.inference_mode(), training_precision(device):
            vectors = network(stacked(pictures, size).to(device.name))
        rows: NDArray[np.float32] = torch.nn.functional.normalize(vectors.float()).cpu().numpy()
        return rows

    return in_batches(embed, crops.pictures, batch)
