"""Trials: which data a folder holds, what is looked for in it, and among what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from models.datasets import MissingData
from models.images import decode
from models.sketch.datasets import load_pairs
from models.sketch.photos import frame
from models.sketch.trials import load_trial
from tests.models.sketch.chairs import canvas, write_chairs
from tests.models.sketch.layouts import write_pairs, write_photo_sketches


def test_a_qmul_set_is_its_test_part(tmp_path: Path) -> None:
    """Drawings, edge maps and votes are those of the test split, drawing i from item i."""
    folder = write_pairs(tmp_path / "chairs", 3, 5, "chairs")
    trial, test = load_trial(folder), load_pairs(folder, "test")
    assert torch.equal(trial.sketches, test.sketches)
    assert torch.equal(trial.items, test.edges)
    assert trial.truth.tolist() == [0, 1, 2, 3, 4]
    assert trial.triplets is not None
    assert [votes.tolist() for votes in trial.triplets] == [votes.tolist() for votes in test.triplets]
    assert (trial.has_photos, trial.strokes) == (False, ())
    assert "chairs" in trial.title


def test_chairv2_is_every_fifth_photo(tmp_path: Path) -> None:
    """The gallery is photos 3, 8, 13 and 18 in the order of their keys, and the queries are all drawings of those."""
    trial = load_trial(write_chairs(tmp_path, 21, sketches=2))
    photos = sorted((tmp_path / "photo").iterdir())[3::5]
    assert torch.equal(trial.items, torch.stack([frame(decode(path.read_bytes())) for path in photos]))
    assert trial.truth.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    expected = [canvas(item) for item in (3, 3, 8, 8, 13, 13, 18, 18)]
    np.testing.assert_array_equal(trial.sketches[:, 0], expected)
    assert (trial.has_photos, trial.triplets, len(trial.strokes)) == (True, None, 8)


@pytest.mark.parametrize("kind", ["nothing", "shoe304", "photos alone"])
def test_a_folder_that_is_neither_is_told_of_both(tmp_path: Path, kind: str) -> None:
    """Whoever names another folder learns in one sentence what the two layouts are."""
    if kind == "shoe304":
        write_photo_sketches(tmp_path, [0, 1])
    if kind == "photos alone":
        (write_chairs(tmp_path, 2) / "sketches.npz").unlink()
    with pytest.raises(MissingData, match=r"unpacked QMUL set .* nor an unpacked chairv2_train") as caught:
        load_trial(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_what_is_missing_of_a_known_layout_is_named(tmp_path: Path) -> None:
    """A QMUL set without its edge maps is no other folder, and too few chairs to hold one out are no test."""
    folder = write_pairs(tmp_path / "shoes", 1, 2)
    (folder / "shoes_edge_db_test.mat").unlink()
    with pytest.raises(MissingData, match="edge_db_test"):
        load_trial(folder)
    with pytest.raises(MissingData, match="too few"):
        load_trial(write_chairs(tmp_path / "few", 3))
