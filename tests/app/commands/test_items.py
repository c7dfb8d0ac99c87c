"""`likeness items`: what is asked of the server, and what is printed of its answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.commands.conftest import Network, Run


def item(key: str, **facts: Any) -> dict[str, Any]:
    """Write an item as the server does."""
    return {
        "key": key,
        "title": f"Shoe {key}",
        "metadata": {"colour": "red"},
        "image_url": "/v1/pictures/ff",
        "thumbnail_url": "/v1/pictures/ff/thumbnail",
        "version": "3-7",
        "updated_at": "2026-01-02T03:04:05+00:00",
        **facts,
    }


def test_items_are_listed_over_pages_up_to_the_limit(network: Network, run: Run) -> None:
    """A list goes on over pages and ends at the limit, without asking for more than it shows."""
    network.answers["GET /v1/collections/shoes/items"] = {"items": [item("a"), item("b")], "next_cursor": "c"}
    result = run("items", "list", "shoes", "--limit", 3, "--json")
    assert [entry["key"] for entry in json.loads(result.stdout)] == ["a", "b", "a"]
    assert len(network.requests) == 2
    assert network.last() == {"limit": "3", "cursor": "c"}


def test_a_filter_is_sent_as_json(network: Network, run: Run) -> None:
    """The filter goes to the server as it was typed."""
    network.answers["GET /v1/collections/shoes/items"] = {"items": [], "next_cursor": None}
    run("items", "list", "shoes", "--filter", '{"price": {"lt": 9}}', "--limit", 0)
    assert network.last() == {"limit": "100", "filter": {"price": {"lt": 9}}}


def test_an_item_is_shown(network: Network, run: Run) -> None:
    """Text shows every fact; JSON is the item."""
    network.answers["GET /v1/collections/shoes/items/a/b"] = item("a/b")
    text = run("items", "get", "shoes", "a/b").stdout
    assert all(word in text for word in ("a/b", "Shoe a/b", '"red"', "/v1/pictures/ff", "2026-01-02 03:04:05"))
    assert json.loads(run("items", "get", "shoes", "a/b", "--json").stdout) == item("a/b")


@pytest.mark.parametrize("from_stdin", [False, True])
def test_an_item_is_stored_from_a_file_or_from_stdin(
    network: Network, run: Run, tmp_path: Path, from_stdin: bool
) -> None:
    """The picture's bytes, the title and the metadata are sent."""
    picture = bytes(range(256))
    (tmp_path / "shoe.png").write_bytes(picture)
    network.answers["PUT /v1/collections/shoes/items/a"] = item("a")
    source = "-" if from_stdin else tmp_path / "shoe.png"
    result = run(
        "items", "put", "shoes", "a", source, "--title", "Boot", "--metadata", '{"n": 1}', "--json", stdin=picture
    )
    assert json.loads(result.stdout)["key"] == "a"
    body = network.requests[0].content
    assert picture in body
    assert b"Boot" in body
    assert b'{"n": 1}' in body


def test_an_item_is_changed(network: Network, run: Run) -> None:
    """Only what is named changes."""
    network.answers["PATCH /v1/collections/shoes/items/a"] = item("a")
    run("items", "patch", "shoes", "a", "--metadata", '{"colour": null}')
    assert json.loads(network.requests[0].content) == {"metadata": {"colour": None}}


@pytest.mark.parametrize(
    ("arguments", "condition"),
    [
        (("put", "shoes", "a", "-", "--if-version", "3-7"), ("If-Match", '"3-7"')),
        (("put", "shoes", "a", "-", "--only-new"), ("If-None-Match", "*")),
        (("patch", "shoes", "a", "--title", "x", "--if-version", "3-7"), ("If-Match", '"3-7"')),
        (("delete", "shoes", "a", "--if-version", "3-7"), ("If-Match", '"3-7"')),
    ],
)
def test_a_write_can_be_guarded(
    network: Network, run: Run, arguments: tuple[str, ...], condition: tuple[str, str]
) -> None:
    """The version that `get` shows, or that there is none yet, is sent as a condition."""
    for method in ("PUT", "PATCH", "DELETE"):
        network.answers[f"{method} /v1/collections/shoes/items/a"] = item("a")
    assert run("items", *arguments, stdin=b"picture").exit_code == 0
    name, value = condition
    assert network.requests[0].headers[name] == value


def result(key: str, reason: str = "") -> dict[str, Any]:
    """Write what became of an item of a batch as the server does."""
    problem = {"type": "t", "title": "T", "status": 422, "detail": reason} if reason else None
    return {"key": key, "status": 422 if reason else 200, "item": None if reason else item(key), "problem": problem}


def test_a_folder_is_stored_in_a_batch(network: Network, run: Run, pictures: Path) -> None:
    """What was stored is counted, what was not is told with its reason, and then the exit code is 1."""
    network.answers["POST /v1/collections/shoes/items"] = {
        "results": [result("0.png"), result("1.png"), result("broken.png", "It is no picture.")]
    }
    outcome = run("items", "put-all", "shoes", pictures)
    assert outcome.exit_code == 1
    assert "Stored 2 of 3 items." in outcome.stdout
    assert "broken.png: It is no picture." in outcome.stderr
    (request,) = network.requests
    for picture in pictures.iterdir():
        assert picture.read_bytes() in request.content
    answered = json.loads(run("items", "put-all", "shoes", pictures, "--json").stdout)
    assert answered == {"stored": 2, "refused": [{"key": "broken.png", "reason": "It is no picture."}]}


def test_what_is_stored_whole_exits_well(network: Network, run: Run, tmp_path: Path) -> None:
    """Columns can be called otherwise, and nothing is told of what went well."""
    (tmp_path / "a.png").write_bytes(b"picture")
    (tmp_path / "shop.csv").write_text("sku,name,photo\nA-1,Low boot,a.png\n", "utf-8")
    network.answers["POST /v1/collections/shoes/items"] = {"results": [result("A-1")]}
    columns = ("--key-column", "sku", "--title-column", "name", "--image-column", "photo")
    outcome = run("items", "put-all", "shoes", tmp_path / "shop.csv", *columns)
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (0, "Stored 1 of 1 items.\n", "")
    assert b"Low boot" in network.requests[0].content


def test_an_item_is_deleted(network: Network, run: Run) -> None:
    """A deletion is confirmed by the key."""
    network.answers["DELETE /v1/collections/shoes/items/a"] = None
    assert run("items", "delete", "shoes", "a").stdout == "Deleted a.\n"
    assert json.loads(run("items", "delete", "shoes", "a", "--json").stdout) == {"deleted": "a"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "shoes", "--filter", "red"),
        ("put", "shoes", "a", "/nowhere/shoe.png"),
        ("put", "shoes", "a", "-", "--metadata", "[1]"),
        ("patch", "shoes", "a", "--metadata", "{"),
        ("get", "shoes"),
        ("put-all", "shoes", "/nowhere"),
        ("list", "shoes", "--limit", "-1"),
    ],
)
def test_bad_input_is_refused_before_anything_is_sent(network: Network, run: Run, arguments: tuple[str, ...]) -> None:
    """One line on stderr, exit code 2, nothing on the wire."""
    result = run("items", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert network.requests == []


def test_the_servers_refusal_is_the_sentence(network: Network, run: Run) -> None:
    """What the server says is what the person reads."""
    network.answers["GET /v1/collections/shoes/items/a"] = 404
    result = run("items", "get", "shoes", "a", "--url", "http://likeness.test:1234")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", "The server says no.\n")
    assert str(network.requests[0].url) == "http://likeness.test:1234/v1/collections/shoes/items/a"


def test_a_server_that_is_not_there_is_named(run: Run) -> None:
    """Who forgot to start the server is told how."""
    result = run("items", "get", "shoes", "a", "--url", "http://127.0.0.1:1")
    assert result.exit_code == 2
    assert "http://127.0.0.1:1" in result.stderr
    assert "likeness serve" in result.stderr
