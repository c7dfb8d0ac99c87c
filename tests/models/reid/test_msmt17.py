"""MSMT17 is divided by its lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.datasets import MissingData
from models.reid.datasets import find_parts

LISTS = {
    "list_train.txt": [
        f"{who:04}/{who:04}_00{shot}_{shot:02}_0303morning_0008_0.jpg {who}" for who in range(20) for shot in (1, 15)
    ],
    "list_val.txt": ["0003/0003_019_10_0303noon_0284_2_ex.jpg 3"],
    "list_query.txt": ["0000/0000_000_01_0303morning_0015_0.jpg 0", "0010/0010_000_14_0114noon_0009_1.jpg 10"],
    "list_gallery.txt": ["0010/0010_001_02_0114noon_0010_1.jpg 10", "0002/0002_001_01_0114noon_0010_1.jpg 2"],
}


@pytest.fixture
def msmt(tmp_path: Path) -> Path:
    """Lists as they are published, of few people; the pictures themselves are not needed to divide them."""
    for name, lines in LISTS.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n", "utf-8")
    return tmp_path


def test_both_lists_of_the_train_part_are_learnt_from(msmt: Path) -> None:
    """Every tenth of the people is held out, with all pictures of both lists, which lie below `train`."""
    parts = find_parts(msmt)
    paths = [str(path.relative_to(msmt)) for part in (parts.trained, parts.held_out) for path in part.paths]
    lines = [*LISTS["list_train.txt"], *LISTS["list_val.txt"]]
    assert sorted(paths) == sorted("train/" + line.split()[0] for line in lines)
    assert {path.parent.name for path in parts.held_out.paths} == {"0005", "0015"}


def test_people_of_the_test_are_others_though_they_have_the_same_numbers(msmt: Path) -> None:
    """They are numbered among themselves, in the order of their numbers, and so are the cameras 1, 2 and 14."""
    trial = find_parts(msmt).test
    assert [str(path.relative_to(msmt)) for path in trial.queries.paths] == [
        "test/" + line.split()[0] for line in LISTS["list_query.txt"]
    ]
    assert trial.queries.identities.tolist() == [0, 2]
    assert trial.gallery.identities.tolist() == [1, 2]
    assert trial.queries.cameras.tolist() == [0, 2]
    assert trial.gallery.cameras.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("list_gallery.txt", None, "list_gallery.txt cannot be read"),
        ("list_query.txt", "", "list_query.txt names no pictures"),
        ("list_val.txt", "0003/0003_019_10_a.jpg 3\nholiday.jpg 4\n", "Line 2 of .*list_val.txt is not of the form"),
    ],
)
def test_a_list_that_cannot_be_used_is_told(msmt: Path, name: str, content: str | None, told: str) -> None:
    """Whichever it is, the error names it and says to unpack the data anew."""
    (msmt / name).unlink()
    if content is not None:
        (msmt / name).write_text(content, "utf-8")
    with pytest.raises(MissingData, match=f"{told}.*unpack MSMT17_V1 anew"):
        find_parts(msmt)
