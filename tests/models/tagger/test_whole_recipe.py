"""Trunk and label network, taught together: what is taught, what stays, and that it learns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import torch

from models.devices import Device
from models.tagger import canvas
from models.tagger.datasets import Listing
from models.tagger.network import Design
from models.tagger.tables import load
from models.tagger.tagger_net import TaggerNet
from models.tagger.whole_recipe import WholeRecipe, looked_at, read_pixels
from models.training import fit
from tests.models.tagger.pictures import COLOURS, write_table

CPU = Device("cpu", torch.float32, 1)
SMALL = Design(joint=8, hidden=8)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at small pictures."""
    monkeypatch.setattr(canvas, "SIDE", 64)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Listing, Listing]:
    """Pictures to learn from, and held-out ones."""
    found = load(write_table(tmp_path_factory.mktemp("pictures"), 60))
    return found.trained, found.held_out


def recipe(parts: tuple[Listing, Listing], **changes: Any) -> WholeRecipe:
    """A recipe that is done in seconds, from random weights."""
    torch.manual_seed(3)
    start = TaggerNet(len(COLOURS), SMALL).state_dict()
    small = {"design": SMALL, "batch": 8, "side": 48, "evaluate_every": 5, "said": 1, **changes}
    return WholeRecipe(*parts, start, 5, **small)


def test_the_first_blocks_and_all_statistics_stay(parts: tuple[Listing, Listing], tmp_path: Path) -> None:
    """What is frozen is as it was; what comes after it and the label network are not; no mean of a batch is kept."""
    made = recipe(parts)
    before = made.start
    after = fit(made, tmp_path / "state.pt", CPU, lambda _: None).network.state_dict()
    changed = {name for name in before if not torch.allclose(before[name], after[name], atol=1e-7)}
    kept = ("eye.trunk._conv_stem", "eye.trunk._bn0", *(f"eye.trunk._blocks.{number}." for number in range(5)))
    assert not [name for name in changed if name.startswith(kept) or "running" in name]
    assert {"eye.trunk._blocks.5._expand_conv.weight", "eye.head._bn1.weight", "voice.embedding.weight"} <= changed


def test_every_taught_weight_has_one_rate(parts: tuple[Listing, Listing]) -> None:
    """Kernels of the trunk decay, its other numbers do not, the label network has its own rate; none is left out."""
    made = recipe(parts)
    network = made.build()
    groups = made.parameter_groups(network)
    taught = [parameter for parameter in network.parameters() if parameter.requires_grad]
    assert sum(len(group["params"]) for group in groups) == len(taught)
    assert len({id(parameter) for group in groups for parameter in group["params"]}) == len(taught)
    assert [(group["lr"], group["weight_decay"]) for group in groups] == [(3e-4, 1e-2), (3e-4, 0.0), (2e-3, 1e-2)]
    assert all(parameter.ndim <= 1 for parameter in groups[1]["params"])


def test_its_loss_is_that_of_features_of_the_same_pictures(parts: tuple[Listing, Listing]) -> None:
    """A batch of a step is the same each time, another one at another step, and differs by its random changes."""
    made = recipe(parts)
    network = made.build().train()
    cast("TaggerNet", network).voice.dropout.p = 0.0
    one, again, other = (float(made.loss(network, step, CPU).detach()) for step in (1, 1, 2))
    assert one == again != other
    paths_alone = float(replace(made, alone=0.0).loss(network, 1, CPU).detach())
    assert paths_alone < one


def test_held_out_pictures_are_judged_as_they_are(parts: tuple[Listing, Listing]) -> None:
    """Looked at whole, without chance; figures are those of the surest label of each."""
    made = recipe(parts)
    network = cast("TaggerNet", made.build().eval())
    judged = looked_at(made.held_out, network.eye, CPU)
    alone = network.look(read_pixels(made.held_out.paths[1:2], CPU)).features
    torch.testing.assert_close(judged.plain()[1:2], alone, atol=1e-4, rtol=1e-4)
    assert made.evaluate(network, CPU) == made.evaluate(network, CPU)
    assert set(made.evaluate(network, CPU)) == {"C-F1", "O-F1", "N+"}


def test_in_use_the_emphasis_moves_scores(parts: tuple[Listing, Listing]) -> None:
    """With an emphasis of 1 nothing is added to them; below, what is frequent is preferred."""
    whole, half = (cast("TaggerNet", recipe(parts, emphasis=one).build()).voice.offset for one in (1.0, 0.5))
    assert not whole.any()
    counts = torch.from_numpy(parts[0].tags.sum(axis=0))
    assert half[:-1].argsort().tolist() == counts.argsort(stable=True).tolist()
