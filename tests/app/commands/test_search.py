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


PEOPLE: dict[str, Any] = {
    **ANSWER,
    "hits": [
        {**hit, "verdict": verdict, "metadata": {"camera": "door"}}
        for hit, verdict in zip(ANSWER["hits"], ("match", "unsure"), strict=True)
    ],
    "matched": None,
    "verdict": "match",
    "collection": "people",
}


@pytest.fixture
def crops(tmp_path: Path) -> list[Path]:
    """Two pictures of a person."""
    paths = [tmp_path / name for name in ("door.jpg", "yard.jpg")]
    for path in paths:
        path.write_bytes(b"crop " + path.stem.encode())
    return paths


def test_a_person_is_searched_for_by_all_crops(network: Network, run: Run, crops: list[Path]) -> None:
    """They reach the server together, with everything asked; one may come from stdin."""
    network.answers["POST /v1/search/person"] = PEOPLE
    options = ("--collection", "visitors", "-k", 3, "--filter", '{"camera": "yard"}', "--fmr", 0.001)
    assert run("search", "person", crops[0], "-", *options, "--leave-out-camera", "door", stdin=b"ink").exit_code == 0
    asked = {"collection": "visitors", "k": "3", "filter": {"camera": "yard"}}
    assert network.last() == {**asked, "fmr": "0.001", "leave_out_camera": "door"}
    assert all(part in network.requests[0].content for part in (b"crop door", b"ink"))
    assert run("search", "person", *crops).exit_code == 0
    assert network.last() == {"collection": "people", "k": "10", "fmr": "0.01"}


def test_people_are_printed_with_what_is_said_of_them(network: Network, run: Run, crops: list[Path]) -> None:
    """Text has the word of each hit and how sure it is; JSON is the whole answer."""
    network.answers["POST /v1/search/person"] = PEOPLE
    result = run("search", "person", *crops)
    assert [re.split(r" {2,}", line)[:5] for line in result.stdout.splitlines()[-2:]] == [
        ["1", "match", "62 %", "0.9877", "b"],
        ["2", "unsure", "< 1 %", "0.5", "a"],
    ]
    assert result.stderr == ""
    assert json.loads(run("search", "person", *crops, "--json").stdout) == PEOPLE


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"verdict": "unsure"}, "not sure"),
        ({"verdict": "no match"}, "Nobody here matches; these come nearest"),
        ({"verdict": "no match", "hits": []}, "Nobody was found"),
    ],
)
def test_nobody_here_is_said_in_a_sentence(
    network: Network, run: Run, crops: list[Path], change: dict[str, Any], words: str
) -> None:
    """On stderr, where no hit is taken for the person; programs read it in the answer."""
    network.answers["POST /v1/search/person"] = {**PEOPLE, **change}
    assert words in run("search", "person", *crops).stderr
    assert run("search", "person", *crops, "--json").stderr == ""


def test_a_crop_that_is_not_there_is_refused(network: Network, run: Run, tmp_path: Path) -> None:
    """Before anything is sent, in one sentence that names it; no crop at all is one, too."""
    missing = run("search", "person", tmp_path / "none.jpg")
    assert (missing.exit_code, network.requests) == (2, [])
    assert "none.jpg" in missing.stderr
    assert run("search", "person").exit_code == 2
