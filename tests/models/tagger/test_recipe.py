"""The recipe: its loss by hand, what it can learn, and that order matters only where labels depend on each other."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch

from models.devices import Device
from models.paths import NOTHING
from models.tagger.described import Described
from models.tagger.measures import harmonic_mean
from models.tagger.network import Design, LabelNet
from models.tagger.ordering import Order
from models.tagger.recipe import PathRecipe, Rule, alone_loss, path_loss
from models.training import fit
from tests.models.tagger.lights import LABELS, lights

CPU = Device("cpu", torch.float32, 1)


def recipe(**changes: Any) -> PathRecipe:
    """A recipe that is done in a second."""
    small = {
        "design": Design(joint=16, hidden=16, dropout=0.0),
        "emphasis": 0.0,
        "alone": 0.0,
        "steps": 150,
        "batch": 32,
        "rate": 0.02,
    }
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
    seen = [
        loss(3),
        loss(4),
        loss(3, seed=2),
        loss(3, order=Order.FREQUENT),
        loss(3, order=Order.RANDOM),
        loss(3, alone=1.0),
    ]
    assert all(one != other for one, other in pairwise(sorted(seen)))


def test_the_second_loss_is_that_of_every_label_by_itself() -> None:
    """Minus the logarithms of the chances of what is and what is not true, for each that is; no memory takes part."""
    torch.manual_seed(3)
    network = LabelNet(LABELS, 4, Design(joint=6, hidden=7, recurrent=False)).eval()
    some = lights(6, 4)
    with torch.no_grad():
        found = float(alone_loss(network, some.plain(), torch.from_numpy(some.tags)))
        scores = network(some.plain(), torch.zeros((6, 1), dtype=torch.int64))[:, 0, :LABELS].tolist()
    chances = [[1 / (1 + math.exp(-score)) for score in row] for row in scores]
    losses = [
        -math.log(chance if true else 1 - chance)
        for row, truths in zip(chances, some.tags.tolist(), strict=True)
        for chance, true in zip(row, truths, strict=True)
    ]
    assert found == pytest.approx(sum(losses) / some.tags.sum(), rel=1e-4)


def test_frequencies_are_counted() -> None:
    """How many pictures to learn from have each label."""
    made = recipe()
    assert made.frequencies.tolist() == [sum(map(bool, made.trained.tags[:, label])) for label in range(LABELS)]


def test_a_label_of_few_pictures_is_said_as_readily_as_others_where_that_is_wanted(tmp_path: Path) -> None:
    """Where nothing can be seen, labels are said by how frequent they are; with full emphasis all are alike."""
    random = np.random.default_rng(3)
    tags = np.zeros((400, 3), bool)
    tags[np.arange(400), random.choice(3, 400, p=[0.8, 0.15, 0.05])] = True
    blind, few = (Described(torch.zeros(count, 1, 2), tags[:count]) for count in (400, 10))
    shares = []
    for emphasis in (0.0, 1.0):
        made = replace(recipe(emphasis=emphasis, steps=100, evaluate_every=100), trained=blind, held_out=few)
        network = cast("LabelNet", fit(made, tmp_path / f"{emphasis}.pt", CPU, lambda _: None).network)
        with torch.no_grad():
            scores = network(torch.zeros(1, 2), torch.zeros((1, 1), dtype=torch.int64))[0, 0, :3]
        shares.append(torch.softmax(scores, dim=0).tolist())
    assert shares[0] == pytest.approx((tags.sum(axis=0) / 400).tolist(), abs=0.06)
    assert shares[1] == pytest.approx([1 / 3] * 3, abs=0.1)


def test_a_label_of_no_picture_has_half_of_one() -> None:
    """Its logarithm is finite, and that of the end, which every picture has, is 0."""
    made = replace(recipe(), trained=Described(torch.zeros(3, 1, 2), np.array([[True, False]] * 3)))
    assert made.log_frequencies.tolist() == pytest.approx([math.log(3.5 / 4), math.log(0.5 / 4), 0.0])


def test_the_papers_rule_is_rmsprop_with_momentum() -> None:
    """Gradients over the root of the mean of their squares add up, each step counting nine tenths of the one before."""
    weight = torch.tensor([1.0, -2.0], requires_grad=True)
    optimiser = recipe(rule=Rule.RMSPROP).optimiser_of([{"params": [weight], "lr": 0.1, "weight_decay": 0.0}])
    plain, squares, moved = [1.0, -2.0], [0.0, 0.0], [0.0, 0.0]
    for step in range(4):
        optimiser.zero_grad()
        (weight**2).sum().mul(step + 1).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        for place, value in enumerate(plain):
            gradient = 2 * value * (step + 1)
            squares[place] = 0.99 * squares[place] + 0.01 * gradient**2
            moved[place] = 0.9 * moved[place] + gradient / math.sqrt(squares[place])
            plain[place] = value - 0.1 * moved[place]
    assert weight.tolist() == pytest.approx(plain, rel=1e-4)


def test_labels_can_be_learnt_by_the_papers_rule(tmp_path: Path) -> None:
    """What can be seen is learnt by either rule."""
    made = recipe(rule=Rule.RMSPROP, rate=2e-3)
    trained = fit(made, tmp_path / "state.pt", CPU, lambda _: None, optimiser_of=made.optimiser_of)
    recall = len(made.held_out) / made.held_out.tags.sum()
    assert trained.figures["O-F1"] > 0.9 * harmonic_mean(100, 100 * recall)
