"""What training minimises: classification of every stripe, and the triplet loss over the hardest pairs of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


def identity_loss(logits: Sequence[Tensor], labels: Tensor, smoothing: float) -> Tensor:
    """Mean over the stripes of the cross-entropy of each one's classifier.

    The paper's loss is their sum; the optimiser does not tell the two apart.

    Args:
        logits: for each stripe, float (n, identities).
        labels: int64 (n,).
        smoothing: share of the truth that is spread evenly over all identities; 0 for none.
    """
    losses = [functional.cross_entropy(one, labels, label_smoothing=smoothing) for one in logits]
    return torch.stack(losses).mean()


def batch_hard_triplet_loss(features: Tensor, labels: Tensor, margin: float | None) -> Tensor:
    """Mean over the batch of max(0, margin + farthest of the same identity - nearest of another), Euclidean.

    Source: Hermans et al., In Defense of the Triplet Loss (2017), equation 5.

    Args:
        features: float (n, dim), not normalised.
        labels: int64 (n,), of at least two identities.
        margin: None for the soft margin, log(1 + exp(farthest - nearest)).
    """
    distances = torch.cdist(features, features, compute_mode="donot_use_mm_for_euclid_dist")
    same = labels[:, None] == labels[None]
    farthest = distances.masked_fill(~same, 0).amax(dim=1)
    nearest = distances.masked_fill(same, torch.inf).amin(dim=1)
    if margin is None:
        return functional.softplus(farthest - nearest).mean()
    return functional.relu(margin + farthest - nearest).mean()
