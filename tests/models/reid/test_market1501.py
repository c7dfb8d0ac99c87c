"""Market-1501 with its three folders is divided as published."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.datasets import MissingData
from models.reid.datasets import find_parts
from models.reid.ranking import JUNK
from tests.models.reid.people import write_boxes

TRAIN = [f"{who:04}_c{camera}s1_000451_03.jpg" for who in range(2, 42, 2) for camera in (1, 2)]
QUERY = ["0001_c1s1_001051_00.jpg", "0001_c2s1_000301_00.jpg", "0003_c1s6_015971_00.jpg"]
GALLERY = ["-1_c1s1_000401_03.jpg", "0000_c1s1_000151_01.jpg", "0001_c1s1_001051_03.jpg", "0003_c3s3_064744_02.jpg"]


@pytest.fixture
def market(tmp_path: Path) -> Path:
    """A few pictures of each part, with what Windows left in one folder."""
    folder = write_boxes(tmp_path, {"bounding_box_train": TRAIN, "query": QUERY, "bounding_box_test": GALLERY})
    (folder / "query/Thumbs.db").write_bytes(b"no picture")
    return folder


def test_all_of_the_train_folder_may_be_learnt_from(market: Path) -> None:
    """No fifth is taken off it: of its people every tenth is held out, and the rest is learnt from."""
    parts = find_parts(market)
    names = [path.name for path in parts.held_out.paths]
    assert names == [name for name in TRAIN if name[:4] in {"0012", "0032"}]
    assert sorted([*names, *(path.name for path in parts.trained.paths)]) == TRAIN


def test_the_test_is_the_other_two_folders(market: Path) -> None:
    """Queries and gallery share the numbers of people; -1 is junk, and distractors are nobody who is asked for."""
    trial = find_parts(market).test
    assert [path.name for path in trial.queries.paths] == QUERY
    assert [path.name for path in trial.gallery.paths] == GALLERY
    first, second = trial.queries.identities.tolist()[1:]
    assert trial.queries.identities.tolist() == [first, first, second]
    distractor = trial.gallery.identities[1]
    assert trial.gallery.identities.tolist() == [JUNK, distractor, first, second]
    assert distractor not in {JUNK, first, second}
    assert trial.queries.cameras.tolist() == [0, 1, 0]
    assert trial.gallery.cameras.tolist() == [0, 0, 0, 2]


def test_an_empty_folder_is_told(market: Path) -> None:
    """A gallery that was never unpacked is named."""
    for path in (market / "bounding_box_test").iterdir():
        path.unlink()
    with pytest.raises(MissingData, match=r"bounding_box_test holds no pictures; unpack market1501 anew"):
        find_parts(market)


def test_a_strange_name_is_told(market: Path) -> None:
    """What does not say who is on it cannot be judged."""
    (market / "query/holiday.jpg").write_bytes(b"")
    with pytest.raises(MissingData, match=r"holiday.jpg is not called IIII_cCsS_FFFFFF_BB.jpg"):
        find_parts(market)
