"""CUHK03-NP is known by its names, and divided as published."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models.datasets import MissingData
from models.reid.datasets import find_parts
from tests.models.reid.people import write_boxes

TRAIN = [f"{who:04}_c{camera}_{who}.png" for who in range(1, 21) for camera in (1, 2)]
QUERY, GALLERY = ["0031_c1_22.png", "0031_c2_27.png"], ["0031_c1_21.png", "0031_c2_29.png", "0040_c2_3.png"]


@pytest.fixture
def cuhk(tmp_path: Path) -> Path:
    """A few pictures of each part, boxed by hand and by a detector."""
    for kind in ("labeled", "detected"):
        write_boxes(tmp_path / kind, {"bounding_box_train": TRAIN, "query": QUERY, "bounding_box_test": GALLERY})
    return tmp_path


@pytest.mark.parametrize("kind", ["labeled", "detected"])
def test_the_published_parts_are_used(cuhk: Path, kind: str) -> None:
    """People of the train folder are learnt from or held out; the others are asked for, across both cameras."""
    parts = find_parts(cuhk / kind)
    assert {path.name[:4] for path in parts.held_out.paths} == {"0006", "0016"}
    assert len(parts.trained) + len(parts.held_out) == len(TRAIN)
    assert [path.name for path in parts.test.queries.paths] == QUERY
    assert [path.name for path in parts.test.gallery.paths] == GALLERY
    assert parts.test.queries.identities.tolist() == [0, 0]
    assert parts.test.gallery.identities.tolist() == [0, 0, 1]
    assert parts.test.queries.cameras.tolist() == [0, 1]
    assert parts.test.gallery.cameras.tolist() == [0, 1, 1]


def test_one_kind_of_boxes_has_to_be_chosen(cuhk: Path) -> None:
    """The folder above both is refused with the two names that may be given."""
    with pytest.raises(MissingData, match=r"name .*labeled or .*detected"):
        find_parts(cuhk)


def test_without_its_queries_it_is_not_divided_anew(cuhk: Path) -> None:
    """Half a data set is no other one: the missing folder is named."""
    shutil.rmtree(cuhk / "labeled/query")
    with pytest.raises(MissingData, match=r"query holds no pictures; unpack CUHK03-NP anew"):
        find_parts(cuhk / "labeled")
