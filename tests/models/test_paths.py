"""What paths say of labels."""

from __future__ import annotations

import math

import pytest
import torch

from models.paths import Paths


def paths_of(chances: list[list[list[float]]], log_probabilities: list[list[float]]) -> Paths:
    """Paths with these chances; what they say is of no matter."""
    found = torch.tensor(chances)
    labels = torch.zeros((*found.shape[:2], 1), dtype=torch.int64)
    return Paths(labels, torch.tensor(log_probabilities), found, torch.zeros_like(found, dtype=torch.int64))


def test_marginals_are_chances_on_the_mean_of_the_found_paths() -> None:
    """By hand: of paths of 1/2, 1/4 and none the first counts two thirds, the second one, the last nothing."""
    paths = paths_of(
        [[[0.9, 0.3, 0.0], [0.6, 0.0, 0.3], [1.0, 1.0, 1.0]]], [[math.log(0.5), math.log(0.25), -math.inf]]
    )
    assert paths.marginals().tolist() == [[pytest.approx(0.8), pytest.approx(0.2), pytest.approx(0.1)]]


def test_pictures_do_not_mix() -> None:
    """The marginals of several pictures are those of each alone."""
    chances = [[[0.1, 0.9], [0.2, 0.3]], [[0.4, 0.8], [0.7, 0.6]]]
    likely = [[-1.0, -2.0], [-0.5, -3.0]]
    alone = [paths_of([chances[row]], [likely[row]]).marginals()[0] for row in range(2)]
    torch.testing.assert_close(paths_of(chances, likely).marginals(), torch.stack(alone))


def test_the_surest_are_those_of_the_highest_marginals() -> None:
    """Of all paths together, the surest first; all labels where there are fewer than are asked for."""
    paths = paths_of([[[0.1, 0.9, 0.5], [0.8, 0.0, 0.5]]], [[math.log(0.5), math.log(0.25)]])
    assert paths.surest(2).tolist() == [[1, 2]]
    assert paths.surest(9).tolist() == [[1, 2, 0]]
