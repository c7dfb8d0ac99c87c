"""`likeness compare`: what is asked of the server, and what is printed of its answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.app.commands.conftest import Network, Run
from tests.app.test_client import COMPARISON


@pytest.fixture
def crops(tmp_path: Path) -> list[Path]:
    """Two pictures."""
    paths = [tmp_path / name for name in ("one.jpg", "two.jpg")]
    for path in paths:
        path.write_bytes(path.stem.encode())
    return paths


def test_two_crops_are_compared(network: Network, run: Run, crops: list[Path]) -> None:
    """Both reach the server, with the rate of false matches; what it says of the whole and of each part is printed."""
    network.answers["POST /v1/compare/person"] = COMPARISON
    result = run("compare", "person", *crops, "--fmr", 0.001)
    assert [re.split(r" {2,}", line.strip()) for line in result.stdout.splitlines()] == [
        ["verdict", "unsure"],
        ["the same person", "40 %"],
        ["score", "0.31"],
        ["score of the whole", "0.5"],
        ["score of the top third", "-0.1"],
    ]
    assert network.last() == {"fmr": "0.001"}
    assert all(path.read_bytes() in network.requests[0].content for path in crops)


def test_json_is_the_whole_answer(network: Network, run: Run, crops: list[Path]) -> None:
    """As the server gave it."""
    network.answers["POST /v1/compare/person"] = COMPARISON
    assert json.loads(run("compare", "person", *crops, "--json").stdout) == COMPARISON


def test_two_pictures_are_needed(network: Network, run: Run, crops: list[Path]) -> None:
    """One alone, or one that is not there, is refused before anything is sent."""
    assert run("compare", "person", crops[0]).exit_code == 2
    missing = run("compare", "person", crops[0], "none.jpg")
    assert (missing.exit_code, network.requests) == (2, [])
    assert "none.jpg" in missing.stderr
