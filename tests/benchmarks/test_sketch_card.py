"""The tables of the card, over made-up data by stand-ins that tell everything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch

from benchmarks import sketch_card
from benchmarks.sketch_card import (
    BATCHES,
    GROWN,
    growth_table,
    judged,
    main,
    predictors,
    results_table,
    rounding,
    times_table,
)
from models.checkpoints import CheckpointStore
from models.devices import Device
from models.judgements import Judgement, Moment
from models.predictor import Predictor
from models.registry import spec
from models.sketch import SPEC
from tests.benchmarks.lookup import Lookup
from tests.models.sketch.chairs import write_chairs
from tests.models.sketch.layouts import write_pairs

CPU = Device("cpu", torch.float32, 1)
TESTED, HELD_OUT, DRAWINGS = 3, 2, 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both test parts, and a train part of ChairV2."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("shoes", "chairs"):
        write_pairs(folder / "qmul_v1" / name, 1, TESTED, name)
    write_chairs(folder / "chairv2_train", 5 * HELD_OUT, DRAWINGS)
    return folder


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[str, Judgement]:
    """What a stand-in finds in each trial."""
    return judged(folder, cast("Predictor", Lookup()))


def cells(markdown: str) -> dict[str, list[str]]:
    """Rows of a table by their first cell."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in markdown.splitlines()]
    return {row[0]: row[1:] for row in rows}


def test_every_trial_has_a_row_of_each_network(found: dict[str, Judgement]) -> None:
    """Queries are counted; nobody was asked for triplets of ChairV2, so that cell is empty."""
    rows = cells(results_table({"a": found, "b": found}))
    sure = "100.0 (100 to 100)"
    for network in "ab":
        assert rows[f"QMUL-Shoe, `{network}`"] == rows[f"QMUL-Chair, ten views, `{network}`"] == ["3", *[sure] * 3]
        assert rows[f"{GROWN}, `{network}`"] == [str(HELD_OUT * DRAWINGS), sure, sure, ""]
    assert len(rows) == 2 + 2 * len(sketch_card.TRIALS)


def test_ten_views_are_other_scores_than_one(found: dict[str, Judgement]) -> None:
    """The rows of ten views are of the paper's test, not the same again."""
    assert not np.allclose(found["QMUL-Shoe"].scores, found["QMUL-Shoe, ten views"].scores)


def test_growth_by_hand() -> None:
    """After a share of the ink: the median rank, and how many were among the first and the first five."""
    blank = np.zeros((4, 2, 2), np.uint8)
    moment = Moment(0.25, np.array([1, 4, 4, 9]), blank)
    judgement = Judgement(
        "", "", np.eye(4, dtype=np.float32), np.zeros(4, np.int64), None, blank, blank, blank, (moment,)
    )
    rows = cells(growth_table({"a": judgement}))
    assert rows["25 % of the ink, `a`"] == ["4", "25.0 (25 to 25)", "75.0 (75 to 75)"]


def test_growth_has_every_quarter(found: dict[str, Judgement]) -> None:
    """Vector sketches are looked for four times; all of the ink finds what the drawing finds."""
    last = found[GROWN]
    rows = cells(growth_table({"a": last}))
    assert list(rows)[2:] == [f"{share} % of the ink, `a`" for share in (25, 50, 75, 100)]
    np.testing.assert_array_equal(last.moments[-1].found, last.found)


def test_times_are_compared_with_the_papers_network() -> None:
    """Every network has its milliseconds at each batch; the paper's takes once its own time, whatever the machine."""
    rows = cells(times_table(SPEC, 1, 1))
    assert set(rows) >= {f"`{network}`" for network in SPEC.networks}
    assert rows["`sketch-a-net`"][1::2] == ["1.00"] * len(BATCHES)
    assert all(float(cell) > 0 for network in SPEC.networks for cell in rows[f"`{network}`"])


def test_rounding_is_the_distance_between_scores(found: dict[str, Judgement]) -> None:
    """The mean and the largest difference, whichever way it goes; none from itself."""
    exact = found[GROWN]
    moved = exact.scores.copy()
    moved[0, :] += 0.5
    moved[1, :] -= 0.25
    sentence = rounding(replace(exact, scores=moved), exact)
    assert sentence.endswith(f"by {0.75 / len(moved):.4f}, and by 0.5000 at most")
    assert rounding(exact, exact).endswith("by 0.0000, and by 0.0000 at most")


def test_networks_without_weights_are_passed_over(tmp_path: Path) -> None:
    """Where nothing was trained nothing is judged, and the command goes on with its times."""
    assert list(predictors(CheckpointStore(tmp_path, tmp_path), CPU)) == []


def test_the_command_prints_a_block_and_draws_the_curve(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Command, machine and weights, three tables, and the curve where it was asked for."""
    monkeypatch.setattr(sketch_card, "predictors", lambda *_: iter([Lookup(spec("sketch").default_network)]))
    monkeypatch.setattr(sketch_card, "times_table", lambda *_: "| network | ms |")
    curve = tmp_path / "curve.svg"
    main(["--data", str(folder), "--device", "cpu", "--curve", str(curve)])
    printed = capsys.readouterr().out
    assert printed.startswith("`python -m benchmarks.sketch_card --data DIR --device cpu --curve")
    assert "- Weights: efficientnet-lite0-pair 0123456789ab\n" in printed
    assert [line.split(" | ")[0] for line in printed.splitlines() if line.startswith("| ") and "`" not in line][
        ::2
    ] == [
        "| items, network",
        "| drawn, network",
        "| network",
    ]
    assert curve.read_text("utf-8").startswith("<svg ")


def test_missing_data_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder without the data ends the command with exit code 2 and no traceback."""
    monkeypatch.setattr(sketch_card, "predictors", lambda *_: iter([Lookup()]))
    with pytest.raises(SystemExit) as ended:
        main(["--data", str(tmp_path), "--device", "cpu"])
    assert ended.value.code == 2
    assert "name the folder of one" in capsys.readouterr().err
