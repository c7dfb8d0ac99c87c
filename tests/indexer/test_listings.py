"""Tests of CSV and JSON Lines."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.catalogue import check_metadata
from indexer.entries import Columns, Entry, SourceItem, SourceReject, UnusableSource
from indexer.listings import CsvSource, JsonLinesSource
from tests.indexer.catalogue.strategies import metadata, text

anything = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
COLUMNS = Columns()


def read_csv(folder: Path, content: str | bytes, columns: Columns = COLUMNS) -> list[Entry]:
    """All entries of a CSV file with this content."""
    path = folder / "list.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    source = CsvSource(path, columns)
    entries = list(source)
    assert len(source) == len(entries)
    return entries


def read_json_lines(folder: Path, content: str | bytes, columns: Columns = COLUMNS) -> list[Entry]:
    """All entries of a file of JSON Lines with this content."""
    path = folder / "list.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    source = JsonLinesSource(path, columns)
    entries = list(source)
    assert len(source) == len(entries)
    return entries


def plain(entries: list[Entry]) -> list[object]:
    """Items as tuples, rejects by their keys."""
    return [
        (entry.key, entry.title, dict(entry.metadata)) if isinstance(entry, SourceItem) else entry.key
        for entry in entries
    ]


def reasons(entries: list[Entry]) -> dict[str, str]:
    """Keys and reasons of the rejects."""
    return {entry.key: entry.reason for entry in entries if isinstance(entry, SourceReject)}


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    """The order of columns does not matter, other columns are metadata, and pictures lie beside the list."""
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.jpg").write_bytes(b"A")
    [entry] = read_csv(tmp_path, "price,image,title,key,colour\n49.9,pictures/a.jpg,A shoe,a,red\n")
    assert isinstance(entry, SourceItem)
    assert plain([entry]) == [("a", "A shoe", {"price": 49.9, "colour": "red"})]
    assert entry.read() == b"A"


def test_columns_may_be_called_otherwise(tmp_path: Path) -> None:
    """A list from elsewhere is read as it is, by saying what its columns are called."""
    (tmp_path / "a.jpg").write_bytes(b"A")
    columns = Columns(key="sku", title="name", image="file")
    [one] = read_csv(tmp_path, "sku,name,file,key\n1,Shoe,a.jpg,x\n", columns)
    [other] = read_json_lines(tmp_path, '{"sku": "1", "name": "Shoe", "file": "a.jpg", "key": "x"}', columns)
    assert plain([one]) == plain([other]) == [("1", "Shoe", {"key": "x"})]
    for entry in (one, other):
        assert isinstance(entry, SourceItem)
        assert entry.read() == b"A"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_usual_ways_of_writing_csv(tmp_path: Path, separator: str, mark: str, end: str) -> None:
    """Spreadsheets of any country write files that are understood, with quotes and line breaks in values."""
    lines = [["key", "image", "note"], ["a", "a.jpg", '"two\nlines" ,;|'], [], ["b", "b.jpg", ""]]
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, lineterminator=end).writerows(lines)
    assert plain(read_csv(tmp_path, mark + buffer.getvalue())) == [
        ("a", "", {"note": '"two\nlines" ,;|'}),
        ("b", "", {}),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42", 42),
        ("-0.5", -0.5),
        ("0", 0),
        ("10.0", 10.0),
        ("007", "007"),
        ("1e5", "1e5"),
        ("+1", "+1"),
        (".5", ".5"),
        ("1,5", "1,5"),
        ("12345678901234567890", "12345678901234567890"),
        ("nan", "nan"),
        ("true", "true"),
        (" 1", " 1"),
        ("٣", "٣"),
    ],
)
def test_what_looks_like_a_number_is_one(tmp_path: Path, text: str, value: object) -> None:
    """Prices can be filtered by range, and article numbers keep their zeros."""
    [entry] = read_csv(tmp_path, f'key,image,x\na,a.jpg,"{text}"\n')
    assert isinstance(entry, SourceItem)
    assert entry.metadata == {"x": value}
    assert type(entry.metadata["x"]) is type(value)


def test_bad_lines_of_csv_stop_nothing(tmp_path: Path) -> None:
    """Every line that cannot be used is a reject with its number and reason, and the others are items."""
    content = b"key,image,x\na,a.jpg,1\n,b.jpg,1\nc,,1\nd,d.jpg\ne,e.jpg,1,2\nf,f.jpg,\xff\ng\xff,g.jpg,1\nh,h.jpg,2\n"
    entries = read_csv(tmp_path, content)
    assert plain(entries) == [
        ("a", "", {"x": 1}),
        "list.csv:3",
        "c",
        "list.csv:5",
        "list.csv:6",
        "f",
        "list.csv:8",
        ("h", "", {"x": 2}),
    ]
    found = reasons(entries)
    assert "it is empty" in found["list.csv:3"]
    assert "names no picture in the column 'image'" in found["c"]
    assert "2 values, but the header 3" in found["list.csv:5"]
    assert "4 values, but the header 3" in found["list.csv:6"]
    assert "surrogate" in found["f"]


def test_a_giant_value_is_a_bad_line(tmp_path: Path) -> None:
    """What the reader of CSV refuses is a reject, and the lines after it are read."""
    entries = read_csv(tmp_path, f"key,image,x\na,a.jpg,{'x' * 200_000}\nb,b.jpg,1\n")
    assert plain(entries) == ["list.csv:2", ("b", "", {"x": 1})]
    assert "cannot be read" in reasons(entries)["list.csv:2"]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", "has no header: name"),
        ("id,image", "has no column 'key'; its columns are 'id', 'image'"),
        ("key,picture", "has no column 'image'"),
        ("key,image,key", "two columns of the same name; its columns are 'key', 'image', 'key'"),
        ("key,image,x,x", "two columns of the same name"),
    ],
)
def test_a_list_without_its_columns_is_refused(tmp_path: Path, header: str, reason: str) -> None:
    """A wrong header is said at once, with the columns there are, instead of as many rejects as lines."""
    with pytest.raises(UnusableSource, match=reason):
        read_csv(tmp_path, header + "\na,a.jpg,1,2\n" if header else "")


def test_a_list_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    """A file that is gone is said in a sentence."""
    with pytest.raises(UnusableSource, match="No such file"):
        CsvSource(tmp_path / "list.csv", COLUMNS)


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=5)


@anything
@given(
    rows=st.lists(st.tuples(names, text.filter(lambda value: "\r" not in value), names), max_size=4),
    header=st.permutations(["key", "title", "image"]),
)
def test_csv_is_read_as_it_was_written(tmp_path: Path, rows: list[tuple[str, str, str]], header: list[str]) -> None:
    """Whatever is in the values, Python's own writer and this reader agree."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, header)
    writer.writeheader()
    writer.writerows({"key": key, "title": title, "image": image} for key, title, image in rows)
    assert plain(read_csv(tmp_path, buffer.getvalue())) == [(key, title, {}) for key, title, _ in rows]


@anything
@given(lines=st.lists(st.tuples(names, text, metadata), max_size=4))
def test_json_lines_keep_their_metadata(tmp_path: Path, lines: list[tuple[str, str, dict[str, Any]]]) -> None:
    """Metadata of any shape comes through as it stands."""
    written = [{**content, "key": key, "title": title, "image": "a.jpg"} for key, title, content in lines]
    content = "\n\n".join(json.dumps(line) for line in written)
    assert plain(read_json_lines(tmp_path, content)) == [
        (key, title, check_metadata(content)) for key, title, content in lines
    ]


def test_bad_json_lines_stop_nothing(tmp_path: Path) -> None:
    """Every line that cannot be used is a reject with its number and reason, and the others are items."""
    lines: list[bytes] = [
        b'{"key": "a", "image": "a.jpg"}',
        b"{",
        b"[1]",
        b"\xff",
        b"",
        b'{"image": "a.jpg"}',
        b'{"key": "g"}',
        b'{"key": ["h"], "image": "a.jpg"}',
        b'{"key": true, "image": "a.jpg"}',
        b'{"key": "j", "image": "a.jpg", "x": NaN}',
        b'{"key": "k", "image": "a.jpg", "x": "\\u0000"}',
        b'{"key": "l", "image": null}',
        b"[" * 100_000,
        b'{"key": 14, "image": "a.jpg", "title": 3}',
    ]
    entries = read_json_lines(tmp_path, b"\n".join(lines))
    assert plain(entries) == [
        ("a", "", {}),
        *(f"list.jsonl:{number}" for number in (2, 3, 4, 6)),
        "g",
        *(f"list.jsonl:{number}" for number in (8, 9)),
        "j",
        "k",
        *(f"list.jsonl:{number}" for number in (12, 13)),
        ("14", "3", {}),
    ]
    found = reasons(entries)
    assert "not JSON" in found["list.jsonl:2"]
    assert "not a JSON object" in found["list.jsonl:3"]
    assert "names no picture in the member 'image'" in found["g"]
    assert "have to be text" in found["list.jsonl:8"]
    assert "not finite" in found["j"]


def test_a_missing_picture_is_found_out_when_it_is_read(tmp_path: Path) -> None:
    """A list may name pictures that are not there; each is refused by itself."""
    [entry] = read_csv(tmp_path, "key,image\na,missing/a.jpg\n")
    assert isinstance(entry, SourceItem)
    with pytest.raises(Exception, match=r"There is no file .*missing/a\.jpg"):
        entry.read()
