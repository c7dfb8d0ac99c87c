"""`likeness tags`: what is asked of the server, and what is printed of its answers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.app.commands.conftest import Network, Run
from tests.app.test_client import TAG

TAGS = {"pictures": [{"width": 60, "height": 40, "tags": [{**TAG, "explanation": None}]}]}


def test_labels_are_printed_with_where_and_why(network: Network, run: Run, tmp_path: Path) -> None:
    """A row for each label of each picture; JSON has all of it."""
    network.answers["POST /v1/tags"] = TAGS
    paths = [tmp_path / name for name in ("one.jpg", "two.jpg")]
    for path in paths:
        path.write_bytes(b"ink")
    lines = run("tags", *paths).stdout.splitlines()
    assert [re.split(r" {2,}", line.strip()) for line in lines[-2:]] == [
        [path.name, "beach", "99 %", "3 x 4 at 1, 2", "sea (x 2.0)"] for path in paths
    ]
    told = json.loads(run("tags", paths[0], "--json").stdout)
    assert [one["picture"] for one in told] == [str(paths[0])]
    assert told[0]["tags"][0]["evidence"] == TAG["evidence"]


def test_a_picture_without_labels_is_told_of(network: Network, run: Run, tmp_path: Path) -> None:
    """Nobody has to guess whether it was looked at."""
    network.answers["POST /v1/tags"] = {"pictures": [{"width": 60, "height": 40, "tags": []}]}
    path = tmp_path / "dark.jpg"
    path.write_bytes(b"ink")
    assert run("tags", path).stdout.splitlines()[-1].split()[0] == path.name


def test_what_is_wanted_reaches_the_server(network: Network, run: Run, tmp_path: Path) -> None:
    """Options go as the API has them; a file that is not there is refused."""
    network.answers["POST /v1/tags"] = TAGS
    path = tmp_path / "one.jpg"
    path.write_bytes(b"ink")
    assert run("tags", path, "-k", 3, "--min-probability", 0.2, "--label", "sea").exit_code == 0
    assert network.last() == {"k": "3", "min_probability": "0.2", "labels": "sea"}
    assert run("tags", path, "--precision", 0.9, "--checkpoint", "ab" * 4).exit_code == 0
    assert network.last() == {"precision": "0.9", "checkpoint": "ab" * 4}
    assert run("tags", tmp_path / "none.jpg").exit_code != 0


@pytest.mark.parametrize("heedless", [("-k", 3), ("--min-probability", 0)])
@pytest.mark.parametrize("command", [("tags", __file__), ("items", "tag", "shoes")])
def test_thresholds_are_not_chosen_in_vain(
    network: Network, run: Run, command: tuple[str, ...], heedless: tuple[str, int]
) -> None:
    """Beside what heeds none, a precision is refused before anything is sent, in one sentence of both commands."""
    told = run(*command, "--precision", 0.9, *heedless)
    assert (told.exit_code, network.requests) == (2, [])
    assert "--precision chooses thresholds, of which -k and --min-probability heed none" in told.stderr
