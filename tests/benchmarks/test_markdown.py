"""What is pasted into cards."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.markdown import table, typed, with_interval
from models.judgements import Figure


def test_tables_are_markdown() -> None:
    """A head, a rule that aligns figures to the right, and the rows."""
    assert table(["a", "b"], [["x", "1"]]) == "| a | b |\n| --- | ---: |\n| x | 1 |"


def test_intervals_are_whole_per_cent() -> None:
    """They are wider than a point; the figure itself has a tenth."""
    assert with_interval(Figure(48.69565, 39.1304, 57.3913)) == "48.7 (39 to 57)"


def test_the_command_can_be_typed_but_tells_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the data lie is written as DIR, also within a word; everything else is quoted where a shell needs it."""
    data = Path("/data/of mine")
    arguments = ["--data", str(data), f"--other={data}/x", "--name", "a b"]
    expected = "`python -m benchmarks.x --data DIR --other=DIR/x --name 'a b'`"
    assert typed("benchmarks.x", arguments, data) == expected
    monkeypatch.setattr("sys.argv", ["x.py", *arguments])
    assert typed("benchmarks.x", None, data) == expected
