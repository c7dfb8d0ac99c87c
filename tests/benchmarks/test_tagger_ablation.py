"""The tagger's ablation: what is written down, what is done again, and the table."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import tagger_ablation
from benchmarks.records import Record
from benchmarks.tagger_ablation import FIGURES, VARIANTS, figures, main, result_table, run, surest_labels
from models.devices import Device
from models.tagger.described import Described
from models.tagger.eyes import LiteEye
from models.tagger.network import PAPER, Design
from models.tagger.ordering import Order
from models.tagger.recipe import PathRecipe
from tests.models.tagger.lights import lights
from tests.models.tagger.pictures import write_table

CPU = Device("cpu", torch.float32, 1)
BASE = PathRecipe(lights(60, 1), lights(20, 2), Design(joint=8, hidden=8), steps=2, evaluate_every=2)


def found(name: str, figure: float, seed: int = 1) -> Record:
    """One line of a record."""
    return {"variant": name, "seed": seed, "seconds": 1, "figures": dict.fromkeys(FIGURES, figure)}


def test_the_papers_rows_and_orders_are_there() -> None:
    """Four other models and three orders, from one recipe; each differs from it in what its name says."""
    made = {name: build(BASE) for name, build in VARIANTS.items()}
    assert [*made][:5] == ["softmax", "WARP", "binary cross-entropy", "no RNN", "CNN-RNN"]
    assert all(one.steps == 2 and one.trained is BASE.trained for one in made.values())
    paths = {name: one for name, one in made.items() if isinstance(one, PathRecipe)}
    assert vars(paths["CNN-RNN"]) == vars(BASE)
    assert not paths["no RNN"].design.recurrent
    assert {one.order for one in paths.values()} == set(Order)
    assert paths["CNN-RNN, no emphasis"].emphasis == 0
    assert paths["CNN-RNN, as the paper"].design == PAPER
    assert paths["CNN-RNN, as the paper"].order is Order.FREQUENT


@pytest.mark.parametrize("name", ["WARP", "CNN-RNN"])
def test_a_variant_is_trained_and_judged(name: str, tmp_path: Path) -> None:
    """Whatever it is, it has all figures; from the same state it has the same."""
    first, again = (run(name, BASE, BASE.held_out, tmp_path, CPU) for _ in range(2))
    assert first == again
    assert (first["variant"], first["seed"], tuple(first["figures"])) == (name, 1, FIGURES)


def test_linear_layers_say_what_scores_highest() -> None:
    """The surest label first."""
    judged = Described(torch.tensor([[[0.1, 0.9, 0.5]], [[3.0, 1.0, 2.0]]]), np.ones((2, 3), bool))
    assert surest_labels(torch.nn.Identity(), judged).tolist() == [[1, 2, 0], [0, 2, 1]]


def test_five_are_said_of_more_that_are_ranked() -> None:
    """What stands behind them counts for the order alone."""
    tags = np.zeros((1, 7), bool)
    tags[0, [0, 6]] = True
    judged = figures(np.array([[0, 1, 2, 3, 4, 6]]), tags)
    assert judged["O-P"] == 20
    assert judged["O-R"] == 50
    assert judged["MAP@10"] == pytest.approx(100 * (1 + 2 / 6) / 2)


def test_rows_are_means_over_seeds_in_the_order_of_the_variants() -> None:
    """Variants that nobody ran have no row."""
    lines = result_table([found("CNN-RNN", 40, 1), found("CNN-RNN", 50, 2), found("softmax", 30)]).splitlines()
    assert len(lines) == 4
    assert lines[2] == "| softmax | 1 | 30.0 | 30.0 | 30.0 | 30 | 30.0 | 30.0 | 30.0 | 30.0 |"
    assert lines[3].startswith("| CNN-RNN | 2 | 45.0 |")


def test_the_command_does_what_is_left_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each variant is written down once, for held-out pictures and for the test apart."""
    data, record = write_table(tmp_path / "data", 40), tmp_path / "record.jsonl"
    monkeypatch.setattr(tagger_ablation, "features_of", lambda part, *_: lights(len(part), 3))
    monkeypatch.setattr(LiteEye, "load_imagenet", lambda _: None)
    asked = ["--data", str(data), "--record", str(record), "--home", str(tmp_path), "--device", "cpu", "--steps", "2"]
    for _ in range(2):
        main([*asked, "--only", "softmax"])
    main([*asked, "--only", "softmax", "--test"])
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    assert [one["judged on"] for one in lines] == ["held out", "test"]
    printed = capsys.readouterr().out
    assert "`python -m benchmarks.tagger_ablation --data DIR" in printed
    assert "| softmax | 1 |" in printed


def test_data_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without labelled pictures ends the command with a sentence."""
    with pytest.raises(SystemExit):
        main(["--data", str(tmp_path)])
    assert "holds no labelled pictures" in capsys.readouterr().err
