"""`likeness items erase`, on a real data folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app.commands.stores import opened
from app.settings import Settings
from indexer.catalogue import CollectionChanges
from indexer.catalogue.database import connect
from indexer.catalogue.tables import items
from tests.app.commands.conftest import Run, Shipped


@pytest.fixture
def people(home: Path, run: Run, shipped: Shipped, pictures: Path) -> Path:
    """Index seven pictures of which some tell who is on them, and return the folder."""
    identities: Sequence[Any] = ("7", 7, "seven", "7 ", True, None, 8)
    rows = [{"key": f"k{number}", "image": f"{number}.png", "identity": who} for number, who in enumerate(identities)]
    table = pictures / "people.jsonl"
    table.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert run("index", "build", "people", "--source", table).exit_code == 0
    return home


def change(home: Path, name: str, changes: CollectionChanges) -> None:
    """Change a collection."""
    with opened(Settings(home=home)) as stores:
        stores.catalogue.change_collection(name, changes)


def keys(home: Path) -> list[str]:
    """Return the keys that are left."""
    with opened(Settings(home=home)) as stores:
        return [item.key for item in stores.catalogue.page("people").items]


@pytest.mark.parametrize(
    ("conditions", "gone"),
    [
        (("--where", "identity=7"), {"k0", "k1"}),
        (("--where", "identity=true"), {"k4"}),
        (("--where", '{"identity": {"gte": 7}}'), {"k1", "k6"}),
        (("--where", "identity=7", "--where", '{"identity": "7"}'), {"k0"}),
        (("--key", "k2", "--key", "k3", "--key", "nobody"), {"k2", "k3"}),
        (("--where", "identity=NaN"), set()),
        (("--where", "not=7"), set()),
    ],
)
def test_who_is_meant_is_erased(people: Path, run: Run, conditions: Sequence[str], gone: set[str]) -> None:
    """A word means the text and what is written like it; JSON means what filters do; keys mean their items."""
    result = run("items", "erase", "people", *conditions, "--yes", "--json")
    told = json.loads(result.stdout)
    assert {f"k{number}" for number in range(7)} - set(keys(people)) == gone
    assert (told["items"], told["pictures"], told["vectors"]) == (len(gone),) * 3
    assert told["generations"] == ([1] if gone else [])
    assert ("No item of people is like that" in result.stderr) == (not gone)
    assert "sound" in run("index", "verify", "people").stdout


def test_it_is_asked_first(people: Path, run: Run) -> None:
    """Anything but yes erases nothing; yes does, and what went is told."""
    for answer in (b"n\n", b""):
        refused = run("items", "erase", "people", "--where", "identity=7", stdin=answer)
        assert refused.exit_code == 2
        assert "Erase 2 items of people" in refused.stderr
        assert "Nothing was erased" in refused.stderr
    assert len(keys(people)) == 7
    done = run("items", "erase", "people", "--where", "identity=7", stdin=b"y\n")
    assert all(word in done.stdout for word in ("items", "pictures", "vectors", "generations", "published"))
    assert len(keys(people)) == 5


def test_what_was_kept_long_enough_expires(people: Path, run: Run) -> None:
    """Named or not, a collection that states days loses what is older, and one that states none is left alone."""
    assert "for ever" in run("items", "expire", "people").stderr
    assert json.loads(run("items", "expire", "--json").stdout) == []
    change(people, "people", {"keep_days": 3})
    assert json.loads(run("items", "expire", "people", "--json").stdout)[0]["items"] == 0
    with connect(f"sqlite:///{people / 'likeness.sqlite'}").writing() as connection:
        old = datetime.now(UTC) - timedelta(days=4)
        connection.execute(update(items).where(items.c.key.in_(["k1", "k2"])).values(pictured_at=old))
    text = run("items", "expire").stdout
    assert "people" in text
    assert set(keys(people)) == {"k0", "k3", "k4", "k5", "k6"}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "--where NAME=VALUE, or --key"),
        (("--where", "a=b", "--key", "c"), "either --where or --key"),
        (("--where", "identity"), "no condition"),
        (("--where", "=7"), "no condition"),
        (("--where", "{broken"), "not JSON"),
    ],
)
def test_what_names_nobody_is_refused(home: Path, run: Run, options: Sequence[str], sentence: str) -> None:
    """Without a clear word on who is meant nothing is opened."""
    result = run("items", "erase", "people", *options, "--yes")
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not home.exists()
