"""`likeness collections`: what is asked of the server, and what is printed of its answers."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from app.commands.stores import opened
from app.settings import Settings
from indexer.catalogue import NotedSearch
from tests.app.commands.conftest import Network, Run

SHOES = {
    "name": "shoes",
    "title": "All shoes",
    "model": "sketch",
    "items": 3,
    "change_seq": 7,
    "generation": 2,
    "created_at": "2026-01-02T03:04:05+00:00",
    "threshold": 0.4,
    "personal": True,
    "keep_days": 30,
}


def test_collections_are_listed(network: Network, run: Run) -> None:
    """Each collection is a row; JSON is the list of them."""
    network.answers["GET /v1/collections"] = {"collections": [SHOES, {**SHOES, "name": "boots", "generation": None}]}
    rows = run("collections", "list").stdout.splitlines()
    assert [row.split()[0] for row in rows if "sketch" in row] == ["shoes", "boots"]
    assert [entry["generation"] for entry in json.loads(run("collections", "list", "--json").stdout)] == [2, None]


def test_a_collection_is_shown(network: Network, run: Run) -> None:
    """Text shows every fact; JSON is the collection."""
    network.answers["GET /v1/collections/shoes"] = SHOES
    text = run("collections", "get", "shoes").stdout
    assert all(word in text for word in ("shoes", "All shoes", "sketch", "2026-01-02"))
    assert json.loads(run("collections", "get", "shoes", "--json").stdout) == SHOES


def test_a_collection_is_made(network: Network, run: Run) -> None:
    """Name, model and title are sent."""
    network.answers["POST /v1/collections"] = SHOES
    run("collections", "create", "shoes", "--model", "sketch", "--title", "All shoes")
    assert json.loads(network.requests[0].content) == {"name": "shoes", "model": "sketch", "title": "All shoes"}


def test_what_a_match_must_reach_is_sent(network: Network, run: Run) -> None:
    """A threshold goes along where one is given, -1 to 1 and nothing else."""
    network.answers["POST /v1/collections"] = SHOES
    run("collections", "create", "shoes", "--threshold", "-0.25")
    assert json.loads(network.requests[0].content)["threshold"] == -0.25
    assert run("collections", "create", "shoes", "--threshold", "1.5").exit_code == 2
    assert len(network.requests) == 1


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        (("--threshold", "0.5"), {"threshold": 0.5}),
        (("--title", "Boots"), {"title": "Boots"}),
        (("--title", "", "--threshold", "0"), {"title": "", "threshold": 0}),
        (("--no-threshold",), {"threshold": None}),
        (("--personal", "--keep-days", "30"), {"personal": True, "keep_days": 30}),
        (("--not-personal", "--no-keep-days"), {"personal": False, "keep_days": None}),
    ],
)
def test_a_collection_is_changed_in_what_is_named(
    network: Network, run: Run, options: tuple[str, ...], sent: dict[str, Any]
) -> None:
    """Only what is given is sent; the collection as it is now is printed."""
    network.answers["PATCH /v1/collections/shoes"] = SHOES
    assert "0.4" in run("collections", "change", "shoes", *options).stdout
    assert json.loads(network.requests[0].content) == sent


@pytest.mark.parametrize(
    "options",
    [(), ("--threshold", "0.5", "--no-threshold"), ("--threshold", "2"), ("--keep-days", "1", "--no-keep-days")],
)
def test_a_change_that_says_nothing_is_refused(network: Network, run: Run, options: tuple[str, ...]) -> None:
    """Neither nothing, nor two things at once, nor what is no cosine is sent."""
    result = run("collections", "change", "shoes", *options)
    assert (result.exit_code, network.requests) == (2, [])
    assert "hreshold" in result.stderr or "--no-keep-days" in result.stderr


@pytest.mark.parametrize(("reply", "deleted"), [(b"y\n", True), (b"n\n", False), (b"\n", False), (b"", False)])
def test_a_collection_is_deleted_only_by_who_means_it(network: Network, run: Run, reply: bytes, deleted: bool) -> None:
    """Without --yes a question is asked, and anything but yes deletes nothing."""
    network.answers["DELETE /v1/collections/shoes"] = None
    result = run("collections", "delete", "shoes", stdin=reply)
    assert bool(network.requests) is deleted
    assert result.exit_code == (0 if deleted else 2)
    assert result.stdout == ("Deleted shoes.\n" if deleted else "")


def test_a_script_deletes_without_a_question(network: Network, run: Run) -> None:
    """--yes answers the question beforehand, and JSON stays alone on stdout."""
    network.answers["DELETE /v1/collections/shoes"] = None
    result = run("collections", "delete", "shoes", "--yes", "--json")
    assert json.loads(result.stdout) == {"deleted": "shoes"}
    assert result.stderr == ""


def test_who_searched_is_shown_from_the_data_folder(home: Path, run: Run) -> None:
    """The latest lines are listed, none for a collection that nobody searched, and a name of none is refused."""
    with opened(Settings(home=home)) as stores:
        stores.catalogue.create_collection("people", "sketch", personal=True)
        stores.catalogue.create_collection("quiet", "sketch")
        for hits in range(3):
            stores.catalogue.note_search(NotedSearch("people", "front-desk", "picture", hits, matched=None))
    text = run("collections", "audit", "people").stdout
    assert all(word in text for word in ("front-desk", "picture", "when", "who"))
    lines = json.loads(run("collections", "audit", "people", "--limit", 2, "--json").stdout)
    assert [(line["caller"], line["hits"]) for line in lines] == [("front-desk", 1), ("front-desk", 2)]
    assert json.loads(run("collections", "audit", "quiet", "--json").stdout) == []
    assert run("collections", "audit", "poeple").exit_code == 2


def test_what_was_noted_long_ago_is_deleted(home: Path, run: Run) -> None:
    """Lines older than so many days go, younger ones stay; nothing old is no error, a name of no collection is one."""
    with opened(Settings(home=home)) as stores:
        stores.catalogue.create_collection("people", "sketch", personal=True)
        for caller in ("long-ago", "lately"):
            stores.catalogue.note_search(NotedSearch("people", caller, "picture", 1, matched=None))
    with sqlite3.connect(Settings(home=home).paths.database) as database:
        moment = "datetime(searched_at, '-31 days')"
        database.execute(f"UPDATE searches SET searched_at = {moment} WHERE caller = 'long-ago'")  # noqa: S608 - no input
    database.close()
    trim = ("collections", "trim-audit", "people", "--keep-days")
    assert run(*trim, 32).stdout == "Lines older than 32 days: 0 deleted.\n"
    assert run(*trim, 31).stdout == "Lines older than 31 days: 1 deleted.\n"
    assert json.loads(run(*trim, 1, "--json").stdout) == {"deleted": 0}
    left = json.loads(run("collections", "audit", "people", "--json").stdout)
    assert [line["caller"] for line in left] == ["lately"]
    assert run("collections", "trim-audit", "poeple", "--keep-days", 1).exit_code == 2
    assert run(*trim, 0).exit_code == 2
