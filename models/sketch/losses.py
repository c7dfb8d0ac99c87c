"""Ranking losses over unit vectors."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

MARGIN = 0.3


def triplet_loss(anchors: Tensor, positives: Tensor, negatives: Tensor, margin: float = MARGIN) -> Tensor:
    """Mean of max(0, margin + d(a, p) - d(a, n)), d the squared Euclidean distance (the paper's equation 1).

    Args:
        anchors: unit vectors (n, dim), of sketches.
        positives: (n, dim), of their photos.
        negatives: (n, dim), of other photos.
        margin: 0.3 in the paper's last stage.
    """
    nearer = (anchors - positives).square().sum(dim=1)
    farther = (anchors - negatives).square().sum(dim=1)
    return functional.relu(margin + nearer - farther).mean()


def in_batch_triplet_loss(sketches: Tensor, items: Tensor, margin: float = MARGIN) -> Tensor:
    """The triplet loss over every (sketch, its item, another item of the batch), averaged over those above zero.

    Args:
        sketches: unit vectors (n, dim).
        items: unit vectors (n, dim); row i belongs to sketch i.
        margin: as in `triplet_loss`.
    """
    distances = 2 - 2 * sketches @ items.T
    hinge = functional.relu(margin + distances.diagonal()[:, None] - distances)
    others = hinge[~torch.eye(len(items), dtype=torch.bool, device=items.device)]
    return others.sum() / (others > 0).sum().clamp_min(1)


def preference_loss(sketches: Tensor, items: Tensor, preferred: Tensor, temperature: float) -> Tensor:
    """Cross-entropy of what people said of two items, which is nearer to a sketch, averaged over their votes.

    That item j is said to be nearer than item k is as likely as the logistic function of the difference of their
    cosines with the sketch (Bradley and Terry 1952; Burges et al., Learning to Rank using Gradient Descent, 2005).

    Args:
        sketches: unit vectors (n, dim).
        items: unit vectors (n, dim).
        preferred: (n, n, n), how many people found item j nearer to sketch i than item k, in row i, j, k.
        temperature: by which differences are divided.

    Returns:
        The mean; 0 where nobody voted.
    """
    cosines = sketches @ items.T
    nearer = (cosines[:, :, None] - cosines[:, None, :]) / temperature
    return (preferred * functional.softplus(-nearer)).sum() / preferred.sum().clamp_min(1)


def contrastive_loss(sketches: Tensor, items: Tensor, temperature: float) -> Tensor:
    """Cross-entropy of finding the item among all items of the batch, and of finding the sketch among all sketches.

    Args:
        sketches: unit vectors (n, dim).
        items: unit vectors (n, dim); row i belongs to sketch i.
        temperature: by which cosines are divided.
    """
    logits = sketches @ items.T / temperature
    truth = torch.arange(len(logits), device=logits.device)
    return (functional.cross_entropy(logits, truth) + functional.cross_entropy(logits.T, truth)) / 2
