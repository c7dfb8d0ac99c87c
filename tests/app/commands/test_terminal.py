"""What commands print: JSON that reads back as the same facts, and text that shows them and nothing else."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.commands.sentences import Refusal
from app.commands.terminal import facts, note, parsed_object, readable, show, table

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@dataclass(frozen=True)
class Inner:
    """A value inside a value."""

    number: int


@dataclass(frozen=True)
class Outer:
    """A value as commands print them."""

    inner: tuple[Inner, ...]
    metadata: Any
    moment: datetime


def printed(capsys: pytest.CaptureFixture[str], value: object, as_json: bool, text: Any = "") -> str:
    """Show a value and return what stood on stdout; nothing may stand on stderr."""
    capsys.readouterr()
    show(value, as_json, lambda: text)
    out, err = capsys.readouterr()
    assert err == ""
    return out


@settings(deadline=None)
@given(metadata=JSON_VALUES, numbers=st.lists(st.integers()))
def test_json_reads_back_as_the_same_facts(metadata: Any, numbers: list[int]) -> None:
    """Nested values, read-only mappings, times and paths come back from JSON as what they said."""
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    value = Outer(tuple(map(Inner, numbers)), metadata, moment)
    with pytest.MonkeyPatch.context() as patch:
        lines: list[str] = []
        patch.setattr("builtins.print", lines.append)
        show(MappingProxyType({"value": value, "path": Path("a")}), as_json=True, as_text=lambda: "")
    expected = {"value": {**asdict(value), "inner": [{"number": n} for n in numbers], "moment": moment.isoformat()}}
    assert json.loads("\n".join(lines)) == {**expected, "path": "a"}


def test_what_is_no_value_is_not_printed_as_one() -> None:
    """A value that JSON cannot hold is a mistake of the program, not a string of its address."""
    with pytest.raises(TypeError, match="object has no place"):
        show({"a": object()}, as_json=True, as_text=lambda: "")


def test_text_for_a_pipe_is_neither_cut_nor_folded(capsys: pytest.CaptureFixture[str]) -> None:
    """Long cells and long sentences keep their line when no terminal is there."""
    long = "word " * 100
    assert printed(capsys, None, False, long) == long + "\n"
    lines = printed(capsys, None, False, table(("key", "title"), [("a", long.strip())])).splitlines()
    assert any(long.strip() in line for line in lines)


def test_what_looks_like_markup_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    """A title in square brackets or with colons is printed as it is."""
    title = "[red]sale[/red] :boot: [link=x]"
    assert title in printed(capsys, None, False, table(("title",), [(title,)]))
    assert title in printed(capsys, None, False, facts({"title": title}))
    assert printed(capsys, None, False, title) == title + "\n"


@settings(deadline=None)
@given(text=st.text())
def test_nothing_that_is_printed_can_move_the_cursor(text: str) -> None:
    """No escape, bell or carriage return of an item's title reaches the screen; all else stays."""
    shown = readable(text)
    assert len(shown) == len(text)
    assert all(sign in "\n\t" or not (ord(sign) < 32 or 127 <= ord(sign) < 160) for sign in shown)
    assert all(mine in (theirs, "\ufffd") for mine, theirs in zip(shown, text, strict=True))


def test_a_table_shows_every_kind_of_cell(capsys: pytest.CaptureFixture[str]) -> None:
    """Missing values are a dash, times end at seconds, numbers keep four digits, and metadata is JSON."""
    moment = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    row = (None, moment, 0.123456, 12345, {"colour": "grün"}, [1, "a"])
    out = printed(capsys, None, False, table(("a", "b", "c", "d", "e", "f"), [row]))
    for cell in ("–", "2026-01-02 03:04:05+00:00", "0.1235", "12345", '{"colour": "grün"}', '[1, "a"]'):
        assert cell in out


def test_an_empty_table_has_its_head(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing found is shown as columns without rows."""
    assert "key" in printed(capsys, None, False, table(("key",), []))


def test_notes_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """What is said on the way never mixes with the result."""
    note("On the way.")
    assert tuple(capsys.readouterr()) == ("", "On the way.\n")


@settings(deadline=None)
@given(value=st.dictionaries(st.text(), JSON_VALUES))
def test_an_object_option_is_read_as_json(value: dict[str, Any]) -> None:
    """An option that holds an object gives that object, and an option that is absent gives none."""
    assert parsed_object(json.dumps(value), "--filter") == value
    assert parsed_object(None, "--filter") is None


@pytest.mark.parametrize("text", ["", "{", "colour=red", "[1]", "null", "1", '"a"'])
def test_an_option_that_holds_no_object_is_refused_by_name(text: str) -> None:
    """The sentence names the option and shows how it is written."""
    with pytest.raises(Refusal, match=r"--filter .*write it like"):
        parsed_object(text, "--filter")
