"""The sketch benchmark: its figures by hand, and its tables over made-up data by a network that tells everything."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch

from benchmarks.baselines import Canny
from benchmarks.distortions import DISTORTIONS
from benchmarks.sketch import (
    Trial,
    choose_canny,
    copies_table,
    edge_table,
    figure,
    gain,
    held_out_drawings,
    main,
)
from models.predictor import Predictor
from models.sketch.datasets import Pairs, PhotoSketches, load_pairs, load_photo_sketches
from tests.benchmarks.lookup import Lookup
from tests.models.sketch.layouts import write_pairs, write_photo_sketches

ITEMS = list(range(18))
HELD_OUT = [3, 10, 17]


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    """The stand-in."""
    return cast("Predictor", Lookup())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both sets in one folder."""
    folder = tmp_path_factory.mktemp("data")
    write_pairs(folder / "qmul_v1/shoes", len(ITEMS), 5)
    write_photo_sketches(folder / "shoe304", ITEMS, sketches=2)
    return folder


@pytest.fixture(scope="module")
def pairs(folder: Path) -> Pairs:
    """Released edge maps of the made-up shoes."""
    return load_pairs(folder / "qmul_v1/shoes", "train")


@pytest.fixture(scope="module")
def photos(folder: Path) -> PhotoSketches:
    """Photos and drawings of the made-up shoes."""
    return load_photo_sketches(folder / "shoe304")


def test_a_trial_ranks_in_both_galleries() -> None:
    """Among the held-out photos and among all, by hand."""
    trial = Trial(np.array([1, 3]), np.array([1, 3]))
    items = np.eye(4, dtype=np.float32)
    queries = np.array([[0.9, 0.5, 0.0, 0.1], [0.2, 0.4, 0.1, 0.3]], np.float32)
    few, many = trial.found(queries, items)
    assert (few.tolist(), many.tolist()) == ([1, 2], [2, 2])


def test_intervals_are_over_shoes() -> None:
    """Three drawings of a shoe that agree are one observation: the interval is that of the shoes' means."""
    groups = np.repeat(np.arange(10), 3)
    found = np.where(groups < 5, 1, 9)
    assert figure(found, 1, groups) == "50.0 (20 to 80)"
    assert figure(np.ones(30, np.int64), 1, groups) == "100.0 (100 to 100)"


def test_a_gain_is_paired() -> None:
    """Two rankings that agree differ by nothing without doubt, however bad both are."""
    groups = np.arange(8)
    found = np.array([1, 9, 1, 9, 1, 9, 1, 9])
    assert gain(found, found, groups) == "+0.0 (+0 to +0)"
    assert gain(np.ones(8, np.int64), np.full(8, 2), groups) == "+100.0 (+100 to +100)"


def cells(markdown: str) -> dict[str, list[str]]:
    """Rows of a table by their first cell."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in markdown.splitlines()]
    return {row[0]: row[1:] for row in rows}


def test_canny_is_chosen_on_training_shoes(predictor: Predictor, photos: PhotoSketches) -> None:
    """Of a choice that draws the photos and one that draws nothing the first is taken; held-out shoes are not asked."""
    sensible, blind = Canny(1.0, 0.05, 0.1), Canny(1.0, 8.0, 9.0)
    spoilt = PhotoSketches(
        photos.items,
        torch.where(torch.from_numpy(photos.items % 7 == 3)[:, None, None, None], 0, photos.photos),
        photos.sketch_items,
        photos.sketches,
    )
    for choices in ((sensible, blind), (blind, sensible)):
        assert choose_canny(predictor, spoilt, choices) == sensible


def test_table_a(predictor: Predictor, pairs: Pairs, photos: PhotoSketches) -> None:
    """Every source of edges has its row, over the held-out drawings in both galleries."""
    rows = cells(edge_table(predictor, pairs, photos, Canny(1.0, 0.05, 0.1)))
    assert rows["items"] == ["acc@1 of 3", "acc@5 of 3", "acc@1 of 18", "acc@5 of 18"]
    assert rows["released edge map"][:2] == ["100.0 (100 to 100)"] * 2
    assert set(rows) >= {"photo, our own edges", "photo, Canny", "our own minus Canny"}
    own, released = (float(rows[name][0].split()[0]) for name in ("photo, our own edges", "released edge map"))
    assert float(rows["our own minus released edge map"][0].split()[0]) == pytest.approx(own - released, abs=0.1)


def test_table_b(predictor: Predictor, folder: Path, photos: PhotoSketches) -> None:
    """Every way to send a drawing has its row with the difference from the clean one, and exact copies lose nothing."""
    drawings = held_out_drawings(folder / "shoe304", photos)
    assert [photos.sketch_items[index] for index in sorted(drawings)] == [item for item in HELD_OUT for _ in range(2)]
    rows = cells(copies_table(predictor, photos, drawings))
    assert set(DISTORTIONS) <= set(rows)
    clean = rows["clean"][0]
    for name in ("inverted", "transparent, black ink", "transparent, white ink"):
        assert rows[name][:2] == [clean, "+0.0 (+0 to +0)"]


def test_a_copy_taken_for_empty_counts_as_not_found(predictor: Predictor, folder: Path, photos: PhotoSketches) -> None:
    """Drawings of which no copy shows any ink are found by no row, and the rows say so."""
    drawings = held_out_drawings(folder / "shoe304", photos)
    faint = {index: np.where(drawing < 128, 120, 130).astype(np.uint8) for index, drawing in drawings.items()}
    rows = cells(copies_table(predictor, photos, faint))
    assert rows[f"inverted, {len(faint)} taken for empty"][0] == "0.0"


def test_the_command_prints_what_made_the_tables(
    predictor: Predictor, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads the figures sees the command, the machine, the weights and Canny's numbers; then both tables."""
    monkeypatch.setattr("benchmarks.sketch.load_predictor", lambda *_: predictor)
    monkeypatch.setattr("benchmarks.sketch.choose_canny", lambda *_: Canny(1.0, 0.05, 0.1))
    monkeypatch.setattr("benchmarks.sketch.DISTORTIONS", {"inverted": DISTORTIONS["inverted"]})
    main(["--data", str(folder), "--device", "cpu"])
    printed = capsys.readouterr().out
    assert printed.startswith("`python -m benchmarks.sketch --data DIR --device cpu`\n\n- Machine: ")
    assert "- Checkpoint: efficientnet-lite0, 0123456789ab\n" in printed
    assert "Canny: sigma 1, thresholds 0.05 and 0.1" in printed
    assert "| released edge map | 100.0 (100 to 100) |" in printed
    assert "| inverted | 100.0 | +0.0 (+0 to +0) |" in printed


def test_missing_data_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without the data, or no weights, ends the command with exit code 2 and no traceback."""
    with pytest.raises(SystemExit) as ended:
        main(["--data", str(tmp_path), "--device", "cpu", "--checkpoint", "nothing-of-this-name"])
    assert ended.value.code == 2
    assert "There is no checkpoint nothing-of-this-name" in capsys.readouterr().err
