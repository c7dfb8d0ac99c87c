"""Tests of what stands between the indexer and the disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from indexer.disk import DiskUnwritable, flush, make_folder, writing
from indexer.vectors.faiss import INDEX_FILE
from indexer.vectors.writing import FaissWriter
from tests.indexer.vectors.clusters import clustered


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What is synchronised, in order."""
    paths: list[Path] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        paths.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return paths


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
def test_a_disk_that_takes_no_more_is_an_error_of_our_own(number: int, tmp_path: Path) -> None:
    """Full, over quota, read-only and forbidden each give one sentence that names the place."""
    with pytest.raises(DiskUnwritable, match=r"^Nothing can be written to .*, for .*\.$") as caught, writing(tmp_path):
        raise OSError(number, os.strerror(number))
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), FileNotFoundError(2, "x"), KeyError("x")])
def test_other_errors_stay_what_they_are(error: Exception, tmp_path: Path) -> None:
    """Nothing else is taken for a full disk."""
    with pytest.raises(type(error)) as caught, writing(tmp_path):
        raise error
    assert caught.value is error


def test_files_and_folders_are_flushed(tmp_path: Path, synced: list[Path]) -> None:
    """Either is synchronised, and the descriptor is closed again."""
    (tmp_path / "file").write_bytes(b"x")
    before = len(list(Path("/proc/self/fd").iterdir()))
    flush(tmp_path / "file")
    flush(tmp_path)
    assert synced == [tmp_path / "file", tmp_path]
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_folders_are_made_with_durable_names(tmp_path: Path, synced: list[Path]) -> None:
    """Every folder whose entry is new is followed by a flush of the folder above it; others cost nothing."""
    make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()
    assert synced == [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]
    make_folder(tmp_path / "a" / "b")
    assert len(synced) == 3


@pytest.mark.parametrize("count", [20, 20_000])
def test_an_index_that_does_not_fit_on_the_disk_is_said(count: int, tmp_path: Path) -> None:
    """However small it is: FAISS itself would close its file without a word."""
    with FaissWriter(tmp_path, 16) as writer:
        writer.add(clustered(count))
        (tmp_path / INDEX_FILE).symlink_to("/dev/full")
        with pytest.raises(DiskUnwritable, match="its disk is full"), writing(tmp_path):
            writer.build("Flat")
