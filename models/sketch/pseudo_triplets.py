"""Triplets that nobody judged: of two edge maps, which a network finds nearer to a sketch of some class.

Source: the paper's third stage of training, from the authors' slides. Of each class the most representative 60 % of
the pictures are kept. The positive is of the sketch's class and within the nearest 20 % of it. Negatives are mixed
3 : 1 : 1, of another class, of another class and yet nearer than the positive, and of the same class in the farther
80 %.

Not verified is of which kind three of five negatives are (ours is the slides' order), by which measure pictures are
representative (ours: nearness to the mean of their class), and of which layer distances are (ours: fc6, which the
stages hand on, at unit length).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor, nn
from torch.nn import functional

from models.metrics import accuracy_at
from models.sketch.recipe import embed_canvases

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.contracts import Vectors
    from models.devices import Device
    from models.sketch.class_canvases import ClassCanvases
    from models.sketch.network import SketchANetTrunk

KEPT = 0.6
NEAREST = 0.2
MIX = (3, 1, 1)
_READ = 256


class Features(nn.Module):
    """What the trunk sees of canvases, float (n, 512) of unit length."""

    def __init__(self, trunk: SketchANetTrunk) -> None:
        """Look through `trunk`."""
        super().__init__()
        self.trunk = trunk

    def forward(self, canvas: Tensor) -> Tensor:
        """Describe canvases."""
        return functional.normalize(self.trunk.features(canvas))


@dataclass(frozen=True, eq=False)
class PseudoTriplets:
    """What pseudo triplets are drawn from, a source for `models.sketch.ranking_recipe`.

    Attributes:
        sketches: of the classes that both sides share.
        edge_maps: of the same classes, under the same numbers.
        anchors: int64 (n,), rows of the sketches that are kept.
        anchor_features: (n, dim), unit vectors, by which distances are measured.
        items: int64 (m,), rows of the edge maps that are kept.
        item_features: (m, dim), likewise.
    """

    sketches: ClassCanvases
    edge_maps: ClassCanvases
    anchors: NDArray[np.int64]
    anchor_features: Vectors
    items: NDArray[np.int64]
    item_features: Vectors

    def sample(self, step: int, batch: int, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:  # noqa: ARG002 - chance decides alone
        """Draw sketches, none twice, and for each a nearer and a farther edge map; each uint8 (n, 1, 256, 256)."""
        chosen = random.choice(len(self.anchors), min(batch, len(self.anchors)), replace=False)
        distances = -self.anchor_features[chosen] @ self.item_features.T
        anchors, classes = self.anchors[chosen], self.edge_maps.labels[self.items]
        pairs = [
            draw_pair(row, classes == label, random)
            for row, label in zip(distances, self.sketches.labels[anchors], strict=True)
        ]
        nearer, farther = self.items[np.array(pairs)].T
        return (
            self.sketches.read(anchors, random),
            self.edge_maps.read(nearer, random),
            self.edge_maps.read(farther, random),
        )

    def judge(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """Per cent of held-out sketches among whose nearest one, and nearest ten, held-out edge maps is its class."""
        rows, items = (np.flatnonzero(side.held_out) for side in (self.sketches, self.edge_maps))
        likeness = embed_all(network, self.sketches, rows, device) @ embed_all(network, self.edge_maps, items, device).T
        same = self.sketches.labels[rows][:, None] == self.edge_maps.labels[items]
        # The rank of the first of the class: a tie with another class counts against it.
        best = np.where(same, likeness, -np.inf).max(axis=1, keepdims=True)
        ranks = 1 + ((likeness >= best) & ~same).sum(axis=1)
        return {"class acc@1": accuracy_at(ranks, 1), "class acc@10": accuracy_at(ranks, 10)}


def gather_pseudo_triplets(
    sketches: ClassCanvases, edge_maps: ClassCanvases, sketch_features: Vectors, edge_features: Vectors
) -> PseudoTriplets:
    """Keep of each class and side the most representative pictures of those that are not held out.

    Args:
        sketches: of the classes that both sides share.
        edge_maps: of the same classes, under the same numbers.
        sketch_features: (sketches, dim), unit vectors.
        edge_features: (edge maps, dim), unit vectors.
    """
    kept = []
    for side, features in ((sketches, sketch_features), (edge_maps, edge_features)):
        trained = np.flatnonzero(~side.held_out)
        kept.append(trained[representative(features[trained], side.labels[trained])])
    anchors, items = kept
    return PseudoTriplets(sketches, edge_maps, anchors, sketch_features[anchors], items, edge_features[items])


def representative(features: Vectors, labels: NDArray[np.int64], share: float = KEPT) -> NDArray[np.bool_]:
    """Tell which pictures are nearest to the mean of their class, a share of each class, rounded, and at least one.

    Args:
        features: (n, dim).
        labels: (n,).
        share: 0 to 1.

    Returns:
        bool (n,).
    """
    kept = np.zeros(len(labels), np.bool_)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        distances = np.linalg.norm(features[rows] - features[rows].mean(axis=0), axis=1)
        kept[rows[np.argsort(distances, kind="stable")[: max(1, round(share * len(rows)))]]] = True
    return kept


def draw_pair(
    distances: NDArray[np.floating], same: NDArray[np.bool_], random: np.random.Generator
) -> tuple[np.int64, np.int64]:
    """Draw for a sketch an item that is to be nearer and one that is to be farther.

    Where there is no negative of the kind that chance has chosen, any item of another class is one.

    Args:
        distances: (items,), of the sketch to each item, in any unit.
        same: (items,), which are of its class; one at least is, and one is not.
        random: source of randomness.

    Returns:
        Rows of the nearer and of the farther one.
    """
    own, others = np.flatnonzero(same), np.flatnonzero(~same)
    own = own[np.argsort(distances[own], kind="stable")]
    near = max(1, round(NEAREST * len(own)))
    nearer = random.choice(own[:near])
    kinds = (others, others[distances[others] < distances[nearer]], own[near:])
    farther = kinds[random.choice(len(kinds), p=np.array(MIX) / sum(MIX))]
    return nearer, random.choice(farther if len(farther) else others)


def embed_all(
    network: nn.Module,
    canvases: ClassCanvases,
    rows: NDArray[np.int64],
    device: Device,
    report: Callable[[int, int], None] = lambda _done, _rows: None,
) -> Vectors:
    """Embed pictures as they are, without holding all of their canvases at once.

    Args:
        network: float32 canvases (n, 1, 256, 256) -> (n, dim).
        canvases: the pictures.
        rows: int64 (rows,), which of them.
        device: where the network lies.
        report: hears how many of how many are done.

    Returns:
        float32 (rows, dim).
    """
    parts = []
    for start in range(0, len(rows), _READ):
        parts.append(embed_canvases(network, canvases.read(rows[start : start + _READ]), device))
        report(min(start + _READ, len(rows)), len(rows))
    return np.concatenate(parts)
