"""Tests of the catalogue as a whole: what it promises, processes that share it, and processes that die."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from indexer import catalogue as package
from indexer.catalogue import Catalogue, ItemDraft, SqlCatalogue, open_catalogue

ROOT = Path(__file__).parents[3]
PROMISES = sorted(
    name for name, member in vars(Catalogue).items() if inspect.isfunction(member) and not name.startswith("_")
)

WRITER = """
import sys
import numpy as np
from indexer.catalogue import ItemDraft, open_catalogue

url, name = sys.argv[1:]
with open_catalogue(url) as catalogue:
    for number in range(5):
        draft = ItemDraft(f"{name}-{number}", picture=name, vectors={"d": np.ones(2, np.float32)})
        [written] = catalogue.upsert("shoes", [draft])
        sys.stdout.write(f"{written.change_seq}\\n")
"""

DYING = """
import os, sys
import numpy as np
from indexer.catalogue import ItemDraft, open_catalogue, sql_items

# Everything is written but not yet committed.
real = sql_items.write_vectors

def die(*arguments):
    real(*arguments)
    os._exit(9)

sql_items.write_vectors = die
with open_catalogue(sys.argv[1]) as catalogue:
    new = np.zeros(2, np.float32)
    catalogue.upsert("shoes", [ItemDraft(key, "new", {"n": 2}, "q", vectors={"d": new}) for key in "ab"])
"""


@pytest.mark.parametrize("name", PROMISES)
def test_every_promise_is_kept_in_its_own_terms(name: str) -> None:
    """The catalogue in SQL takes what the contract says, by the same names and with the same defaults."""
    promised = inspect.signature(getattr(Catalogue, name))
    kept = inspect.signature(getattr(SqlCatalogue, name))
    assert getattr(SqlCatalogue, name) is not getattr(Catalogue, name)
    assert kept == promised
    assert inspect.getdoc(getattr(SqlCatalogue, name))


def test_the_package_has_what_it_names() -> None:
    """Everything in the list of names is there, sorted, and no name is missing a thing."""
    assert all(hasattr(package, name) for name in package.__all__)
    assert len(set(package.__all__)) == len(package.__all__)


def test_what_is_written_outlives_the_process(database_url: str) -> None:
    """A catalogue that is closed and opened again is the same."""
    with open_catalogue(database_url) as first:
        first.create_collection("shoes", "sketch", "Shoes")
        [item] = first.upsert("shoes", [ItemDraft("a", "A", {"x": 1}, "p", vectors={"d": np.ones(2, np.float32)})])
        state = first.state("shoes")
    with open_catalogue(database_url) as second:
        assert second.item("shoes", "a") == item
        assert second.state("shoes") == state
        assert second.vectors("shoes", "d").ids.tolist() == [item.id]


def test_processes_share_the_numbers(database_url: str) -> None:
    """Processes that write at the same time take every number once, and all that they wrote is there."""
    with open_catalogue(database_url) as catalogue:
        catalogue.create_collection("shoes", "sketch")
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, database_url, name], cwd=ROOT, stdout=subprocess.PIPE, text=True
            )
            for name in ("x", "y")
        ]
        taken = [[int(line) for line in writer.communicate()[0].split()] for writer in writers]
        assert [writer.returncode for writer in writers] == [0, 0]
        assert sorted(number for numbers in taken for number in numbers) == list(range(1, 11))
        assert all(numbers == sorted(numbers) for numbers in taken)
        assert catalogue.vector_count("shoes", "d") == 10
        assert catalogue.pictures() == {"x", "y"}


def test_a_kill_in_the_middle_of_a_write_leaves_nothing_of_it(database_url: str) -> None:
    """A process that dies before its commit has changed nothing: no row, no vector, no number, and no lock stays."""
    with open_catalogue(database_url) as catalogue:
        catalogue.create_collection("shoes", "sketch")
        old = np.ones(2, np.float32)
        [before] = catalogue.upsert("shoes", [ItemDraft("a", "old", {"n": 1}, "p", vectors={"d": old})])
        died = subprocess.run([sys.executable, "-c", DYING, database_url], cwd=ROOT, check=False)
        assert died.returncode == 9
        assert catalogue.page("shoes").items == [before]
        assert catalogue.state("shoes").change_seq == 1
        changes = catalogue.changes("shoes", 0, "d")
        assert changes.ids.tolist() == [before.id]
        np.testing.assert_array_equal(changes.vectors, [old])
        assert len(catalogue.changes("shoes", 1, "d").removed) == 0
        assert catalogue.upsert("shoes", [ItemDraft("a")])[0].change_seq == 2
