"""A record is what was written down, in that order."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.records import recorded, said, write_down
from models.training import Progress


def test_a_record_grows_line_by_line(tmp_path: Path) -> None:
    """Where there is no file nothing was done; each thing done is a line more."""
    path = tmp_path / "record.jsonl"
    assert recorded(path) == []
    for seed in (1, 2):
        write_down({"variant": "a", "seed": seed, "figures": {"mAP": 12.5}}, path)
    assert [(found["seed"], found["figures"]["mAP"]) for found in recorded(path)] == [(1, 12.5), (2, 12.5)]
    assert len(path.read_text("utf-8").splitlines()) == 2


def test_progress_stays_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Who waits sees how far it is, over what stood there before."""
    said("a variant")(Progress(10, 200, 1.23456, {}))
    assert capsys.readouterr().out == "\ra variant: 10 of 200, loss 1.235  "
