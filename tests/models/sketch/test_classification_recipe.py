"""Learning to name classes: a batch can be learnt by heart, and is the seed's and the step's alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.devices import Device
from models.sketch import classification_recipe
from models.sketch.class_canvases import ClassCanvases
from models.sketch.classification import SketchANetClassifier
from models.sketch.classification_recipe import ClassificationRecipe
from tests.models.sketch.layouts import item_lines

CPU = Device("cpu", torch.float32, 1)
LABELS = np.repeat(np.arange(2), 4)


class Drawn(ClassCanvases):
    """Two classes of four made-up pictures, without files."""

    def read(self, rows: NDArray[np.int64], random: np.random.Generator | None = None) -> Tensor:
        """Read canvases."""
        return torch.stack([torch.from_numpy(item_lines(31 * LABELS[row] + row))[None] for row in rows])


@pytest.fixture(scope="module")
def recipe() -> ClassificationRecipe:
    """Batches of two; the last picture of each class is held out."""
    paths = tuple(Path(str(row)) for row in range(8))
    return ClassificationRecipe(Drawn(("bell", "cat"), paths, LABELS, np.arange(8) % 4 == 3), batch=2)


class Spy(nn.Module):
    """Notes the crops it is shown; whatever they show, its logits are what the first weight says."""

    def __init__(self) -> None:
        super().__init__()
        self.crops = torch.empty(0)

    def forward(self, crops: Tensor) -> Tensor:
        """Classify crops, with chance as in dropout."""
        self.crops = crops
        return torch.rand(len(crops), 2)


def test_a_batch_is_learnt_by_heart(recipe: ClassificationRecipe) -> None:
    """A few steps on one batch, at the recipe's own rate, drive its loss far below that of guessing."""
    network = recipe.build().train()
    optimiser = torch.optim.AdamW(recipe.parameter_groups(network))
    losses = []
    for _ in range(4):
        loss = recipe.loss(network, 0, CPU)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[0] == pytest.approx(np.log(2), abs=0.05)
    assert losses[-1] < 0.5 * losses[0]


def test_a_step_is_the_seeds_and_the_numbers_alone(recipe: ClassificationRecipe) -> None:
    """Pictures, crops and what dropout drops are the same whatever came before; other steps and seeds differ."""
    spy = Spy()
    first, crops = float(recipe.loss(spy, 0, CPU)), spy.crops
    torch.rand(7)
    assert float(recipe.loss(spy, 0, CPU)) == first
    assert torch.equal(spy.crops, crops)
    for other, step in ((recipe, 1), (replace(recipe, seed=2), 0)):
        assert float(other.loss(spy, step, CPU)) != first
        assert not torch.equal(spy.crops, crops)


def test_batches_are_crops_of_what_is_not_held_out(recipe: ClassificationRecipe) -> None:
    """Every trained picture is met, none twice in a batch, and never one that is held out."""

    class Levels(Drawn):
        def read(self, rows: NDArray[np.int64], random: np.random.Generator | None = None) -> Tensor:
            return torch.from_numpy(rows.astype(np.uint8)).reshape(-1, 1, 1, 1).expand(-1, 1, 256, 256)

    spy = Spy()
    levels = Levels(recipe.canvases.classes, recipe.canvases.paths, LABELS, recipe.canvases.held_out)
    replace(recipe, canvases=levels, batch=128).loss(spy, 0, CPU)
    assert tuple(spy.crops.shape) == (6, 1, 225, 225)
    assert sorted(spy.crops[:, 0, 0, 0].tolist()) == [0, 1, 2, 4, 5, 6]


def test_the_start_is_handed_on(recipe: ClassificationRecipe) -> None:
    """Without a start two builds are equal; with one conv1 to fc7 are its own, and fc8 is new."""
    one, other = recipe.build().state_dict(), recipe.build().state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)
    start = {name: part + 1 for name, part in one.items()}
    built = replace(recipe, start=start).build().state_dict()
    assert all(torch.equal(built[name], (one if "fc8" in name else start)[name]) for name in one)


def test_every_parameter_has_one_rate(recipe: ClassificationRecipe) -> None:
    """The group holds all parameters, none twice."""
    network = SketchANetClassifier(2)
    (group,) = recipe.parameter_groups(network)
    assert sorted(map(id, group["params"])) == sorted(map(id, network.parameters()))
    assert (group["lr"], group["weight_decay"]) == (recipe.rate, recipe.weight_decay)


def test_it_is_judged_by_what_is_held_out(recipe: ClassificationRecipe, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted over held-out pictures, or over as many of them as may be, from the first to the last."""
    met: list[int] = []

    class Numbered(Drawn):
        def read(self, rows: NDArray[np.int64], random: np.random.Generator | None = None) -> Tensor:
            met.extend(rows.tolist())
            return torch.from_numpy(rows.astype(np.uint8)).reshape(-1, 1, 1, 1)

    class Low(nn.Module):
        def forward(self, canvas: Tensor) -> Tensor:
            return nn.functional.one_hot((canvas.flatten() > 6).long(), 2).float()

    labels = np.arange(10) % 2
    held = np.arange(10) > 0
    judged = replace(recipe, canvases=Numbered(("a", "b"), (), labels, held))
    # Called low, of class 0, are 1 to 6, of which 2, 4 and 6 are; called high are 7 to 9, of which 7 and 9 are.
    assert judged.evaluate(Low(), CPU) == {"accuracy": pytest.approx(100 * 5 / 9)}
    assert met == list(range(1, 10))
    met.clear()
    monkeypatch.setattr(classification_recipe, "JUDGED", 3)
    assert judged.evaluate(Low(), CPU) == {"accuracy": pytest.approx(100 / 3)}
    assert met == [1, 5, 9]
