"""Training data put together: which drawing belongs to which item, and what is held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from models.sketch.datasets import Pairs, PhotoSketches, is_held_out
from models.sketch.lookalikes import find_lookalikes
from models.sketch.triplets import votes_among

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

# Cosine between lines and photo edges below which a photo's frame and its released edge map do not lie on each other.
_ALIGNED = 0.25
# Items of a crowd of lookalikes, the share of a batch that stands in crowds, and, of the crowds around items that
# people judged by, the share that is made of what they compared.
_CROWD = 8
_CROWDED = 0.5
_COMPARED = 0.35
# How often a drawing is not one of those there are, but a variant.
_CHANGED = 0.5
_NO_VOTES = np.empty((0, 2), np.int64)


@dataclass(frozen=True, eq=False)
class EdgePairs:
    """Photos with the lines to be drawn for them.

    Attributes:
        photos: uint8 (n, 3, 256, 256), framed.
        lines: uint8 (n, 1, 256, 256), dark lines on white.
        trained: int64, rows to train on.
        held_out: int64, rows to judge by.
    """

    photos: Tensor
    lines: Tensor
    trained: NDArray[np.int64]
    held_out: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Held-out items and their drawings.

    Attributes:
        drawings: uint8 (m, 1, 256, 256).
        truth: int64 (m,), row of the item drawn.
        items: name of an edge source ("released", "own") -> uint8 (n, 1, 256, 256).
    """

    drawings: Tensor
    truth: NDArray[np.int64]
    items: Mapping[str, Tensor]


@dataclass(frozen=True, eq=False)
class HeldOutRows:
    """What of shoe304 no training sees: shoes that have a photo, with all their drawings.

    Attributes:
        photos: int64 (n,), rows of their photos.
        sketches: int64 (m,), rows of their drawings.
        truth: int64 (m,), which of `photos` was drawn.
    """

    photos: NDArray[np.int64]
    sketches: NDArray[np.int64]
    truth: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Batch:
    """Different items of one gallery.

    Attributes:
        drawings: uint8 (n, 1, 256, 256).
        views: uint8 (n, 1, 256, 256), of the same items.
        preferred: float32 (n, n, n): how many people found item j nearer to drawing i than item k, in row i, j, k.
    """

    drawings: Tensor
    views: Tensor
    preferred: Tensor


@dataclass(frozen=True, eq=False)
class Gallery:
    """Items of one kind to train on, each with its drawings and its edge maps.

    Attributes:
        drawings: for each item, uint8 (drawings, 1, 256, 256).
        views: for each item, uint8 (views, 1, 256, 256): edge maps of its photo by one or two detectors.
        votes: by row of the item drawn, int64 (votes, 2): rows of items that people judged (nearer, farther).
        variants: by row, uint8 (variants, 1, 256, 256): what other hands would have drawn, half of what is learnt.
    """

    drawings: Sequence[Tensor]
    views: Sequence[Tensor]
    votes: Mapping[int, NDArray[np.int64]] = field(default_factory=dict)
    variants: Mapping[int, Tensor] = field(default_factory=dict)

    def __len__(self) -> int:
        """Count the items."""
        return len(self.drawings)

    @cached_property
    def lookalikes(self) -> tuple[NDArray[np.int64], ...]:
        """Rows of the items that look like each item from afar; they are found out once."""
        return find_lookalikes([views[0] for views in self.views])

    def sample(self, batch: int, random: np.random.Generator) -> Batch:
        """Draw `batch` different items, and of each one drawing and one view.

        Half of the batch stands in crowds: of things that look alike, or that people compared. The rest is chance.
        """
        items = self._items(min(batch, len(self)), random)
        chosen = [self._drawings(item, random) for item in items]
        drawn = torch.stack([drawings[random.integers(len(drawings))] for drawings in chosen])
        viewed = torch.stack([self.views[item][random.integers(len(self.views[item]))] for item in items])
        return Batch(drawn, viewed, self._preferred(items))

    def _drawings(self, item: int, random: np.random.Generator) -> Tensor:
        changed = random.random() < _CHANGED
        return self.variants.get(item, self.drawings[item]) if changed else self.drawings[item]

    def _preferred(self, items: Sequence[int]) -> Tensor:
        places = np.full(len(self), -1)
        places[items] = np.arange(len(items))
        counts = torch.zeros(len(items), len(items), len(items))
        for place, item in enumerate(items):
            nearer, farther = places[self.votes.get(item, _NO_VOTES)].T
            known = np.flatnonzero((nearer >= 0) & (farther >= 0))
            here = (torch.from_numpy(side[known]) for side in (nearer, farther))
            counts[place].index_put_(tuple(here), torch.ones(len(known)), accumulate=True)
        return counts

    def _items(self, batch: int, random: np.random.Generator) -> list[int]:
        chosen: dict[int, None] = {}
        for item in map(int, random.permutation(len(self))):
            if len(chosen) >= batch:
                break
            chosen[item] = None
            if len(chosen) < batch * _CROWDED:
                chosen |= dict.fromkeys(self._crowd(item, random))
        return list(chosen)[:batch]

    def _crowd(self, item: int, random: np.random.Generator) -> list[int]:
        compared = np.unique(self.votes.get(item, _NO_VOTES))
        if len(compared) and random.random() < _COMPARED:
            others: NDArray[np.int64] = compared
        else:
            others = random.permutation(self.lookalikes[item])[: _CROWD - 1]
        return [int(other) for other in others]


def pair_photos(pairs: Pairs, photos: PhotoSketches) -> EdgePairs:
    """Lay the released edge maps of QMUL-Shoe's train part on the colour photos; drop those that do not lie well.

    Both are framed by their own ink box. How well they lie on each other is the cosine between the lines and the
    photo's gradient magnitude.
    """
    lines = pairs.edges[photos.items]
    fits = np.array([_alignment(photo, line) for photo, line in zip(photos.photos, lines, strict=True)])
    aligned = np.flatnonzero(fits > _ALIGNED)
    held_out = is_held_out(photos.items[aligned])
    return EdgePairs(photos.photos, lines, aligned[~held_out], aligned[held_out])


def gather_shoes(shoes: Pairs, photos: PhotoSketches, own_edges: Tensor) -> tuple[Gallery, HeldOut]:
    """Gather the drawings and edge maps of QMUL-Shoe's train part; what is held out stands apart.

    Held out are shoes that have a photo, with their shoe304 drawings, one of which usually is QMUL-Shoe's own.

    Args:
        shoes: QMUL-Shoe's train part.
        photos: shoe304.
        own_edges: uint8 (photos, 1, 256, 256), what the trained detector draws for `photos`.
    """
    drawings = [shoes.sketches[item : item + 1] for item in range(len(shoes))]
    views = [shoes.edges[item : item + 1] for item in range(len(shoes))]
    for item in range(len(shoes)):
        extra = photos.sketches[np.flatnonzero(photos.sketch_items == item)]
        drawings[item] = torch.cat([drawings[item], extra])
    for row, item in enumerate(photos.items):
        views[item] = torch.cat([views[item], own_edges[row : row + 1]])
    trained = np.flatnonzero(~is_held_out(np.arange(len(shoes))))
    rows = hold_out(photos)
    items = {"released": shoes.edges[photos.items[rows.photos]], "own": own_edges[rows.photos]}
    held_out = HeldOut(photos.sketches[rows.sketches], rows.truth, items)
    votes = dict(enumerate(votes_among(shoes, trained)))
    return Gallery([drawings[item] for item in trained], [views[item] for item in trained], votes), held_out


def hold_out(photos: PhotoSketches) -> HeldOutRows:
    """Find what of shoe304 is held out."""
    rows = np.flatnonzero(is_held_out(photos.items))
    sketches = np.flatnonzero(np.isin(photos.sketch_items, photos.items[rows]))
    return HeldOutRows(rows, sketches, np.searchsorted(photos.items[rows], photos.sketch_items[sketches]))


def gather_chairs(chairs: Pairs) -> tuple[Gallery, HeldOut]:
    """Gather the drawings and edge maps of QMUL-Chair's train part; what is held out stands apart."""
    held = is_held_out(np.arange(len(chairs)))
    trained, rows = np.flatnonzero(~held), np.flatnonzero(held)
    held_out = HeldOut(chairs.sketches[rows], np.arange(len(rows)), {"released": chairs.edges[rows]})
    sketches, edges = (list(side[trained][:, None]) for side in (chairs.sketches, chairs.edges))
    return Gallery(sketches, edges, dict(enumerate(votes_among(chairs, trained)))), held_out


def joined(gallery: Gallery, others: Gallery, same: NDArray[np.int64]) -> Gallery:
    """Put items of one kind together that come from two data sets.

    Args:
        gallery: items, which come first.
        others: items of the other set, on which nobody voted.
        same: int64 (others,), the row in `gallery` that shows the same thing, -1 where none does.
    """
    drawings, views, variants = list(gallery.drawings), list(gallery.views), dict(gallery.variants)
    for item, row in enumerate(same):
        more = others.variants.get(item)
        place = len(drawings) if row < 0 else int(row)
        if more is not None:
            variants[place] = more if place not in variants else torch.cat([variants[place], more])
        if row < 0:
            drawings.append(others.drawings[item])
            views.append(others.views[item])
        else:
            drawings[row] = torch.cat([drawings[row], others.drawings[item]])
            views[row] = torch.cat([views[row], others.views[item]])
    return Gallery(drawings, views, gallery.votes, variants)


def of_themselves(edges: Tensor) -> Gallery:
    """Items without drawings: their edge maps, uint8 (n, 1, 256, 256), stand for drawings too, to be bent strongly."""
    return Gallery(list(edges[:, None]), list(edges[:, None]))


def _alignment(photo: Tensor, line: Tensor) -> float:
    grey = photo.float().mean(dim=0)
    gradient = torch.hypot(grey.diff(dim=0)[:, :-1], grey.diff(dim=1)[:-1])
    gradient = torch.nn.functional.max_pool2d(gradient.clamp(max=60.0)[None], 3, 1, 1)[0].flatten()
    ink = (255 - line[0].float())[:-1, :-1].flatten()
    return float(gradient @ ink / (gradient.norm() * ink.norm()).clamp_min(1e-6))
