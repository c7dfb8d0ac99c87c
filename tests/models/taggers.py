"""A tagger whose every answer follows from the colours of a picture by hand; its labels do not depend on each other."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from models.calibration import logistic
from models.checkpoints import Checkpoint, CheckpointStore
from models.contracts import Kind, TaggingSpec
from models.images import Picture
from models.paths import NOTHING, Limits, Looked, Paths, Reasons

LABELS = ("red", "green", "blue", "crimson")
SIDE, PLACES = 16, 4
GAIN = 0.5
"""What every label but the first gains from the one numbered before it, if that was said."""
EVERY_PATH = 2 ** len(LABELS)
"""A beam this wide leaves no path out."""
# How much of a place that is wholly red, green or blue each label sees in it.
WEIGHTS = torch.tensor([[0.9, 0.0, 0.0], [0.0, 0.9, 0.0], [0.0, 0.0, 0.9], [0.55, 0.0, 0.1]])


class Colours(nn.Module):
    """Label i is true with the probability that is the mean of its map: so much of its colours is in a picture."""

    def __init__(self, labels: int) -> None:
        """See nothing yet."""
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(labels, 3))

    def look(self, batch: Tensor) -> Looked:
        """See 4 x 4 places."""
        colours = nn.functional.avg_pool2d(batch.to(self.weight.dtype) / 255, SIDE // PLACES)
        maps = torch.einsum("lc,ncyx->nlyx", self.weight, colours)
        return Looked(maps.mean(dim=(2, 3)), maps)

    def label(self, features: Tensor, limits: Limits, allowed: Tensor | None) -> Paths:
        """Find the most probable sets of labels, each as a path in the order of their numbers."""
        count = len(self.weight)
        may = torch.ones(count, dtype=torch.bool) if allowed is None else allowed
        sets = torch.tensor([one for one in product([0, 1], repeat=count) if all(may[np.flatnonzero(one)])]).bool()
        certain = features.double().clamp(1e-6, 1 - 1e-6)[:, None]
        likely = torch.where(sets, certain.log(), torch.where(may, (1 - certain).log(), 0)).sum(dim=2)
        missing = max(limits.beam - len(sets), 0)
        best, order = nn.functional.pad(likely, (0, missing), value=-torch.inf).topk(limits.beam, dim=1)
        labels = torch.full((len(features), limits.beam, limits.most), NOTHING)
        for row, path in np.ndindex(*order.shape):
            if best[row, path] > -torch.inf:
                said = sets[order[row, path]].nonzero()[:, 0]
                labels[row, path, : len(said)] = said
        chances = (features * may).to(best)[:, None].expand(-1, limits.beam, -1)
        # A label would stand behind those of smaller numbers.
        smaller = (labels[:, :, :, None] != NOTHING) & (labels[:, :, :, None] < torch.arange(count))
        return Paths(labels, best, chances, smaller.sum(dim=2))

    def explain(self, looked: Looked, pictures: Tensor, paths: Tensor, named: Tensor) -> Reasons:
        """Every label is seen where its map is, and gains from the one numbered before it."""
        label = paths.max(dim=1).values
        assert torch.equal(label, paths.gather(1, (paths != NOTHING).sum(dim=1, keepdim=True) - 1)[:, 0])
        before = (label > 0) & (paths == label[:, None] - 1).any(dim=1)
        gained = torch.where(before, GAIN, 0.0)
        gives = before & named[pictures, label - 1]
        givers = torch.where(gives, label - 1, NOTHING)
        return Reasons(looked.maps[pictures, label], gained, givers, torch.where(gives, gained, 0.0))

    def label_vectors(self) -> Tensor:
        """A label is the colours that it sees."""
        return self.weight


def stretch(picture: Picture) -> Tensor:
    """Every 16th of a picture's sides, uint8 (3, 16, 16)."""
    pixels = torch.from_numpy(np.array(picture.rgb)).permute(2, 0, 1)[None].float()
    return nn.functional.interpolate(pixels, (SIDE, SIDE), mode="area")[0].to(torch.uint8)


def tiny_spec(name: str = "tiny") -> TaggingSpec:
    """Describe it."""
    return TaggingSpec(
        name=name,
        kind=Kind.TAG,
        title="Name the colours",
        paper="none",
        max_batch=4,
        preprocessing=1,
        item_shape=(3, SIDE, SIDE),
        networks={"colours": Colours},
        prepare_item=stretch,
        shown=lambda width, height: (0.0, 0.0, float(width), float(height)),
    )


def save_tiny(store: CheckpointStore, weights: Tensor = WEIGHTS, name: str = "tiny", **card: Any) -> Checkpoint:
    """Keep weights of it; `card` adds to what its card states, or changes it."""
    facts = {"preprocessing": 1, "labels": list(LABELS[: len(weights)]), **card}
    return store.save(name, "colours", {"weight": weights}, facts)


def blocks(*colours: tuple[int, int, int], height: int = 40, width: int = 30) -> Picture:
    """A picture of upright stripes, each of `width`."""
    stripes = [np.full((height, width, 3), colour, np.uint8) for colour in colours]
    return Picture(np.concatenate(stripes, axis=1))


RED, GREEN, BLUE, BLACK, YELLOW = (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0), (255, 255, 0)


def likely(slope: float, intercept: float, share: float) -> float:
    """The curve of a calibration, by hand."""
    return float(logistic(np.array(slope * np.log(share / (1 - share)) + intercept)))
