"""Data sets: the published layouts are read as they are, and what is missing is named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.io
import torch

from models.datasets import MissingData
from models.images import Picture, decode
from models.sketch.datasets import MISMATCHED_PHOTOS, is_held_out, load_pairs, load_photo_sketches
from models.sketch.ink import draw_ink
from models.sketch.photos import frame
from tests.models.sketch.layouts import item_lines, write_pairs, write_photo_sketches


def test_pairs_are_read_in_their_order(tmp_path: Path) -> None:
    """Sketch i, edge map i and the votes on sketch i belong together, each laid on the canvas."""
    write_pairs(tmp_path, train=4, test=3)
    for split, count, first in (("train", 4, 0), ("test", 3, 1000)):
        pairs = load_pairs(tmp_path, split)
        assert len(pairs) == len(pairs.triplets) == count
        for planes in (pairs.sketches, pairs.edges):
            assert (planes.dtype, tuple(planes.shape)) == (torch.uint8, (count, 1, 256, 256))
            for item in range(count):
                lines = item_lines(first + item)
                assert torch.equal(planes[item], draw_ink(Picture(np.repeat(lines[..., None], 3, axis=2))))
        for item, votes in enumerate(pairs.triplets):
            assert votes.tolist() == [[item, other] for other in range(count) if other != item]


def test_photos_and_their_sketches_are_read_by_number(tmp_path: Path) -> None:
    """File NNN belongs to train item NNN - 1, whatever is missing between."""
    write_photo_sketches(tmp_path, [0, 4, 17], sketches=3)
    data = load_photo_sketches(tmp_path)
    assert data.items.tolist() == [0, 4, 17]
    assert data.sketch_items.tolist() == [0, 0, 0, 4, 4, 4, 17, 17, 17]
    assert torch.equal(data.photos[1], frame(decode((tmp_path / "photo/005.jpg").read_bytes())))
    assert torch.equal(data.sketches[8], draw_ink(decode((tmp_path / "sketch/018-3.jpg").read_bytes())))


def test_mismatched_photos_are_dropped_with_their_sketches(tmp_path: Path) -> None:
    """Photos 111, 273 and 290 show other shoes than the items of those numbers."""
    assert {111, 273, 290} == {item + 1 for item in MISMATCHED_PHOTOS}
    write_photo_sketches(tmp_path, [109, 110, 272, 289])
    data = load_photo_sketches(tmp_path)
    assert data.items.tolist() == [109]
    assert data.sketch_items.tolist() == [109, 109]


def test_one_item_in_seven_is_held_out() -> None:
    """Items 3, 10, 17, ... are never trained on: 43 of the 304, and the rule is the item's alone."""
    held = is_held_out(np.arange(304))
    assert np.flatnonzero(held).tolist() == list(range(3, 304, 7))
    assert is_held_out(np.array([10, 11, 3])).tolist() == [True, False, True]


def test_an_empty_folder_is_no_data_set(tmp_path: Path) -> None:
    """A folder without the files is refused with the name of what is missing."""
    with pytest.raises(MissingData, match=r"should hold one \*_sketch_db_train.mat, but holds 0.*QMUL"):
        load_pairs(tmp_path, "train")
    with pytest.raises(MissingData, match=r"photo/NNN.jpg.*shoe304"):
        load_photo_sketches(tmp_path)
    with pytest.raises(MissingData):
        load_pairs(tmp_path / "none", "test")


def test_two_data_sets_in_a_folder_are_refused(tmp_path: Path) -> None:
    """Shoes and chairs in one folder are not guessed between."""
    write_pairs(tmp_path, 2, 2, "shoes")
    write_pairs(tmp_path, 2, 2, "chairs")
    with pytest.raises(MissingData, match="holds 2"):
        load_pairs(tmp_path, "train")


def test_parts_of_unlike_length_are_refused(tmp_path: Path) -> None:
    """Sketches, edge maps and votes that do not count the same do not belong together."""
    write_pairs(tmp_path, 3, 2)
    path = tmp_path / "shoes_annotation.json"
    annotation = json.loads(path.read_text())
    del annotation["train"]["triplets"][0]
    path.write_text(json.dumps(annotation))
    with pytest.raises(MissingData, match="3 sketches, 3 edge maps and 2 triplet lists"):
        load_pairs(tmp_path, "train")


@pytest.mark.parametrize(
    "content",
    [
        {"other": np.zeros((2, 256, 256), np.uint8)},
        {"data": np.zeros((256, 256), np.uint8)},
        {"data": np.zeros((2, 256, 256), np.float64)},
    ],
)
def test_a_matrix_of_another_kind_is_refused(tmp_path: Path, content: dict[str, object]) -> None:
    """A file without a uint8 stack of pictures is named."""
    write_pairs(tmp_path, 2, 2)
    scipy.io.savemat(tmp_path / "shoes_edge_db_test.mat", content)
    with pytest.raises(MissingData, match=r"shoes_edge_db_test.mat holds no uint8 stack"):
        load_pairs(tmp_path, "test")


@pytest.mark.parametrize("name", ["shoes_sketch_db_train.mat", "shoes_annotation.json"])
@pytest.mark.parametrize("content", [b"", b"not what the name says", b"{}", b"MATLAB 5.0 MAT-file" + bytes(200)])
def test_a_damaged_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    """A file that is not what its name says is a data error with its name, not a traceback of its reader."""
    write_pairs(tmp_path, 2, 2)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MissingData, match=name):
        load_pairs(tmp_path, "train")


def test_a_file_of_another_name_is_refused(tmp_path: Path) -> None:
    """A picture whose name is no number is named."""
    write_photo_sketches(tmp_path, [0])
    (tmp_path / "photo/001.jpg").rename(tmp_path / "photo/shoe.jpg")
    with pytest.raises(MissingData, match="shoe"):
        load_photo_sketches(tmp_path)


@pytest.mark.parametrize("name", ["photo/001.jpg", "sketch/001-1.jpg"])
def test_a_damaged_picture_is_named(tmp_path: Path, name: str) -> None:
    """A photo or a drawing that is none is a data error with its name."""
    write_photo_sketches(tmp_path, [0])
    (tmp_path / name).write_bytes(b"no picture")
    with pytest.raises(MissingData, match=name):
        load_photo_sketches(tmp_path)
