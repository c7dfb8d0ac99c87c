"""Losses, each against a second implementation in plain Python."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from models.reid.losses import batch_hard_triplet_loss, identity_loss

LABELS = torch.tensor([2, 0, 0, 2, 1, 1])


def noise(*shape: int, seed: int = 0) -> Tensor:
    """Normal numbers."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_every_stripe_is_classified(smoothing: float) -> None:
    """The mean over stripes and pictures of minus the logarithms of the shares, weighted by the smoothed truth."""
    logits = [noise(6, 4, seed=seed) for seed in range(3)]
    total = 0.0
    for one in logits:
        for row, label in zip(one.tolist(), LABELS.tolist(), strict=True):
            whole = math.log(sum(math.exp(value) for value in row))
            for identity, value in enumerate(row):
                truth = smoothing / 4 + (1 - smoothing) * (identity == label)
                total -= truth * (value - whole) / 18
    assert float(identity_loss(logits, LABELS, smoothing)) == pytest.approx(total)


@pytest.mark.parametrize("margin", [0.3, 5.0, None])
def test_the_hardest_of_each_kind_are_compared(margin: float | None) -> None:
    """For each picture the farthest of the same person and the nearest of another, found by looking at all."""
    features = noise(6, 5)
    rows, labels = features.numpy(), LABELS.tolist()
    losses = []
    for anchor in range(6):
        distances = [float(np.linalg.norm(rows[anchor] - rows[other])) for other in range(6)]
        farthest = max(distances[other] for other in range(6) if labels[other] == labels[anchor])
        nearest = min(distances[other] for other in range(6) if labels[other] != labels[anchor])
        gap = farthest - nearest
        losses.append(math.log1p(math.exp(gap)) if margin is None else max(0.0, margin + gap))
    assert float(batch_hard_triplet_loss(features, LABELS, margin)) == pytest.approx(np.mean(losses))


def test_people_far_apart_cost_nothing() -> None:
    """Where each person is one point and others are beyond the margin there is nothing to learn, nor to divide."""
    features = (torch.eye(3)[LABELS] * 4).requires_grad_()
    loss = batch_hard_triplet_loss(features, LABELS, 0.3)
    loss.backward()  # type: ignore[no-untyped-call]
    assert float(loss.detach()) == 0
    assert features.grad is not None
    assert bool(torch.isfinite(features.grad).all())


def test_learning_brings_a_person_together() -> None:
    """A step against the gradient lowers the loss, of the soft margin too."""
    for margin in (0.3, None):
        features = noise(6, 5).requires_grad_()
        loss = batch_hard_triplet_loss(features, LABELS, margin)
        loss.backward()  # type: ignore[no-untyped-call]
        assert features.grad is not None
        assert float(batch_hard_triplet_loss(features.detach() - 0.1 * features.grad, LABELS, margin)) < float(
            loss.detach()
        )
