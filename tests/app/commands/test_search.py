"""`likeness search`: what is asked of the server, and what is printed of its answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.app.commands.conftest import Network, Run

ANSWER: dict[str, Any] = {
    "hits": [
        {
            "key": key,
            "score": score,
            "probability": likely,
            "title": f"Shoe {key}",
            "metadata": {"kind": "boot"},
            "image_url": "/v1/pictures/ff",
            "thumbnail_url": "/v1/pictures/ff/thumbnail",
            "explanation": None,
            "verdict": None,
        }
        for key, score, likely in (("b", 0.987654, 0.624), ("a", 0.5, 0.0004))
    ],
    "matched": True,
    "verdict": None,
    "collection": "shoes",
    "generation": 1,
    "model": {"name": "sketch", "checkpoint": "ab" * 32},
    "took_ms": {"decode": 1.25},
}


def test_hits_are_printed_best_first(network: Network, run: Run, tmp_path: Path) -> None:
    """Text has a row for each hit in the server's order; JSON is the whole answer."""
    drawing = tmp_path / "drawing.png"
    drawing.write_bytes(b"ink")
    network.answers["POST /v1/search/sketch"] = ANSWER
    lines = run("search", "sketch", drawing).stdout.splitlines()
    assert [re.split(r" {2,}", line)[:4] for line in lines[-2:]] == [
        ["1", "0.9877", "62 %", "b"],
        ["2", "0.5", "< 1 %", "a"],
    ]
    assert json.loads(run("search", "sketch", drawing, "--json").stdout) == ANSWER


def test_a_drawing_is_sent_with_everything_asked(network: Network, run: Run) -> None:
    """Collection, number of hits and filter reach the server; the drawing may come from stdin."""
    network.answers["POST /v1/search/sketch"] = ANSWER
    options = ("--collection", "boots", "-k", 3, "--filter", '{"kind": "boot"}')
    assert run("search", "sketch", "-", *options, stdin=b"ink").exit_code == 0
    assert network.last() == {"collection": "boots", "k": "3", "filter": {"kind": "boot"}}
    assert b"ink" in network.requests[0].content


def test_items_like_an_item_are_found(network: Network, run: Run) -> None:
    """An item is named by collection and key, slashes and all."""
    network.answers["POST /v1/search/similar/boots/a/b"] = ANSWER
    assert json.loads(run("search", "similar", "a/b", "--collection", "boots", "--json").stdout) == ANSWER
    assert network.last() == {"k": "10"}


@pytest.mark.parametrize("options", [("-k", 0), ("-k", 201), ("-k", "many"), ("--filter", "boot")])
def test_bad_input_is_refused_before_anything_is_sent(network: Network, run: Run, options: tuple[object, ...]) -> None:
    """One line on stderr, exit code 2, nothing on the wire."""
    result = run("search", "sketch", "-", *options, stdin=b"ink")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert network.requests == []


@pytest.mark.parametrize("command", ["sketch", "similar"])
def test_a_search_is_refined_by_what_is_liked(network: Network, run: Run, tmp_path: Path, command: str) -> None:
    """Keys that are liked or disliked send the search where marks are taken, with the drawing or the item's key."""
    (tmp_path / "drawing.png").write_bytes(b"drawing")
    asked = tmp_path / "drawing.png" if command == "sketch" else "a/b"
    network.answers["POST /v1/search/refine"] = ANSWER
    result = run("search", command, asked, "--liked", "x", "--liked", "y", "--disliked", "z", "--json")
    assert json.loads(result.stdout)["hits"] == ANSWER["hits"]
    content = network.requests[0].content
    if command == "similar":
        assert json.loads(content) == {"item": "a/b", "liked": ["x", "y"], "disliked": ["z"]}
    else:
        assert all(part in content for part in (b"drawing", b'["x", "y"]', b'["z"]'))


@pytest.mark.parametrize(("likely", "said"), [(0.9999, "99 %"), (0.994, "99 %"), (0.0149, "1 %"), (None, "–")])
def test_nothing_is_said_to_be_surer_than_it_is(network: Network, run: Run, likely: float | None, said: str) -> None:
    """Per cents are whole, never 0 or 100, and what is not known is a dash."""
    network.answers["POST /v1/search/sketch"] = {**ANSWER, "hits": [{**ANSWER["hits"][0], "probability": likely}]}
    line = run("search", "sketch", "-", stdin=b"ink").stdout.splitlines()[-1]
    assert re.split(r" {2,}", line)[2:4] == [said, "b"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"matched": True}, ""),
        ({"matched": None}, ""),
        ({"matched": False}, "come nearest"),
        ({"matched": False, "hits": []}, "Nothing was found"),
    ],
)
def test_who_finds_nothing_is_told(network: Network, run: Run, change: dict[str, Any], words: str) -> None:
    """Where no hit is near enough a sentence on stderr says so, and stdout stays as it is."""
    network.answers["POST /v1/search/sketch"] = {**ANSWER, **change}
    result = run("search", "sketch", "-", stdin=b"ink")
    assert words in result.stderr
    assert bool(result.stderr) is bool(words)
    assert run("search", "sketch", "-", "--json", stdin=b"ink").stderr == ""
