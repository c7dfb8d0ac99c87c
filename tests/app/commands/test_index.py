"""`likeness index`, on a real SQLite catalogue and real indexes, with a model that has no weights."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app.commands.stores import opened
from app.settings import Settings
from tests.app.commands.conftest import Run, Shipped


def answer(run: Run, *arguments: object) -> Mapping[str, Any]:
    """Run a command with --json and return what it printed."""
    result = run("index", *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    printed: Mapping[str, Any] = json.loads(result.stdout)
    return printed


def published(run: Run) -> int:
    """Return the number of the generation that serves."""
    generations = answer(run, "status", "shoes")["status"]["generations"]
    (number,) = [generation["number"] for generation in generations if generation["published"]]
    return int(number)


def test_a_folder_becomes_a_collection(run: Run, shipped: Shipped, pictures: Path) -> None:
    """The collection is made, every picture is embedded, and the bad one is told of and stops nothing."""
    result = run("index", "build", "shoes", "--source", pictures, "--json")
    report = json.loads(result.stdout)
    assert (report["embedded"], report["rejected"], report["count"]) == (7, 1, 7)
    assert report["digest"] == shipped.checkpoints[0].digest
    assert all(report[f"{stopwatch}_s"] >= 0 for stopwatch in ("read", "embed", "write"))
    assert "broken.png" in result.stderr
    status = answer(run, "status", "shoes")
    assert (status["status"]["items"], status["status"]["model"]) == (7, "sketch")
    assert [reject["key"] for reject in status["rejects"]] == ["broken.png"]


def test_text_tells_of_the_three_stopwatches_and_why_this_index(run: Run, shipped: Shipped, pictures: Path) -> None:
    """Whoever reads the terminal sees how long reading, embedding and writing took, and the reason for the index."""
    text = run("index", "build", "shoes", "--source", pictures).stdout
    assert all(word in text for word in ("read", "embed", "write", "exact", "recall@10", "1.000"))


def test_a_second_build_embeds_nothing_again(run: Run, shipped: Shipped, pictures: Path) -> None:
    """What is unchanged is skipped; what is new is added."""
    answer(run, "build", "shoes", "--source", pictures)
    assert answer(run, "build", "shoes", "--source", pictures)["skipped"] == 7
    shutil.copy(pictures / "0.png", pictures / "again.png")
    assert answer(run, "build", "shoes", "--source", pictures)["embedded"] == 1
    assert shipped.embedded == 8


def test_columns_are_mapped_by_name(run: Run, shipped: Shipped, pictures: Path) -> None:
    """A table may call its columns what it likes; the rest is metadata."""
    table = pictures / "stock.jsonl"
    rows = [{"sku": f"s{number}", "name": "Boot", "photo": f"{number}.png", "price": number} for number in range(3)]
    table.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    columns = ("--key-column", "sku", "--title-column", "name", "--image-column", "photo")
    assert answer(run, "build", "shoes", "--source", table, *columns)["embedded"] == 3


def test_new_weights_are_built_beside_the_old(run: Run, shipped: Shipped, pictures: Path) -> None:
    """Without a source the stored pictures are embedded again, and the weights used are kept in the data folder."""
    answer(run, "build", "shoes", "--source", pictures)
    new = shipped.change()
    report = answer(run, "build", "shoes")
    assert (report["digest"], report["embedded"], report["generation"]) == (new.digest, 7, 2)
    old = shipped.checkpoints[0].digest
    assert answer(run, "build", "shoes", "--checkpoint", old[:8])["digest"] == old


def test_pictures_of_deleted_items_are_pruned(home: Path, run: Run, shipped: Shipped, pictures: Path) -> None:
    """Once they are old enough that no row can be on its way to them; what items show stays, and the index sound."""
    answer(run, "build", "shoes", "--source", pictures)
    with opened(Settings(home=home)) as stores:
        doomed = stores.catalogue.page("shoes").items[0]
        stores.catalogue.delete("shoes", doomed.key)
        assert len(stores.catalogue.pictures()) == 6
    assert answer(run, "prune", "shoes") == {"removed": [], "pictures": 0}
    for path in home.glob("pictures/*/*/*"):
        os.utime(path, (0, 0))
    assert "Removed 1 picture that no item" in run("index", "prune", "shoes").stdout
    assert "sound" in run("index", "verify", "shoes").stdout
    assert len(list(home.glob("pictures/originals/*/*"))) == len(list(home.glob("pictures/thumbnails/*/*"))) == 6


def test_generations_are_published_rolled_back_and_pruned(run: Run, shipped: Shipped, pictures: Path) -> None:
    """Each command changes which generation serves, or which are kept, and status shows it."""
    for number in range(3):
        shutil.copy(pictures / "0.png", pictures / f"new-{number}.png")
        answer(run, "build", "shoes", "--source", pictures)
    assert published(run) == 3
    assert answer(run, "rollback", "shoes")["number"] == 2
    assert published(run) == 2
    assert "generation 3" in run("index", "publish", "shoes", 3).stdout
    assert published(run) == 3
    assert answer(run, "prune", "shoes", "--keep", 1) == {"removed": [1, 2], "pictures": 0}
    assert run("index", "prune", "shoes", "--keep", 1).stdout == "Nothing was to be removed.\n"
    text = run("index", "status", "shoes").stdout
    assert "published" in text
    assert "broken.png" in text


def test_a_sound_index_is_told_from_a_damaged_one(home: Path, run: Run, shipped: Shipped, pictures: Path) -> None:
    """Verifying ends with 0 for a sound index, and with 1 and the reasons for a damaged one."""
    answer(run, "build", "shoes", "--source", pictures)
    assert "sound" in run("index", "verify", "shoes").stdout
    (index,) = home.glob("indexes/*/*/index.faiss")
    index.write_bytes(index.read_bytes()[:-1] + b"\x00\x01")
    result = run("index", "verify", "shoes", "--json")
    assert result.exit_code == 1
    assert len(json.loads(result.stdout)["problems"]) >= 1
    assert run("index", "verify", "shoes").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("build", "shoes", "--source", "/nowhere"), "/nowhere"),
        (("build", "hats"), "hats"),
        (("build", "Not A Name", "--source", "{pictures}"), "lower-case"),
        (("build", "shoes", "--source", "{pictures}", "--model", "reid"), "reid"),
        (("build", "shoes", "--source", "{pictures}", "--factory", "Nonsense"), "Nonsense"),
        (("status", "hats"), "hats"),
        (("verify", "hats"), "hats"),
        (("publish", "hats", 1), "hats"),
        (("publish", "shoes", 9), "9"),
        (("publish", "shoes", "first"), "integer"),
        (("rollback", "shoes"), "shoes"),
        (("prune", "hats"), "hats"),
        (("prune", "shoes", "--keep", 0), "--keep"),
    ],
)
def test_bad_input_is_one_sentence(
    run: Run, shipped: Shipped, pictures: Path, arguments: tuple[object, ...], word: str
) -> None:
    """Whatever cannot be done ends with exit code 2, nothing on stdout and one line that says why."""
    answer(run, "build", "shoes", "--source", pictures)
    result = run("index", *(str(argument).format(pictures=pictures) for argument in arguments))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert word in result.stderr
