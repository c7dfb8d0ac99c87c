"""Tests of sources: what kinds there are, and folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer.sources import Columns, SourceItem, SourceReject, UnusableSource, open_source


def write(folder: Path, *names: str) -> None:
    """Write files whose content is their name."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def items(path: Path) -> list[SourceItem]:
    """All entries of a source that has no rejects."""
    entries = list(open_source(path))
    found = [entry for entry in entries if isinstance(entry, SourceItem)]
    assert found == entries
    return found


def test_a_folder_is_read_to_its_depth(tmp_path: Path) -> None:
    """Keys are paths from the folder on, in order; titles are names; bytes are those of the file."""
    names = ["b.jpg", "a/x.png", "a/b/y.WebP", "A nice_red  shoe.jpeg", "é.gif", "a.b.bmp"]
    write(tmp_path, *names)
    found = items(tmp_path)
    assert [item.key for item in found] == sorted(names)
    assert {item.key: item.title for item in found}["A nice_red  shoe.jpeg"] == "A nice red shoe"
    assert {item.key: item.title for item in found}["a/b/y.WebP"] == "y"
    assert [item.read().decode() for item in found] == sorted(names)
    assert all(item.metadata == {} for item in found)


def test_what_is_no_picture_is_passed_over(tmp_path: Path) -> None:
    """Lists, notes and what systems hide are not items; kinds of pictures that cannot be read are, to be refused."""
    write(tmp_path, "a.jpg", "notes.txt", "list.csv", "jpg", ".hidden.jpg", ".git/b.jpg", "c.jpg/d.tiff", "e.svg")
    assert [item.key for item in items(tmp_path)] == ["a.jpg", "c.jpg/d.tiff", "e.svg"]


def test_a_source_is_read_the_same_way_every_time(tmp_path: Path) -> None:
    """A resumed build meets the same entries in the same order, and knows how many there are."""
    write(tmp_path, *(f"{number}.png" for number in range(20)))
    source = open_source(tmp_path)
    keys = [entry.key for entry in source]
    assert [entry.key for entry in source] == keys
    assert len(source) == len(keys) == 20


def test_names_that_are_no_keys_are_rejected(tmp_path: Path) -> None:
    """A file whose name cannot be a key does not stop the others."""
    write(tmp_path, "a.jpg", "b\nc.jpg", "d" * 150 + "/" + "e" * 60 + ".jpg")
    (Path(os.fsdecode(bytes(tmp_path) + b"/\xff.jpg"))).write_bytes(b"")
    entries = list(open_source(tmp_path))
    assert [entry.key for entry in entries if isinstance(entry, SourceItem)] == ["a.jpg"]
    reasons = [entry.reason for entry in entries if isinstance(entry, SourceReject)]
    assert len(reasons) == 3
    assert all("cannot be used" in reason for reason in reasons)


def test_an_empty_folder_is_an_empty_source(tmp_path: Path) -> None:
    """No pictures are no error here."""
    assert len(open_source(tmp_path)) == 0
    assert items(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("list.csv", "key,image\na,a.jpg\n", "CsvSource"),
        ("list.TSV", "key\timage\na\ta.jpg\n", "CsvSource"),
        ("list.jsonl", '{"key": "a", "image": "a.jpg"}', "JsonLinesSource"),
        ("list.ndjson", '{"key": "a", "image": "a.jpg"}', "JsonLinesSource"),
    ],
)
def test_the_ending_says_what_a_file_is(tmp_path: Path, name: str, content: str, kind: str) -> None:
    """Lists are told by their names."""
    (tmp_path / name).write_text(content)
    source = open_source(tmp_path / name, Columns())
    assert type(source).__name__ == kind
    assert [entry.key for entry in source] == ["a"]


@pytest.mark.parametrize(("name", "reason"), [("missing.csv", "There is no folder"), ("a.jpg", "neither a folder")])
def test_other_things_are_no_sources(tmp_path: Path, name: str, reason: str) -> None:
    """What cannot be read at all is said before anything is done."""
    write(tmp_path, "a.jpg")
    with pytest.raises(UnusableSource, match=reason):
        open_source(tmp_path / name)
