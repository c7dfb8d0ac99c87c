"""What a tagger sees of pictures and says of them: maps, paths of labels, and why a label was said.

Source: Wang et al., CNN-RNN: A Unified Framework for Multi-label Image Classification (CVPR 2016), section 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

NOTHING = -1
"""Stands after the end of a path, and where there is no label."""


@dataclass(frozen=True)
class Limits:
    """How far to search.

    Attributes:
        beam: paths that are followed at once, at least 1.
        least: labels that a path has at least, unless there are no more.
        most: labels after which a path ends for certain.
    """

    beam: int = 4
    least: int = 0
    most: int = 16


@dataclass(frozen=True, eq=False)
class Looked:
    """What is seen of n pictures.

    Attributes:
        features: float (n, features), the means of `maps`.
        maps: float (n, features, y, x), what is seen in each place, rows from the top.
    """

    features: Tensor
    maps: Tensor


@dataclass(frozen=True, eq=False)
class Paths:
    """Paths of n pictures, the most probable first.

    Attributes:
        labels: int64 (n, beam, most), in the order in which they were said, `NOTHING` after the end.
        log_probabilities: float (n, beam), of the whole path with its end; minus infinity where there are fewer paths.
    """

    labels: Tensor
    log_probabilities: Tensor

    def marginals(self, labels: int) -> Tensor:
        """Share of the found paths' probability that says each label: float (n, labels), 0 to 1."""
        weights = torch.softmax(self.log_probabilities, dim=1)
        said = self.labels.clamp(min=0)
        spread = weights[:, :, None].expand(said.shape) * (self.labels != NOTHING)
        summed = weights.new_zeros((len(said), labels))
        return summed.scatter_add_(1, said.flatten(1), spread.flatten(1))


@dataclass(frozen=True, eq=False)
class Reasons:
    """Why the labels of n paths were said; nothing of it means anything after the end of a path.

    Attributes:
        heat: float (n, steps, y, x), at least 0: how much what is seen in a place makes the label probable, in any unit
            that is the same for all places.
        gained: float (n, steps), log P(label | picture, labels before) - log P(label | picture), among what was not
            said before.
        givers: int64 (n, steps), the one label before that alone makes the label most probable; `NOTHING` where none
            makes it more probable than the picture does.
        given: float (n, steps), log P(label | picture, giver) - log P(label | picture); 0 where there is no giver.
    """

    heat: Tensor
    gained: Tensor
    givers: Tensor
    given: Tensor
