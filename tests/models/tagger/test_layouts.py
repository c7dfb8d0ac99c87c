"""Readers of labelled pictures: each published layout, one's own table, and what is said where files are wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from models.datasets import MissingData
from models.tagger.datasets import Listing
from models.tagger.layouts import load

Truth = dict[str, set[str]]


def told(listing: Listing) -> Truth:
    """Name the labels of each picture by its file name."""
    return {
        path.name: {listing.labels[column] for column in np.flatnonzero(row)}
        for path, row in zip(listing.paths, listing.tags, strict=True)
    }


def write(path: Path, lines: Iterable[str]) -> None:
    """Write a list."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))


def corel(folder: Path) -> tuple[Truth, Truth]:
    """Twelve pictures to learn from, two to test, one word that is in a single part; spaces as in the real files."""
    write(folder / "labels/words", ["city", "sky", "bear", "jet"])
    write(folder / "labels/training_label", [f"{number} 1 {2 + number % 2}  " for number in range(12)])
    write(folder / "labels/test_label", ["90 2 4 ", "91 3 1 0 "])
    train = {f"{number}.jpeg": {"city", ("sky", "bear")[number % 2]} for number in range(12)}
    return train, {"90.jpeg": {"sky"}, "91.jpeg": {"bear", "city"}}


def coco(folder: Path) -> tuple[Truth, Truth]:
    """Categories with gaps between their numbers, two instances of one, and a picture without any."""
    categories = [{"id": 9, "name": "boat"}, {"id": 2, "name": "dog"}]
    for part, start in (("train2017", 0), ("val2017", 50)):
        images = [{"id": start + number, "file_name": f"{start + number:04}.jpg"} for number in range(13)]
        pairs = [(start + number, (2, 9)[number % 2]) for number in range(12)] + [(start, 2), (start, 9)]
        annotations = [{"image_id": image, "category_id": category} for image, category in pairs]
        path = folder / "annotations" / f"instances_{part}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"images": images, "annotations": annotations, "categories": categories}))

    def truth(start: int) -> Truth:
        alone = {f"{start + number:04}.jpg": {("dog", "boat")[number % 2]} for number in range(1, 12)}
        return {f"{start:04}.jpg": {"dog", "boat"}, **alone}

    return truth(0), truth(50)


def voc(folder: Path) -> tuple[Truth, Truth]:
    """Two classes; difficult ones are not there."""
    for part, start in (("trainval", 0), ("test", 50)):
        numbers = [f"{start + number:06}" for number in range(11)]
        lists = folder / "ImageSets/Main"
        write(lists / f"cat_{part}.txt", [f"{name} {(1, -1)[row % 2]:2}" for row, name in enumerate(numbers)])
        write(lists / f"bus_{part}.txt", [f"{name} {(0, 1)[row > 8]:2}" for row, name in enumerate(numbers)])

    def truth(start: int) -> Truth:
        return {
            f"{start + row:06}.jpg": {name for name, there in (("cat", row % 2 == 0), ("bus", row > 8)) if there}
            for row in range(11)
        }

    return truth(0), truth(50)


def nus_wide(folder: Path) -> tuple[Truth, Truth]:
    """Lists with backslashes; one picture of each part has gone from the web."""
    write(folder / "ConceptsList/Concepts81.txt", ["lake", "sun"])
    for part, start in (("Train", 0), ("Test", 50)):
        names = [f"actor\\{start + row:04}_1.jpg" for row in range(12)]
        write(folder / f"ImageList/{part}Imagelist.txt", names)
        labels = folder / "Groundtruth/TrainTestLabels"
        write(labels / f"Labels_lake_{part}.txt", [str(int(row % 3 == 0)) for row in range(12)])
        write(labels / f"Labels_sun_{part}.txt", ["1"] * 12)
        for row in range(11):
            write(folder / "Flickr/actor" / f"{start + row:04}_1.jpg", [])

    def truth(start: int) -> Truth:
        return {f"{start + row:04}_1.jpg": {"sun"} | ({"lake"} if row % 3 == 0 else set()) for row in range(11)}

    return truth(0), truth(50)


@pytest.mark.parametrize("make", [corel, coco, voc, nus_wide])
def test_a_published_layout_is_read(tmp_path: Path, make: Callable[[Path], tuple[Truth, Truth]]) -> None:
    """Every picture has its labels, every tenth to learn from is held out, and the test part stays apart."""
    train, test = make(tmp_path)
    parts = load(tmp_path)
    assert told(parts.test) == test
    assert told(parts.trained) | told(parts.held_out) == train
    assert len(parts.held_out) == 1
    assert len(parts.trained) == len(train) - 1
    assert parts.trained.labels == parts.held_out.labels == parts.test.labels


def test_real_folders_are_where_the_layouts_say(tmp_path: Path) -> None:
    """Paths lie within the folder, in the part's own place."""
    corel(tmp_path)
    parts = load(tmp_path)
    assert parts.test.paths[0] == tmp_path / "test_jpeg/90.jpeg"
    assert parts.trained.paths[0] == tmp_path / "train_jpeg/0.jpeg"


def table(folder: Path, rows: Iterable[str], pictures: int = 30) -> Path:
    """Write a table and the pictures it may name."""
    for number in range(pictures):
        write(folder / "pictures" / f"{number}.png", [])
    write(folder / "my.csv", rows)
    return folder / "my.csv"


@pytest.mark.parametrize("heading", [[], ["picture, labels"]])
def test_a_table_of_ones_own_is_read(tmp_path: Path, heading: list[str]) -> None:
    """With or without a heading, quoted or not; every fifth is for the test, and labels of one picture are left out."""
    rows = [f'pictures/{number}.png, "red; {("round", "square, big")[number % 2]}"' for number in range(25)]
    parts = load(table(tmp_path, [*heading, *rows, "pictures/25.png, once", "pictures/26.png,"]))
    assert parts.trained.labels == ("red", "round", "square, big")
    everything = told(parts.trained) | told(parts.held_out) | told(parts.test)
    assert everything["3.png"] == {"red", "square, big"}
    assert everything["25.png"] == everything["26.png"] == set()
    assert (len(everything), len(parts.test), len(parts.held_out)) == (27, 5, 2)


@pytest.mark.parametrize("period", [2, 3, 5, 10])
def test_a_table_that_goes_round_by_kinds_is_mixed(tmp_path: Path, period: int) -> None:
    """Each kind is learnt, however many lines lie between two of it; the order of the lines decides nothing."""
    rows = [f"pictures/{number}.png, kind {number % period}" for number in range(100)]
    parts = load(table(tmp_path, rows, pictures=100))
    assert parts.trained.tags.any(axis=0).sum() == period
    (tmp_path / "my.csv").write_text("\n".join(reversed(rows)))
    again = load(tmp_path / "my.csv")
    assert (again.trained.paths, again.test.paths) == (parts.trained.paths, parts.test.paths)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["pictures/1.png"], "Line 1 of .* has 1 columns; write: picture, label;label"),
        (["pictures/1.png, a", "pictures/gone.png, a"], "Line 2 of .* names pictures/gone.png, which is not there"),
        (["pictures/1.png, a", "pictures/1.png, b"], "Line 2 of .* names pictures/1.png, as a line before it does"),
        (["pictures/1.png, a"], "names 1 pictures; 20 or more are needed"),
        ([f"pictures/{number}.png, {number}" for number in range(20)], "No label of .* is on two pictures"),
        (["\udcff"], "cannot be read as a table"),
    ],
    ids=["columns", "gone", "twice", "few", "labels", "bytes"],
)
def test_a_table_that_is_wrong_is_explained(tmp_path: Path, rows: list[str], said: str) -> None:
    """The line, what is wrong with it, and what to write."""
    path = table(tmp_path, [])
    path.write_bytes("\n".join(rows).encode(errors="surrogateescape"))
    with pytest.raises(MissingData, match=said):
        load(path)


def damage(folder: Path, name: str, content: str) -> None:
    """Put something else into a file of the layouts."""
    (folder / name).write_text(content)


@pytest.mark.parametrize(
    ("make", "name", "content", "said"),
    [
        (corel, "labels/test_label", "90 7", "names a word that labels/words has not: 90 7"),
        (corel, "labels/test_label", "90 x", "names a word that labels/words has not: 90 x"),
        (coco, "annotations/instances_val2017.json", "{}", "is not a COCO instances file"),
        (coco, "annotations/instances_val2017.json", "[", "is not a COCO instances file"),
        (voc, "ImageSets/Main/cat_test.txt", "000050", "of the form `ID -1`: 000050"),
        (nus_wide, "Groundtruth/TrainTestLabels/Labels_sun_Test.txt", "1\n1", "has 2 lines for 12 pictures"),
    ],
)
def test_a_damaged_layout_is_explained(
    tmp_path: Path, make: Callable[[Path], object], name: str, content: str, said: str
) -> None:
    """The file and what it should hold."""
    make(tmp_path)
    damage(tmp_path, name, content)
    with pytest.raises(MissingData, match=said):
        load(tmp_path)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (corel, "labels/words"),
        (coco, "annotations/instances_train2017.json"),
        (coco, "annotations/instances_val2017.json"),
        (voc, "ImageSets/Main/cat_test.txt"),
        (nus_wide, "ImageList/TestImagelist.txt"),
    ],
)
def test_a_missing_file_is_named(tmp_path: Path, make: Callable[[Path], object], name: str) -> None:
    """Nobody has to guess which of them it is."""
    make(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(MissingData, match=Path(name).name):
        load(tmp_path)


def test_lists_without_pictures_are_no_data(tmp_path: Path) -> None:
    """NUS-WIDE comes as lists; somebody has to fetch the pictures."""
    nus_wide(tmp_path)
    for path in (tmp_path / "Flickr/actor").iterdir():
        path.unlink()
    with pytest.raises(MissingData, match="None of the 12 pictures"):
        load(tmp_path)


def test_voc_without_lists_and_other_folders_are_explained(tmp_path: Path) -> None:
    """A folder that holds nothing of the kind is told what would be looked for."""
    with pytest.raises(MissingData, match="none of labels/training_label, annotations, ImageSets/Main"):
        load(tmp_path)
    (tmp_path / "ImageSets/Main").mkdir(parents=True)
    with pytest.raises(MissingData, match=r"holds no CLASS_trainval\.txt"):
        load(tmp_path)
