"""The recipe: its loss by hand, what it can learn, and that order matters only where labels depend on each other."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
import torch

from models.devices import Device
from models.paths import NOTHING
from models.tagger.measures import harmonic_mean
from models.tagger.network import Design, LabelNet
from models.tagger.ordering import Order
from models.tagger.recipe import PathRecipe, path_loss
from models.training import fit
from tests.models.tagger.lights import LABELS, lights

CPU = Device("cpu", torch.float32, 1)


def recipe(**changes: Any) -> PathRecipe:
    """A recipe that is done in a second."""
    small = {"design": Design(joint=16, hidden=16, dropout=0.0), "steps": 150, "batch": 32, "rate": 0.02}
    return PathRecipe(lights(120, 1), lights(40, 2), **{**small, "evaluate_every": 50, "said": 1, **changes})


def test_the_loss_is_the_mean_over_what_follows() -> None:
    """Step by step: minus the log of the share of what comes next, among all that were not said; then the end."""
    torch.manual_seed(2)
    network = LabelNet(LABELS, 4, Design(joint=6, hidden=7)).eval()
    features = torch.randn(3, 4)
    paths = [[2, 0, 4], [1], []]
    padded = torch.tensor([path + [NOTHING] * (3 - len(path)) for path in paths])
    losses = []
    with torch.no_grad():
        for feature, path in zip(features, paths, strict=True):
            scores = network(feature[None], torch.tensor([[*path, 0]]))[0].tolist()
            for step, label in enumerate([*path, network.end]):
                open_labels = [one for one in range(LABELS + 1) if one not in path[:step]]
                losses.append(math.log(sum(math.exp(scores[step][one]) for one in open_labels)) - scores[step][label])
        found = float(path_loss(network, features, padded))
    assert found == pytest.approx(sum(losses) / len(losses), rel=1e-5)


@pytest.mark.parametrize("order", [Order.FREQUENT, Order.RARE])
def test_what_can_be_seen_is_learnt(tmp_path: Path, order: Order) -> None:
    """Held-out pictures get one of their labels each, nearly always a right one, and the loss falls."""
    losses = []
    made = recipe(order=order)
    trained = fit(made, tmp_path / "state.pt", CPU, lambda progress: losses.append(progress.loss))
    recall = len(made.held_out) / made.held_out.tags.sum()
    assert trained.figures["O-F1"] > 0.9 * harmonic_mean(100, 100 * recall)
    assert losses[-1] is not None
    assert losses[-1] < 0.25


def test_a_step_is_its_number_and_the_seed() -> None:
    """A resumed run draws what an uninterrupted one would have drawn; every change of seed, order or step counts."""
    network = cast("LabelNet", recipe().build()).eval()

    def loss(step: int, **changes: Any) -> float:
        with torch.no_grad():
            return float(recipe(**changes).loss(network, step, CPU))

    assert loss(3) == loss(3)
    seen = [loss(3), loss(4), loss(3, seed=2), loss(3, order=Order.RARE), loss(3, order=Order.RANDOM)]
    assert all(one != other for one, other in pairwise(sorted(seen)))


def test_frequencies_are_counted() -> None:
    """How many pictures to learn from have each label."""
    made = recipe()
    assert made.frequencies.tolist() == [sum(map(bool, made.trained.tags[:, label])) for label in range(LABELS)]
