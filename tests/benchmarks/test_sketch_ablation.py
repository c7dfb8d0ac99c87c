"""The ablation's record: what is done once is not done again, and the table says what is in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest
import torch
from torch import nn

from benchmarks import sketch_ablation
from benchmarks.ablation_variants import Variant
from benchmarks.records import Record, recorded
from benchmarks.sketch_ablation import main, run, run_all, summary
from models.devices import Device
from models.predictor import Predictor
from models.sketch.gallery import HeldOut, of_themselves
from models.sketch.recipe import EmbeddingRecipe, Source
from models.training import Recipe
from tests.benchmarks.lookup import Lookup

CPU = Device("cpu", torch.float32, 1)


def found(name: str, rank: float, seed: int = 1, steps: int = 5) -> Record:
    """One line of a record."""
    figures = {"mean MRR": rank, "shoes, own acc@1": 100 * rank}
    return {"variant": name, "seed": seed, "steps": steps, "seconds": 1, "figures": figures}


def variant(name: str, *, pretrained: bool = False) -> Variant:
    """Two blank things, drawn as they are."""
    canvases = torch.full((2, 1, 256, 256), 255, dtype=torch.uint8)
    canvases[0, :, 100:110] = 0
    source = (Source("things", of_themselves(canvases), 1),)
    held_out = {"things": HeldOut(canvases, torch.arange(2).numpy(), {"own": canvases})}
    return Variant(name, source if pretrained else (), source, held_out)


def test_what_is_recorded_is_not_trained_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each variant, seed and number of steps once, in order; a killed run goes on with what its record lacks."""
    trained: list[tuple[str, int]] = []

    def trains(one: Variant, steps: int, seed: int, *_: object) -> Record:
        trained.append((one.name, seed))
        if len(trained) == 3:
            raise KeyboardInterrupt
        return found(one.name, 0.5, seed, steps)

    monkeypatch.setattr(sketch_ablation, "run", trains)
    record = tmp_path / "record.jsonl"
    chosen = [variant("a"), variant("b")]
    with pytest.raises(KeyboardInterrupt):
        run_all(chosen, 5, 2, record, tmp_path, CPU)
    run_all(chosen, 5, 2, record, tmp_path, CPU)
    assert trained == [("a", 1), ("a", 2), ("b", 1), ("b", 1), ("b", 2)]
    assert [(line["variant"], line["seed"]) for line in recorded(record)] == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]
    run_all(chosen, 6, 1, record, tmp_path, CPU)
    assert trained[5:] == [("a", 1), ("b", 1)]


def test_the_table_has_means_over_seeds() -> None:
    """Rows in the order asked for, of one number of steps; what was not judged stays empty."""
    other = {**found("c", 0.1), "figures": {"mean MRR": 0.1, "shoes, photo acc@1": 7.0}}
    records = [found("b", 0.25), found("a", 0.5), found("a", 0.75, seed=2), found("a", 0, steps=9), other]
    assert summary(records, 5, ["a", "b", "c", "d"]).splitlines() == [
        "| variant | seeds | mean MRR | shoes, own acc@1 | shoes, photo acc@1 |",
        "| --- | ---: | ---: | ---: | ---: |",
        "| a | 2 | 0.625 | 62.5 |  |",
        "| b | 1 | 0.250 | 25.0 |  |",
        "| c | 1 | 0.100 |  | 7.0 |",
    ]


class Dots(nn.Module):
    """A network of eight weights, to be trained in no time."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(8))

    def forward(self, canvas: torch.Tensor) -> torch.Tensor:
        """Embed canvases by the ink of eight bands."""
        return nn.functional.normalize((256 - canvas).mean(dim=3).view(len(canvas), 8, -1).mean(dim=2) * self.weight)


def test_the_last_stage_begins_where_the_one_before_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both stages have the steps asked for and are judged once; variants that share a pretraining share its weights."""
    stages: list[EmbeddingRecipe] = []

    def watched(recipe: EmbeddingRecipe) -> nn.Module:
        stages.append(recipe)
        network = Dots()
        if recipe.start is not None:
            network.load_state_dict(recipe.start)
        return network

    monkeypatch.setattr(EmbeddingRecipe, "build", watched)
    first = run(variant("a", pretrained=True), 1, 7, tmp_path, CPU)
    (before,) = tmp_path.glob("*before*")
    written = before.stat().st_mtime_ns
    second = run(variant("b", pretrained=True), 1, 7, tmp_path, CPU)
    assert before.stat().st_mtime_ns == written
    assert first["figures"] == second["figures"]
    assert set(first["figures"]) == {"mean MRR", "things, own MRR", "things, own acc@1"}
    assert {(recipe.steps, recipe.evaluate_every, recipe.seed) for recipe in stages} == {(1, 1, 7)}
    started = [recipe.start["weight"] for recipe in stages if recipe.start is not None]
    assert started
    assert all(torch.equal(weights, started[0]) and not torch.equal(weights, torch.ones(8)) for weights in started)
    stages.clear()
    assert run(variant("c"), 1, 7, tmp_path, CPU)["variant"] == "c"
    assert all(recipe.start is None for recipe in stages)


@pytest.fixture
def _offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two variants that need no training."""
    monkeypatch.setattr(sketch_ablation, "load_predictor", lambda *_: cast("Predictor", Lookup()))
    monkeypatch.setattr(sketch_ablation, "variants", lambda *_: {name: variant(name) for name in "ab"})
    monkeypatch.setattr(sketch_ablation, "run", lambda one, steps, seed, *_: found(one.name, 0.5, seed, steps))


@pytest.mark.usefixtures("_offered")
def test_the_command_records_and_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON lines in the file named, and command, machine and table at the end."""
    record = tmp_path / "record.jsonl"
    main(["--data", str(tmp_path), "--steps", "5", "--only", "b", "--record", str(record), "--device", "cpu"])
    assert [json.loads(line)["variant"] for line in record.read_text("utf-8").splitlines()] == ["b"]
    printed = capsys.readouterr().out
    assert "`python -m benchmarks.sketch_ablation --data DIR --steps 5" in printed
    assert printed.endswith("| b | 1 | 0.500 | 50.0 |\n")


@pytest.mark.usefixtures("_offered")
def test_an_unknown_variant_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is none ends the command and is answered with those there are."""
    with pytest.raises(SystemExit) as ended:
        main(["--data", str(tmp_path), "--only", "c", "--device", "cpu"])
    assert ended.value.code == 2
    assert "There is no variant 'c'; there are: a, b." in capsys.readouterr().err


def test_missing_data_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder without the data ends the command with exit code 2 and no traceback."""
    monkeypatch.setattr(sketch_ablation, "load_predictor", lambda *_: cast("Predictor", Lookup()))
    with pytest.raises(SystemExit) as ended:
        main(["--data", str(tmp_path), "--device", "cpu", "--home", str(tmp_path / "var")])
    assert ended.value.code == 2
    assert "name the folder of an unpacked QMUL set" in capsys.readouterr().err


def test_variants_are_recipes_unless_varied() -> None:
    """Without a change the last stage is the system's own recipe."""
    recipe = EmbeddingRecipe((), {})
    varied: Recipe = variant("a").vary(recipe)
    assert varied is recipe
