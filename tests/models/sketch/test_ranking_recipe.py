"""Learning from triplets: what is frozen stays, the rest learns by the released solver's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.devices import Device
from models.sketch.classification import CONVOLUTIONS, SketchANetClassifier
from models.sketch.network import SketchANet
from models.sketch.ranking_recipe import RankingRecipe
from tests.models.sketch.layouts import item_lines

CPU = Device("cpu", torch.float32, 1)


def drawn(*items: int) -> Tensor:
    """Canvases of made-up items."""
    return torch.stack([torch.from_numpy(item_lines(item))[None] for item in items])


@dataclass(frozen=True)
class Same:
    """The same triplets whatever the step: an item's sketch is its edge map."""

    asked: list[tuple[int, int, float]] = field(default_factory=list)

    def sample(self, step: int, batch: int, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Draw two triplets."""
        self.asked.append((step, batch, float(random.random())))
        return drawn(3, 300), drawn(3, 300), drawn(300, 3)

    def judge(self, network: nn.Module, device: Device) -> Mapping[str, float]:
        """Find something."""
        return {"found": 1.0}


@pytest.fixture(scope="module")
def recipe() -> RankingRecipe:
    """All layers learn."""
    return RankingRecipe(Same())


class Spy(nn.Module):
    """Notes the crops it is shown, and embeds each as the first number of a row of a table."""

    def __init__(self, *rows: float) -> None:
        super().__init__()
        self.rows = torch.tensor(rows)
        self.crops = torch.empty(0)

    def forward(self, crops: Tensor) -> Tensor:
        """Embed crops."""
        self.crops = crops
        return torch.stack([torch.cos(self.rows), torch.sin(self.rows)], dim=1)


def learn(recipe: RankingRecipe, network: nn.Module, steps: int) -> list[float]:
    """Losses of steps on one batch."""
    optimiser = torch.optim.SGD(recipe.parameter_groups(network))
    losses = []
    for _ in range(steps):
        loss = recipe.loss(network, 0, CPU)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(float(loss.detach()))
    return losses


def test_a_batch_is_learnt_by_heart(recipe: RankingRecipe) -> None:
    """From nothing a few steps at the recipe's own rate bring the nearer nearer by more than the margin."""
    losses = learn(recipe, recipe.build().train(), 4)
    assert losses[-1] < 0.5 * losses[0]


def test_frozen_layers_stay(recipe: RankingRecipe) -> None:
    """conv1 to conv5 are those of the start and get no gradient; fc6 and fc7 learn, and the loss falls."""
    torch.manual_seed(0)
    start = SketchANetClassifier(2).state_dict()
    frozen = replace(recipe, start=start, frozen=True, rate=0.1)
    network = frozen.build().train()
    before = {name: part.clone() for name, part in network.state_dict().items()}
    losses = learn(frozen, network, 3)
    assert losses[2] < losses[0]
    for name, parameter in network.named_parameters():
        kept = name.startswith(CONVOLUTIONS)
        assert torch.equal(parameter.detach(), before[name]) is kept, name
        assert (parameter.grad is None) is kept
        assert not name.startswith((*CONVOLUTIONS, "fc6")) or torch.equal(before[name], start[name])


@pytest.mark.parametrize("frozen", [False, True])
def test_groups_are_the_released_solvers(recipe: RankingRecipe, frozen: bool) -> None:
    """Each parameter that learns is in one group: weights at 0.001, biases at twice that, decay 5e-4, momentum 0.9."""
    network = replace(recipe, frozen=frozen).build()
    groups = recipe.parameter_groups(network)
    optimiser = torch.optim.SGD(groups)
    rates = {id(parameter): group["lr"] for group in optimiser.param_groups for parameter in group["params"]}
    learning = {
        name: parameter for name, parameter in network.named_parameters() if not frozen or name[:3] in {"fc6", "fc7"}
    }
    assert sum(len(group["params"]) for group in groups) == len(rates) == len(learning)
    for name, parameter in learning.items():
        assert rates[id(parameter)] == pytest.approx(0.002 if name.endswith("bias") else 0.001)
    assert {(group["weight_decay"], group["momentum"]) for group in optimiser.param_groups} == {(5e-4, 0.9)}
    assert (recipe.steps, recipe.batch, recipe.margin) == (25_000, 128, 0.3)


def test_the_loss_is_the_margins(recipe: RankingRecipe) -> None:
    """Of two triplets by angles: mean of max(0, margin + squared chord to the nearer - that to the farther)."""
    angles = (0.0, 1.0, 0.4, 1.1, 0.6, 3.0)

    def chord(one: float, other: float) -> float:
        return float((2 * np.sin((one - other) / 2)) ** 2)

    for margin in (0.3, 0.1):
        expected = [
            max(0, margin + chord(anchor, near) - chord(anchor, far))
            for anchor, near, far in zip(angles[:2], angles[2:4], angles[4:], strict=True)
        ]
        loss = float(replace(recipe, margin=margin).loss(Spy(*angles), 0, CPU))
        assert loss == pytest.approx(np.mean(expected), abs=1e-5)


def test_each_branch_is_cropped_for_itself(recipe: RankingRecipe) -> None:
    """The same picture as a sketch and as an edge map is another crop of it; the same step gives the same again."""
    spy = Spy(*[0.0] * 6)
    recipe.loss(spy, 5, CPU)
    crops = spy.crops
    assert tuple(crops.shape) == (6, 1, 225, 225)
    assert not torch.equal(crops[0], crops[2])
    assert not torch.equal(crops[1], crops[3])
    torch.rand(3)
    recipe.loss(spy, 5, CPU)
    assert torch.equal(spy.crops, crops)
    recipe.loss(spy, 6, CPU)
    assert not torch.equal(spy.crops, crops)
    assert isinstance(recipe.source, Same)
    assert recipe.source.asked[-3] == recipe.source.asked[-2]
    assert recipe.source.asked[-1][:2] == (6, 128)
    assert recipe.source.asked[-1][2] != recipe.source.asked[-2][2]


def test_it_is_judged_by_its_source(recipe: RankingRecipe) -> None:
    """What there is to find depends on the data alone."""
    assert recipe.evaluate(SketchANet(), CPU) == {"found": 1.0}
