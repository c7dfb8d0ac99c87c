"""What paths say of labels."""

from __future__ import annotations

import math

import pytest
import torch

from models.paths import NOTHING, Paths


def test_marginals_are_shares_of_the_found_paths() -> None:
    """By hand: three paths of 1/2, 1/4 and none; a label counts wherever in a path it stands."""
    labels = torch.tensor([[[2, 0, NOTHING], [0, NOTHING, NOTHING], [NOTHING] * 3]])
    likely = torch.tensor([[math.log(0.5), math.log(0.25), -math.inf]], dtype=torch.float64)
    assert Paths(labels, likely).marginals(4).tolist() == [[pytest.approx(1), 0, pytest.approx(2 / 3), 0]]


def test_pictures_do_not_mix() -> None:
    """The marginals of several pictures are those of each alone."""
    labels = torch.tensor([[[0, 1], [1, NOTHING]], [[1, 0], [NOTHING, NOTHING]]])
    likely = torch.tensor([[-1.0, -2.0], [-0.5, -3.0]])
    alone = [Paths(labels[row : row + 1], likely[row : row + 1]).marginals(2)[0] for row in range(2)]
    assert torch.equal(Paths(labels, likely).marginals(2), torch.stack(alone))
