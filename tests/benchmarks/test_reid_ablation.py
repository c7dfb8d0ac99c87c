"""The ablation's record and tables, and that networks are judged together."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks import reid_ablation
from benchmarks.records import Record, recorded
from benchmarks.reid_ablation import height_and_width, judged, main, run, run_all, schedule_of, structure_table
from benchmarks.reid_cost import Cost
from benchmarks.reid_variants import NETWORKS, Variant
from models.contracts import Vectors
from models.devices import Device
from models.reid.datasets import stacked
from models.reid.recipe import PersonRecipe
from models.training import Trained
from tests.models.reid.people import crops, write_own

CPU = Device("cpu", torch.float32, 1)


def keep_random(trunk: nn.Module) -> None:
    """Load nothing."""


BASE = PersonRecipe(crops(3), crops(4), keep_random, size=(64, 32), steps=5, evaluate_every=5)


def found(name: str, figure: float, seed: int = 1) -> Record:
    """One line of a record."""
    return {"variant": name, "seed": seed, "seconds": 1, "figures": {"mAP": figure, "rank-1": 2 * figure}}


class Half(nn.Module):
    """Embeds crops by the mean colours of the upper or of the lower half of their middle."""

    def __init__(self, stripes: int) -> None:
        super().__init__()
        self._rows = slice(0, 32) if stripes == 1 else slice(32, 64)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Embed."""
        return nn.functional.normalize(pixels[:, :, self._rows, 12:20].mean(dim=(2, 3)) - 128)


class Classified(nn.Module):
    """What training leaves."""

    def __init__(self, embedding: nn.Module) -> None:
        super().__init__()
        self.embedding = embedding


def test_networks_are_judged_by_their_features_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cosines are means over all stripes: one of the first network counts half as much as the two of the second."""
    trained: list[tuple[int, Path]] = []

    def fits(recipe: PersonRecipe, state: Path, *_: object) -> Trained:
        trained.append((recipe.seed, state))
        return Trained(Classified(Half(recipe.design.stripes[0])), 5, {}, 4.0)

    monkeypatch.setattr(reid_ablation, "fit", fits)
    seen: list[Vectors] = []

    def judges(vectors: Vectors, _: object) -> dict[str, float]:
        seen.append(vectors)
        return {"mAP": 50, "rank-1": 60}

    monkeypatch.setattr(reid_ablation, "judged", judges)
    record = run(NETWORKS[0], replace(BASE, seed=3), tmp_path, CPU)
    assert record == {"variant": "2 networks", "seed": 3, "seconds": 8, "figures": {"mAP": 50, "rank-1": 60}}
    assert [seed for seed, _ in trained] == [3, 3]
    assert len({state for _, state in trained}) == 2
    pixels = stacked(BASE.held_out.pictures, BASE.size)
    upper, lower = Half(1)(pixels).numpy(), Half(2)(pixels).numpy()
    np.testing.assert_allclose(seen[0] @ seen[0].T, upper @ upper.T + 2 * lower @ lower.T, atol=1e-4)


def test_judgement_does_not_depend_on_length() -> None:
    """Vectors that name the person find everybody, however long they are; equal ones nobody."""
    people = crops(4)
    named = np.eye(4, dtype=np.float32)[people.identities] * np.arange(1, len(people) + 1, dtype=np.float32)[:, None]
    assert judged(named, people) == {"mAP": 100, "rank-1": 100}
    assert judged(np.ones((len(people), 3), np.float32), people)["rank-1"] == 0


def test_what_is_recorded_is_not_trained_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each variant and seed once for one trunk, size and number of steps; a killed run goes on with what is left."""
    trained: list[tuple[str, int]] = []

    def trains(one: Variant, base: PersonRecipe, *_: object) -> Record:
        trained.append((one.name, base.seed))
        if len(trained) == 3:
            raise KeyboardInterrupt
        return found(one.name, 10.0, base.seed)

    monkeypatch.setattr(reid_ablation, "run", trains)
    record, chosen = tmp_path / "record.jsonl", [Variant("a"), Variant("b")]
    with pytest.raises(KeyboardInterrupt):
        run_all(chosen, BASE, 2, record, tmp_path, CPU)
    run_all(chosen, BASE, 2, record, tmp_path, CPU)
    assert trained == [("a", 1), ("a", 2), ("b", 1), ("b", 1), ("b", 2)]
    assert all(schedule_of(BASE).items() <= line.items() for line in recorded(record))
    run_all(chosen, replace(BASE, size=(96, 48)), 1, record, tmp_path, CPU)
    assert trained[5:] == [("a", 1), ("b", 1)]


def test_the_table_sets_accuracy_beside_cost() -> None:
    """Figures are means over seeds, times multiples of one branch's, and what was not trained has its cost alone."""
    records = [found("1 branch", 10.0), found("1 branch", 20.0, seed=2)]
    costs = {"1 branch": Cost(3_000_000, 250_000_000, 0.004), "2 branches": Cost(4_300_000, 310_000_000, 0.005)}
    assert structure_table(records, costs).splitlines()[2:] == [
        "| 1 branch | 2 | 15.0 | 30.0 | 3.0 | 0.25 | 4.0 | 1.00 |",
        "| 2 branches | 0 |  |  | 4.3 | 0.31 | 5.0 | 1.25 |",
    ]


@pytest.fixture
def _untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variants that need no training, and cost nothing."""
    monkeypatch.setattr(reid_ablation, "run", lambda one, base, *_: found(one.name, 12.5, base.seed))
    monkeypatch.setattr(
        reid_ablation, "measure", lambda variants, *_: {one.name: Cost(10**6, 10**8, 0.001) for one in variants}
    )


@pytest.mark.usefixtures("_untrained")
def test_the_command_records_and_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON lines in the file named; command, machine and both tables at the end, whatever was trained at this size."""
    data, record = write_own(tmp_path / "data", 12), tmp_path / "record.jsonl"
    arguments = ["--data", str(data), "--steps", "5", "--size", "64x32", "--record", str(record), "--device", "cpu"]
    main([*arguments, "--only", "2 branches", "--only", "without neck"])
    assert [json.loads(line)["variant"] for line in record.read_text("utf-8").splitlines()] == [
        "2 branches",
        "without neck",
    ]
    printed = capsys.readouterr().out
    assert "`python -m benchmarks.reid_ablation --data DIR --steps 5" in printed
    assert "| 2 branches | 1 | 12.5 | 25.0 | 1.0 | 0.10 | 1.0 | 1.00 |" in printed
    assert "| without neck | 1 | 12.5 | 25.0 |" in printed
    assert "| without erasing | 0 |  |  |" in printed


def test_what_cannot_be_asked_for_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A variant that is none, and a folder without data, end the command with what there is."""
    for arguments, told in ((["--only", "5 branches"], "There is no variant '5 branches'; there are:"), ([], "fewer")):
        with pytest.raises(SystemExit) as ended:
            main(["--data", str(tmp_path), "--device", "cpu", *arguments])
        assert ended.value.code == 2
        assert told in capsys.readouterr().err


@pytest.mark.parametrize("text", ["128", "ax64", "128x8"])
def test_a_size_has_two_numbers(text: str) -> None:
    """Such as leave something to look at."""
    assert height_and_width("128x64") == (128, 64)
    with pytest.raises(ValueError, match=r"."):
        height_and_width(text)
