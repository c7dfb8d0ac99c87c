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
        chances: float (n, beam, labels), 0 to 1: the probability with which each label comes next, given the picture
            and what a path said until then, where along the path that is highest; 0 of what must not be said.
        moments: int64 (n, beam, labels), how many labels the path had said there.
    """

    labels: Tensor
    log_probabilities: Tensor
    chances: Tensor
    moments: Tensor

    def marginals(self) -> Tensor:
        """Chances of each label, on the mean of the found paths by their probability: float (n, labels), 0 to 1.

        The share of the paths that say a label would tell less: it is 1 of all that every found path says, and 0 of all
        that none of the few paths says.
        """
        weights = torch.softmax(self.log_probabilities, dim=1)
        return torch.einsum("nb,nbl->nl", weights, self.chances)

    def surest(self, count: int) -> Tensor:
        """Order labels by their marginals: int64 (n, count), the surest first, or all where there are fewer."""
        marginals = self.marginals()
        return marginals.topk(min(count, marginals.shape[1]), dim=1).indices


@dataclass(frozen=True, eq=False)
class Reasons:
    """Why the last labels of n paths are probable.

    Attributes:
        heat: float (n, y, x), at least 0: how much what is seen in a place makes the label probable, in any unit that
            is the same for all places.
        gained: float (n,), log P(label | picture, labels before) - log P(label | picture), among what was not said
            before.
        givers: int64 (n,), of the labels before that may be named the one that alone makes the label most probable;
            `NOTHING` where none makes it more probable than the picture does.
        given: float (n,), log P(label | picture, giver) - log P(label | picture); 0 where there is no giver.
    """

    heat: Tensor
    gained: Tensor
    givers: Tensor
    given: Tensor
