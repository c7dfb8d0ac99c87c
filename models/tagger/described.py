"""Pictures as a network that says labels learns from them: features, and which labels are true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from models.tagger.measures import Judgement, judge

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Described:
    """n pictures, at least one.

    Attributes:
        features: float (n, views, features): of the picture, its mirror image and the like.
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

    def mean(self) -> Tensor:
        """Mean over the views of each picture: float32 (n, features)."""
        return self.features.float().mean(dim=1)

    def said(self, labels: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Put labels that are said of the pictures, (n, k), numbers below 0 being none, into a table as `tags` is."""
        table = np.zeros((len(self), self.tags.shape[1] + 1), bool)
        np.put_along_axis(table, np.where(labels < 0, self.tags.shape[1], labels), values=True, axis=1)
        return table[:, :-1]

    def judge(self, labels: NDArray[np.int64]) -> Judgement:
        """Judge labels that are said, as `said` takes them, over those alone that are true of some picture."""
        known = self.tags.any(axis=0)
        return judge(self.said(labels)[:, known], self.tags[:, known])
