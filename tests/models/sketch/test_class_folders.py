"""Folders of classes: what counts, what is held out, and what is said of a wrong layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.datasets import MissingData
from models.sketch.class_folders import PICTURES, ClassFolders, find_classes, find_sketches, shared_classes


def fill(folder: Path, name: str, *files: str) -> Path:
    """Put empty files into a class."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / name / file).touch()
    return folder


def numbered(count: int, suffix: str = ".png") -> list[str]:
    """Names of files, in their order."""
    return [f"{number:03}{suffix}" for number in range(count)]


def found_in(classes: ClassFolders) -> list[str]:
    """Paths below the folder."""
    return [path.relative_to(classes.folder).as_posix() for path in classes.paths]


def test_a_folder_is_a_class(tmp_path: Path) -> None:
    """Classes and pictures come in the order of their names; other files, hidden and empty folders are passed over."""
    fill(tmp_path, "zebra", *numbered(4, ".JPEG"), "notes.txt")
    fill(tmp_path, "alarm clock", *numbered(5))
    fill(tmp_path, ".cache", *numbered(5))
    fill(tmp_path, "empty")
    (tmp_path / "filelist.txt").touch()
    found = find_classes(tmp_path)
    assert found.classes == ("alarm clock", "zebra")
    assert found.labels.tolist() == [0] * 5 + [1] * 4
    assert found_in(found) == [f"alarm clock/{name}" for name in numbered(5)] + [
        f"zebra/{name}" for name in numbered(4, ".JPEG")
    ]


def test_every_seventh_of_each_class_is_held_out(tmp_path: Path) -> None:
    """As of QMUL's sets: the fourth, the eleventh and so on, of each class for itself."""
    found = find_classes(fill(fill(tmp_path, "a", *numbered(12)), "b", *numbered(4)))
    assert np.flatnonzero(found.held_out).tolist() == [3, 10, 12 + 3]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, ("fewer than two folders of pictures (there: nothing)",)),
        ({"one": numbered(4)}, ("fewer than two folders of pictures (there: one)",)),
        ({"a/b": numbered(9), "a/c": numbered(9)}, ("fewer than two folders of pictures (there: a)",)),
        ({"a": numbered(9), "b": numbered(3)}, ("fewer than 4 pictures (b)", "add pictures")),
        ({name: numbered(4, ".txt") for name in "abcde"}, ("a, b, c and 2 more",)),
    ],
)
def test_a_wrong_layout_gets_a_sentence(tmp_path: Path, files: dict[str, list[str]], said: tuple[str, ...]) -> None:
    """It says what is there, what is missing, and what was expected."""
    for name, names in files.items():
        fill(tmp_path, name, *names)
    with pytest.raises(MissingData) as raised:
        find_classes(tmp_path)
    text = str(raised.value)
    assert all(words in text for words in (str(tmp_path), "expected", "CLASS/*.jpg", "CLASS/*.png", *said)), text


def test_a_folder_that_is_not_there_is_as_an_empty_one(tmp_path: Path) -> None:
    """No class is found, by either reader."""
    for find, kinds in ((find_classes, r"CLASS/\*\.png\.$"), (find_sketches, r"CLASS/\*\.png or CLASS/\*\.svg\.$")):
        with pytest.raises(MissingData, match=r"fewer than two folders.*" + kinds):
            find(tmp_path / "nowhere")


def test_vector_sketches_come_before_pictures(tmp_path: Path) -> None:
    """Where SVG lies it alone counts: both releases in one folder would show a held-out sketch in training."""
    for name in ("a", "b"):
        fill(tmp_path, name, *numbered(4), *numbered(5, ".svg"))
    assert {path.suffix for path in find_sketches(tmp_path).paths} == {".svg"}
    assert {path.suffix for path in find_classes(tmp_path, PICTURES).paths} == {".png"}
    for name in ("c", "d"):
        fill(tmp_path / "pictures", name, *numbered(4))
    assert len(find_sketches(tmp_path / "pictures").paths) == 8


def test_shared_classes_have_the_same_numbers(tmp_path: Path) -> None:
    """Names agree but for case and what parts their words; what one side alone holds is dropped, paths and labels."""
    for name in ("tea-pot", "alarm clock", "zebra"):
        fill(tmp_path / "one", name, *numbered(4))
    for name in ("Alarm_clock", "crane", "Teapot", "Tea pot"):
        fill(tmp_path / "two", name, *numbered(5))
    one, two = shared_classes(find_classes(tmp_path / "one"), find_classes(tmp_path / "two"))
    assert (one.classes, two.classes) == (("alarm clock", "tea-pot"), ("Alarm_clock", "Tea pot"))
    for found, count in ((one, 4), (two, 5)):
        assert found.labels.tolist() == [0] * count + [1] * count
        assert [found.classes[label] for label in found.labels] == [path.parent.name for path in found.paths]
        assert int(found.held_out.sum()) == 2


def test_sets_without_common_classes_are_refused(tmp_path: Path) -> None:
    """ImageNet's folders have numbers for names: the sentence shows both kinds of names."""
    for side, names in (("sketches", ("cat", "dog")), ("photos", ("n0001", "dog"))):
        for name in names:
            fill(tmp_path / side, name, *numbered(4))
    with pytest.raises(MissingData, match=r"share fewer than two classes.*cat, dog.*dog, n0001"):
        shared_classes(find_classes(tmp_path / "sketches"), find_classes(tmp_path / "photos"))
