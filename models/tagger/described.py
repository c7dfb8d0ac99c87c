"""Pictures as a network that says labels learns from them: features, and which labels are true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.tagger.measures import judge_met, said_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from models.tagger.network import Standardised

_LEAST_DEVIATION = 1e-3


@dataclass(frozen=True, eq=False)
class Described:
    """n pictures, at least one.

    Attributes:
        features: float (n, views, features): of the picture itself, then of its mirror image and the like.
        tags: bool (n, labels), which labels each has.
    """

    features: Tensor
    tags: NDArray[np.bool_]

    def __len__(self) -> int:
        """Count the pictures."""
        return len(self.tags)

    def batch(self, size: int, random: np.random.Generator) -> tuple[Tensor, NDArray[np.bool_]]:
        """Draw pictures, each in a view: float32 (size, features), and bool (size, labels); all if there are fewer."""
        rows = random.choice(len(self), min(size, len(self)), replace=False)
        views = random.integers(self.features.shape[1], size=len(rows))
        return self.features[torch.from_numpy(rows), torch.from_numpy(views)].float(), self.tags[rows]

    def plain(self) -> Tensor:
        """Return the first view of each picture, which is the picture itself: float32 (n, features)."""
        return self.features[:, 0].float()

    def standardise(self, layer: Standardised) -> None:
        """Fill a layer with the mean and the standard deviation of each feature, the latter never quite 0."""
        plain = self.plain()
        layer.mean.copy_(plain.mean(dim=0))
        layer.deviation.copy_(plain.std(dim=0, correction=0) + _LEAST_DEVIATION)

    def figures(self, labels: NDArray[np.int64]) -> Mapping[str, float]:
        """Judge labels that are said, (n, k), numbers below 0 being none: C-F1, O-F1 and N+.

        Labels that are neither said nor true of any picture are not judged.
        """
        found = judge_met(said_of(labels, self.tags.shape[1]), self.tags)
        return {"C-F1": found.class_f1, "O-F1": found.overall_f1, "N+": float(found.recalled)}


def log_frequencies(tags: NDArray[np.bool_]) -> Tensor:
    """Logarithm of the share of pictures, (n, labels), that have each label: float32 (labels + 1,).

    The last is that of the end, which all have: 0. A label that no picture has counts as if half a picture had it.
    """
    shares = (tags.sum(axis=0) + 0.5) / (len(tags) + 1)
    return functional.pad(torch.from_numpy(np.log(shares)).float(), (0, 1))
