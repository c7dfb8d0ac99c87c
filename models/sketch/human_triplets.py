"""QMUL's human triplets as a source to learn ranking from, with some things held out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.sketch.datasets import Pairs, is_held_out
from models.sketch.gallery import gather_chairs
from models.sketch.recipe import EmbeddingRecipe
from models.sketch.triplets import sample_triplets, votes_among

if TYPE_CHECKING:
    from torch import Tensor, nn

    from models.devices import Device
    from models.sketch.gallery import HeldOut


@dataclass(frozen=True, eq=False)
class HumanTriplets:
    """What human triplets are drawn from, a source for `models.sketch.ranking_recipe`.

    Attributes:
        pairs: what is trained on, with the votes on it.
        held_out: what is judged by.
    """

    pairs: Pairs
    held_out: HeldOut

    def sample(self, step: int, batch: int, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Draw sketches in turn, and for each a nearer and a farther edge map; each uint8 (n, 1, 256, 256)."""
        drawn = sample_triplets(self.pairs, step, min(batch, len(self.pairs)), random)
        return self.pairs.sketches[drawn.sketches], self.pairs.edges[drawn.nearer], self.pairs.edges[drawn.farther]

    def judge(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """Mean reciprocal rank and acc@1 of held-out sketches among held-out edge maps, as all recipes are judged."""
        return EmbeddingRecipe((), {"held out": self.held_out}).evaluate(network, device)


def gather_human_triplets(pairs: Pairs) -> HumanTriplets:
    """Hold out every seventh pair of a train part, and drop all votes that name one of those.

    Args:
        pairs: the train part of QMUL-Shoe or QMUL-Chair.
    """
    # Of any set whose items have one drawing and one edge map each, as chairs do.
    _, held_out = gather_chairs(pairs)
    rows = np.flatnonzero(~is_held_out(np.arange(len(pairs))))
    return HumanTriplets(Pairs(pairs.sketches[rows], pairs.edges[rows], votes_among(pairs, rows)), held_out)
