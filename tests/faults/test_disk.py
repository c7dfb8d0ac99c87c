"""The disk that the tests of power cuts stand on loses what a real one may lose, and nothing else."""

from __future__ import annotations

import errno
import os
import random
import shutil
from pathlib import Path

import pytest

from tests.faults.disk import Disk, PowerCut


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a file that was there before."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "old").write_bytes(b"old")
    return root


def flush(path: Path) -> None:
    """Flush a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def content(root: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def images(disk: Disk, tmp_path: Path) -> list[dict[str, bytes]]:
    """What may be on the disk after a cut: nothing of the unflushed, everything, and some."""
    chance = random.Random(0)
    tmp_path.mkdir(exist_ok=True)
    folders = [disk.after_the_cut(tmp_path / str(share), chance, share, share) for share in (0.0, 0.5, 1.0)]
    disk.close()
    return [content(folder) for folder in folders]


def test_a_file_that_was_not_flushed_may_be_lost_or_torn(root: Path, tmp_path: Path) -> None:
    """Neither its name nor its bytes are sure, each for itself."""
    disk = Disk(root)
    with disk.spinning():
        (root / "new").write_bytes(b"abcd")
    nothing, some, everything = images(disk, tmp_path)
    assert nothing == {"old": b"old"}
    assert some in ({"old": b"old"}, {"old": b"old", "new": b"ab"})
    assert everything == {"old": b"old", "new": b"abcd"}


def test_what_was_flushed_with_its_name_is_kept(root: Path, tmp_path: Path) -> None:
    """A file and its folder flushed: every image holds it, and a later change that was not flushed may be lost."""
    disk = Disk(root)
    with disk.spinning():
        (root / "aside").write_bytes(b"abcd")
        flush(root / "aside")
        (root / "aside").replace(root / "old")
        flush(root)
        (root / "old").unlink()
    nothing, _, everything = images(disk, tmp_path)
    assert nothing == {"old": b"abcd"}
    assert everything == {}


def test_a_name_without_its_bytes_is_what_forgetting_to_flush_leaves(root: Path, tmp_path: Path) -> None:
    """Renamed and the folder flushed, but not the file: the name may stand for nothing."""
    disk = Disk(root)
    with disk.spinning():
        (root / "aside").write_bytes(b"abcd")
        (root / "aside").rename(root / "new")
        flush(root)
    nothing, some, everything = images(disk, tmp_path)
    assert [image["new"] for image in (nothing, some, everything)] == [b"", b"ab", b"abcd"]


def test_a_rename_is_done_or_not(root: Path, tmp_path: Path) -> None:
    """No image holds both names, or neither."""
    disk = Disk(root)
    with disk.spinning():
        (root / "old").rename(root / "new")
    for image in images(disk, tmp_path):
        assert image in ({"old": b"old"}, {"new": b"old"})


def test_folders_are_lost_with_what_is_in_them(root: Path, tmp_path: Path) -> None:
    """A flushed file in a folder whose own name was not flushed is lost; a removed tree may still be there."""
    disk = Disk(root)
    with disk.spinning():
        (root / "a").mkdir()
        (root / "a" / "b").write_bytes(b"b")
        flush(root / "a" / "b")
        flush(root / "a")
    assert images(disk, tmp_path)[0] == {"old": b"old"}
    disk = Disk(root)
    with disk.spinning():
        shutil.rmtree(root / "a")
    nothing, _, everything = images(disk, tmp_path / "more")
    assert (nothing, everything) == ({"old": b"old", "a/b": b"b"}, {"old": b"old"})


def test_after_the_cut_nothing_goes_on(root: Path, tmp_path: Path) -> None:
    """The call at which the power goes does nothing, and neither does what would tidy up after it."""
    disk = Disk(root, cut_at=1)

    def change() -> None:
        try:
            (root / "first").mkdir()
            (root / "second").mkdir()
        finally:
            (root / "old").unlink()

    with disk.spinning(), pytest.raises(PowerCut):
        change()
    assert {path.name for path in root.iterdir()} == {"old", "first"}
    assert disk.calls == ["mkdir first", "mkdir second"]


@pytest.mark.parametrize("fails_on", [False, True])
def test_a_call_fails_once_or_from_then_on(root: Path, fails_on: bool) -> None:
    """It does nothing and says what it was told to; others outside the folder never fail."""
    disk = Disk(root, fail_at=0, fails_on=fails_on, error=errno.ENOSPC)
    made = []
    with disk.spinning():
        for name in ("first", "second"):
            try:
                (root / name).mkdir()
            except OSError as error:
                assert error.errno == errno.ENOSPC  # noqa: PT017 - whether it fails is what is asked
            else:
                made.append(name)
        (root.parent / "elsewhere").mkdir()
    assert made == ([] if fails_on else ["second"])
    disk.close()
