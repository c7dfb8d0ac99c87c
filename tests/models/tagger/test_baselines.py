"""The losses of the comparison, against their definitions in plain loops."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from models.devices import Device
from models.tagger.baselines import LinearRecipe, Objective, softmax_loss, warp_loss
from models.tagger.described import Described
from models.tagger.measures import harmonic_mean
from models.training import fit
from tests.models.tagger.lights import lights

CPU = Device("cpu", torch.float32, 1)
LABELS = 9


def tables(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores and truths of seven pictures; one has no label, one has all."""
    generator = torch.Generator().manual_seed(seed)
    true = torch.rand(7, LABELS, generator=generator) < 0.3
    true[0], true[1] = False, True
    return torch.randn(7, LABELS, generator=generator), true


def test_softmax_shares_a_picture_among_its_labels() -> None:
    """Minus the mean log-share of a picture's labels, mean over the pictures that have any."""
    scores, true = tables(1)
    losses = []
    for row, truth in zip(scores.tolist(), true.tolist(), strict=True):
        mine = [score for score, there in zip(row, truth, strict=True) if there]
        if mine:
            total = math.log(sum(map(math.exp, row)))
            losses.append(sum(total - score for score in mine) / len(mine))
    assert float(softmax_loss(scores, true)) == pytest.approx(sum(losses) / len(losses), rel=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_warp_draws_until_something_is_too_near(seed: int) -> None:
    """Label by label: draw others in turn, stop at the first within the margin, weigh by how soon that was."""
    scores, true = tables(seed)
    orders = np.random.default_rng(seed).permuted(np.tile(np.arange(LABELS), (7, 1)), axis=1)
    losses = []
    for row, truth, order in zip(scores.tolist(), true.tolist(), orders.tolist(), strict=True):
        others = [label for label in order if not truth[label]]
        for label in (label for label in range(LABELS) if truth[label]):
            loss = 0.0
            for draws, other in enumerate(others, start=1):
                if row[other] > row[label] - 1:
                    rank = len(others) // draws
                    loss = (1 - row[label] + row[other]) * sum(1 / place for place in range(1, rank + 1))
                    break
            losses.append(loss)
    found = float(warp_loss(scores, true, np.random.default_rng(seed)))
    assert found == pytest.approx(sum(losses) / len(losses), rel=1e-5)


def test_warp_is_nothing_where_true_labels_lead() -> None:
    """No other label within the margin: nothing to push, and no slope."""
    true = torch.rand(5, LABELS, generator=torch.Generator().manual_seed(1)) < 0.4
    scores = (true * 3.0).requires_grad_()
    loss = warp_loss(scores, true, np.random.default_rng(0))
    loss.backward()  # type: ignore[no-untyped-call]
    assert float(loss.detach()) == 0
    assert scores.grad is not None
    assert not scores.grad.any()


@pytest.mark.parametrize("objective", list(Objective))
def test_what_can_be_seen_is_learnt(tmp_path: Path, objective: Objective) -> None:
    """Each loss finds one of a held-out picture's labels nearly always."""
    made = LinearRecipe(lights(120, 1), lights(40, 2), objective, 0.0, steps=150, batch=32, rate=0.05, said=1)
    trained = fit(made, tmp_path / "state.pt", CPU, lambda _: None)
    recall = len(made.held_out) / made.held_out.tags.sum()
    assert trained.figures["O-F1"] > 0.9 * harmonic_mean(100, 100 * recall)


@pytest.mark.parametrize("objective", list(Objective))
def test_a_step_is_its_number_and_the_seed(objective: Objective) -> None:
    """The same step has the same loss whatever came before, another has another."""
    made = LinearRecipe(lights(60, 1), lights(20, 2), objective)
    network = made.build().eval()
    with torch.no_grad():
        losses = [float(made.loss(network, step, CPU)) for step in (2, 5, 2)]
    assert losses[0] == losses[2] != losses[1]


@pytest.mark.parametrize("objective", [Objective.SOFTMAX, Objective.BINARY])
def test_training_begins_with_what_is_known_without_looking(objective: Objective) -> None:
    """Before a step the bias of each label is the logarithm of its odds; labels of no picture have odds too."""
    tags = np.array([[True, False], [True, False], [False, False]])
    made = LinearRecipe(Described(torch.zeros(3, 1, 2), tags), lights(10, 1), objective)
    layer = dict(made.build().named_parameters())
    odds = [2.5 / 1.5, 0.5 / 3.5]
    assert layer["2.bias"].tolist() == pytest.approx([math.log(one) for one in odds], rel=1e-5)
