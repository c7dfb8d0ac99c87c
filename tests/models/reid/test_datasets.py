"""Crops: who and where is read off the names, whole identities are kept apart, and queries are the first of each."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from models.datasets import MissingData
from models.images import decode
from models.reid.datasets import find_crops, find_parts, read, stacked
from tests.models.reid.people import person, write_market, write_own

DATA_VARIABLE = "LIKENESS_TEST_DATA"


def test_market_is_read_by_its_names(tmp_path: Path) -> None:
    """Identity and camera stand in the name; pictures come by identity, camera and name, whatever the disk's order."""
    listing = find_crops(write_market(tmp_path, 3))
    assert listing.identities.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert listing.cameras.tolist() == [0, 0, 1, 1] * 3
    names = [path.name for path in listing.paths]
    assert names == sorted(names)
    assert names[4] == "0005_c1s1_000000_01.jpg"


def test_a_folder_of_ones_own_reads_the_same(tmp_path: Path) -> None:
    """One folder a person and the camera before the underscore give what Market's names give; other files are left."""
    folder = write_own(tmp_path / "own", 3)
    (folder / "notes.txt").write_text("no picture")
    (folder / "person 00/notes.txt").write_text("no picture")
    own, market = find_crops(folder), find_crops(write_market(tmp_path / "market", 3))
    np.testing.assert_array_equal(own.identities, market.identities)
    np.testing.assert_array_equal(own.cameras, market.cameras)
    for one, other in zip(own.paths, market.paths, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_the_official_counts(tmp_path: Path) -> None:
    """Market-1501's train part: 541 people to learn from, 60 held out, 150 with 663 queries among 1,594 pictures."""
    folder = os.environ.get(DATA_VARIABLE)
    if folder is None or not (Path(folder) / "market1501").is_dir():
        pytest.skip(f"set {DATA_VARIABLE} to a folder that holds market1501, unpacked, to count its parts")
    parts = find_parts(Path(folder) / "market1501")
    chosen = (parts.trained, parts.held_out, parts.test.queries)
    assert [len(np.unique(part.identities)) for part in chosen] == [541, 60, 150]
    assert (len(parts.test.queries), len(parts.test.gallery)) == (663, 1594)
    numbers = sorted({path.name[:4] for path in find_crops(Path(folder) / "market1501").paths})
    assert {path.name[:4] for path in parts.test.queries.paths} == set(numbers[-150:])


def test_without_the_other_folders_the_train_part_is_divided(tmp_path: Path) -> None:
    """A Market-1501 that lacks its gallery or its queries has the same parts as a folder of one's own."""
    market, own = write_market(tmp_path / "market", 20), write_own(tmp_path / "own", 20)
    (market / "query").mkdir()
    one, other = find_parts(market), find_parts(own)
    assert (len(one.trained), len(one.held_out), len(one.test.queries)) == (14 * 4, 2 * 4, 4 * 2)
    for ours, theirs in (
        (one.trained, other.trained),
        (one.held_out, other.held_out),
        (one.test.queries, other.test.queries),
        (one.test.gallery, other.test.gallery),
    ):
        assert [path.read_bytes() for path in ours.paths] == [path.read_bytes() for path in theirs.paths]


def test_crops_are_kept_in_their_own_pixels(tmp_path: Path) -> None:
    """What is decoded is what the file holds, as bytes, in the order of the listing."""
    listing = find_crops(write_market(tmp_path, 2))
    crops = read(listing)
    assert len(crops) == len(listing)
    for picture, path in zip(crops.pictures, listing.paths, strict=True):
        assert picture.dtype is torch.uint8
        np.testing.assert_array_equal(picture.permute(1, 2, 0).numpy(), decode(path.read_bytes()).rgb)


def test_a_batch_may_hold_crops_of_different_sizes() -> None:
    """Each is stretched by itself; corners stay corners."""
    small, large = (torch.from_numpy(person(1, 0, 0, *size)).permute(2, 0, 1) for size in ((20, 10), (60, 40)))
    batch = stacked((small, large), (40, 20))
    assert tuple(batch.shape) == (2, 3, 40, 20)
    torch.testing.assert_close(batch[0, :, 0, 0], small[:, 0, 0].float())


@pytest.mark.parametrize("people", [0, 1])
def test_fewer_than_two_people_are_no_data(tmp_path: Path, people: int) -> None:
    """The error says which two layouts are read."""
    write_own(tmp_path, people)
    with pytest.raises(MissingData, match=r"bounding_box_train.*IDENTITY/CAMERA"):
        find_crops(tmp_path)


def test_names_that_tell_nothing_are_refused(tmp_path: Path) -> None:
    """A file whose name states no camera is named with what to do."""
    market, own = write_market(tmp_path / "market", 2), write_own(tmp_path / "own", 2)
    (market / "bounding_box_train/thumbs.jpg").write_bytes(b"")
    (own / "person 01/snapshot.jpg").write_bytes(b"")
    with pytest.raises(MissingData, match=r"thumbs.jpg is not called IIII_cCsS"):
        find_crops(market)
    with pytest.raises(MissingData, match=r"snapshot.jpg is not called CAMERA_"):
        find_crops(own)
