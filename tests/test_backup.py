"""What docs/operations.md says of backups, done as it says while a server writes, and what comes back."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.client import LikenessClient
from app.commands.stores import opened
from app.settings import Settings
from tests.documents import blocks_under
from tests.faults.clients import PICTURES, picture
from tests.processes import command, environment, serving, weights_lacking


def read_along(folder: Path, text: str) -> None:
    """Do in a shell what a reader copies; every command has to succeed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIKENESS_")}
    path = f"{Path(sys.prefix) / 'bin'}:{os.environ['PATH']}"
    subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=folder, env={**kept, "PATH": path}, check=True)


def keys_in(home: Path) -> set[str]:
    """Return the keys of all items, each of which must be searchable and have its picture."""
    with opened(Settings(home=home, device="cpu")) as stores:
        items = stores.catalogue.page("shoes", limit=10_000).items
        assert all(stores.pictures.open(str(item.picture)).is_file() for item in items)
        return {item.key for item in items}


def write(server: LikenessClient, written: list[str], enough: threading.Event) -> None:
    """Store items one after the other, and remember which."""
    while not enough.is_set():
        key = f"new {len(written)}"
        server.put_item("shoes", key, picture(len(written)))
        written.append(key)


def test_a_backup_taken_while_a_server_writes_brings_everything_back(tmp_path: Path) -> None:
    """What was answered before it began is in it, what came later is in it or not, and all of it is sound."""
    if lacking := weights_lacking(tmp_path / "none"):
        pytest.skip(lacking)
    backup, restore = (block.text for block in blocks_under("docs/operations.md", "## Back up and restore"))
    written: list[str] = []
    enough = threading.Event()
    with serving(tmp_path / "var", "serve") as (url, _), LikenessClient(url) as server:
        server.create_collection("shoes")
        before = {server.put_item("shoes", f"old {number}", picture(number)).key for number in range(PICTURES)}
        # As in a collection that lives, there is an index, which the backup does not hold.
        build = command("index", "build", "shoes")
        subprocess.run(build, env=environment(tmp_path / "var"), check=True, capture_output=True)
        writer = threading.Thread(target=write, args=(server, written, enough))
        writer.start()
        try:
            read_along(tmp_path, backup)
        finally:
            enough.set()
            writer.join()
    read_along(tmp_path, restore)
    restored = keys_in(tmp_path / "restored")
    assert before <= restored <= before | set(written)
    assert written
