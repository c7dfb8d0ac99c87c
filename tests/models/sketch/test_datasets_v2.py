"""QMUL's second sets: photos and vector sketches are read as they are published, and what is missing is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from models.contracts import Strokes
from models.datasets import MissingData
from models.images import decode
from models.sketch.datasets_v2 import load_photos, load_vector_sketches
from models.sketch.photos import frame
from tests.models.sketch.chairs import published

Lines = list[NDArray[np.float32]]


def some_lines(seed: int) -> Lines:
    """One to four strokes of one to five points."""
    random = np.random.default_rng(seed)
    counts = random.integers(1, 6, random.integers(1, 5))
    return [random.uniform(0, 256, (count, 2)).astype(np.float32) for count in counts]


def write_photo(path: Path, seed: int) -> None:
    """A box of some colour on white."""
    scene = np.full((60, 80, 3), 255, np.uint8)
    scene[15:45, 20 : 40 + seed] = np.random.default_rng(seed).integers(0, 200, 3)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(scene).save(path)


def write_chairs(folder: Path, sketches: dict[str, int]) -> dict[str, list[Lines]]:
    """Write photos, each with so many sketches, and return the sketches."""
    drawn = {
        key: [some_lines(number + 100 * row) for number in range(count)]
        for row, (key, count) in enumerate(sketches.items())
    }
    for row, key in enumerate(sketches):
        write_photo(folder / "photo" / f"{key}.png", row)
    arrays = {
        f"{key}_{number + 1}": published(Strokes(tuple(lines)))
        for key in drawn
        for number, lines in enumerate(drawn[key])
    }
    np.savez(folder / "sketches.npz", **arrays)  # type: ignore[arg-type]  # numpy takes its own options by name too
    return drawn


def test_every_sketch_comes_back_with_its_photo(tmp_path: Path) -> None:
    """Strokes are cut where the pen was lifted, and belong to the photo whose key their name begins with."""
    drawn = write_chairs(tmp_path, {"00140128_v1": 2, "00140128_v2": 1, "a": 3})
    data = load_vector_sketches(tmp_path)
    assert len(data) == len(data.sketches) == 3
    for row, key in enumerate(sorted(drawn)):
        assert torch.equal(data.photos[row], frame(decode((tmp_path / f"photo/{key}.png").read_bytes())))
        assert len(data.sketches[row]) == len(drawn[key])
        for strokes, lines in zip(data.sketches[row], drawn[key], strict=True):
            assert [line.tolist() for line in strokes.lines] == [line.tolist() for line in lines]
            assert all(line.dtype == np.float32 for line in strokes.lines)


def test_one_photo_in_five_is_held_out(tmp_path: Path) -> None:
    """Photos 3, 8, 13, ... in the order of their keys are never trained on: 60 of ChairV2's 300."""
    write_chairs(tmp_path, {f"{number:02}": 1 for number in range(11)})
    assert np.flatnonzero(load_vector_sketches(tmp_path).held_out).tolist() == [3, 8]
    assert len(range(3, 300, 5)) == 60


def test_a_last_stroke_that_is_not_ended_counts(tmp_path: Path) -> None:
    """A sketch whose pen was never lifted is one stroke."""
    write_chairs(tmp_path, {"a": 1})
    np.savez(tmp_path / "sketches.npz", a_1=np.array([[1, 2, 0], [3, 4, 0]], np.float32))
    assert [len(line) for line in load_vector_sketches(tmp_path).sketches[0][0].lines] == [2]


@pytest.mark.parametrize(
    "flaw", ["no folder", "no sketches", "no photos", "a photo without", "a sketch without", "text"]
)
def test_what_is_missing_is_said(tmp_path: Path, flaw: str) -> None:
    """A folder that is not ChairV2's train part is refused with a sentence that names it."""
    if flaw != "no folder":
        write_chairs(tmp_path, {"a": 1, "b": 1})
    if flaw == "no sketches":
        (tmp_path / "sketches.npz").unlink()
    if flaw == "no photos":
        for path in (tmp_path / "photo").iterdir():
            path.unlink()
        np.savez(tmp_path / "sketches.npz")
    if flaw == "a photo without":
        write_photo(tmp_path / "photo/c.png", 3)
    if flaw == "a sketch without":
        (tmp_path / "photo/b.png").unlink()
    if flaw == "text":
        (tmp_path / "sketches.npz").write_text("no archive")
    with pytest.raises(MissingData, match="chairv2_train") as caught:
        load_vector_sketches(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_photos_are_framed_in_the_order_of_their_names(tmp_path: Path) -> None:
    """Each photo of a folder is there once, as a catalogue picture would be framed."""
    for number, name in enumerate(["2.jpg", "10.jpg", "1.jpg"]):
        write_photo(tmp_path / name, number)
    photos = load_photos(tmp_path)
    for row, name in enumerate(["1.jpg", "10.jpg", "2.jpg"]):
        assert torch.equal(photos[row], frame(decode((tmp_path / name).read_bytes())))


def test_a_folder_without_photos_is_named(tmp_path: Path) -> None:
    """Where nothing lies, the message says where it looked."""
    with pytest.raises(MissingData, match="no photos") as caught:
        load_photos(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_a_damaged_photo_is_named(tmp_path: Path) -> None:
    """With or without sketches, the message says which file is no picture."""
    write_chairs(tmp_path, {"a": 1})
    for path, read in ((tmp_path / "photo/a.png", load_vector_sketches), (tmp_path / "b.jpg", load_photos)):
        path.write_bytes(b"no picture")
        with pytest.raises(MissingData, match=path.name):
            read(tmp_path)
