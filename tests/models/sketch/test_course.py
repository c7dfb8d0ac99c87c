"""A network's stages: what follows what, by which seeds, and where each goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from models.devices import Device
from models.sketch import course as module
from models.sketch.course import Course
from models.sketch.materials import Materials
from models.sketch.recipe import EmbeddingRecipe
from models.training import Progress, Stage, Trained

CPU = Device("cpu", torch.float32, 1)


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[EmbeddingRecipe, str]]:
    """Which recipes were run, with the names of their states; each ends with a weight of its number."""
    runs: list[tuple[EmbeddingRecipe, str]] = []

    def fit(recipe: EmbeddingRecipe, state: Path, _device: Device, report: Any) -> Trained:
        runs.append((recipe, state.name))
        report(Progress(1, 1, 0.5, {"mean MRR": 0.25}))
        network = torch.nn.Linear(1, 1)
        torch.nn.init.constant_(network.weight, len(runs))
        return Trained(network, 1, {"mean MRR": 0.25}, 2.0)

    monkeypatch.setattr(module, "fit", fit)
    return runs


def course(tmp_path: Path, *, pretraining: bool, told: list[Stage]) -> Course:
    """A course of the paper's network."""
    nothing: Any = ("a source",) if pretraining else ()
    something: Any = ("another",)
    materials = Materials(pretraining=nothing, embedding=something, held_out={}, facts={})
    return Course(materials, "sketch-a-net", tmp_path, CPU, told.append, {"steps": 7})


@pytest.mark.parametrize(("member", "seed", "suffix"), [(None, 1, ""), (1, 1, " 1"), (2, 2, " 2")])
def test_stages_follow_each_other(
    tmp_path: Path, fitted: list[tuple[EmbeddingRecipe, str]], member: int | None, seed: int, suffix: str
) -> None:
    """The second starts with the weights of the first; members have states, names and seeds of their own."""
    told: list[Stage] = []
    learnt = course(tmp_path, pretraining=True, told=told).learn(member)
    (first, state), (second, other) = fitted
    assert (
        [one.name for one in learnt] == [stage.name for stage in told] == [f"pretraining{suffix}", f"embedding{suffix}"]
    )
    assert (state, other) == (f"sketch-a-net-pretraining{suffix}.pt", f"sketch-a-net-embedding{suffix}.pt")
    assert (first.seed, second.seed, first.steps, second.steps) == (seed, seed, 7, 7)
    assert first.start is None
    assert second.start is not None
    assert float(second.start["weight"]) == 1
    assert [list(map(str, recipe.sources)) for recipe in (first, second)] == [["a source"], ["another"]]


def test_without_anything_to_begin_with_there_is_one_stage(
    tmp_path: Path, fitted: list[tuple[EmbeddingRecipe, str]]
) -> None:
    """It starts from the network's own weights."""
    learnt = course(tmp_path, pretraining=False, told=[]).learn()
    assert [one.name for one in learnt] == ["embedding"]
    assert fitted[0][0].start is None
