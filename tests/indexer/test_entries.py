"""Tests of what sources consist of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer import entries
from indexer.entries import SourceItem, SourceReject, make_entry, read_picture
from models.contracts import PictureTooLarge, UnreadablePicture


def test_an_entry_is_an_item_whose_picture_is_read_later(tmp_path: Path) -> None:
    """A picture may come to be after its entry; nothing is read before it is asked for."""
    entry = make_entry("a", "A", {"x": 1}, tmp_path / "a.jpg", where="list:1")
    assert isinstance(entry, SourceItem)
    assert (entry.key, entry.title, entry.metadata) == ("a", "A", {"x": 1})
    (tmp_path / "a.jpg").write_bytes(b"picture")
    assert entry.read() == b"picture"


@pytest.mark.parametrize(
    ("key", "title", "metadata", "label"),
    [
        ("", "A", {}, "list:1"),
        ("a\n", "A", {}, "list:1"),
        ("a", "\0", {}, "a"),
        ("a", "A", {"x": float("inf")}, "a"),
    ],
)
def test_what_breaks_the_rules_is_a_reject(key: str, title: str, metadata: dict[str, object], label: str) -> None:
    """A reject is known by its key, or by where it stands if the key is at fault."""
    entry = make_entry(key, title, metadata, Path("a.jpg"), where="list:1")
    assert isinstance(entry, SourceReject)
    assert entry.key == label
    assert entry.reason.endswith(".")


def test_only_files_are_read(tmp_path: Path) -> None:
    """A missing file, a folder or a pipe is said, and nothing waits for it."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "missing", tmp_path, tmp_path / "pipe"):
        with pytest.raises(UnreadablePicture, match="There is no file"):
            read_picture(path)


def test_giant_files_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is too large to be a picture does not fill the memory."""
    monkeypatch.setattr(entries, "MAX_FILE_BYTES", 1000)
    (tmp_path / "a").write_bytes(b"x" * 1000)
    assert len(read_picture(tmp_path / "a")) == 1000
    (tmp_path / "a").write_bytes(b"x" * 1001)
    with pytest.raises(PictureTooLarge, match="MiB"):
        read_picture(tmp_path / "a")
