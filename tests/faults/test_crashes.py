"""A server and an indexer under load are killed: what was answered is there afterwards, and nothing else is."""

from __future__ import annotations

import random
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.client import LikenessClient
from tests.faults.clients import COLLECTION, EVERYTHING, PICTURES, Client, connect, content_of, picture
from tests.faults.conftest import Faults
from tests.faults.ledger import Content
from tests.processes import PATIENCE, command, environment, serving, weights_lacking

CLIENTS = 4
LOAD_S = 2.0
"""A kill comes at any moment within so many seconds of load."""
SAME = 0.98
"""A cosine that two vectors of one picture surpass, and those of two pictures do not."""
VICTIMS = [("server",), ("indexer",), ("server", "indexer")]


class Site:
    """A server, and an indexer that never rests, on one data folder and one database."""

    def __init__(self, home: Path, database_url: str) -> None:
        """Start nothing yet."""
        self._home = home
        patient = str(PATIENCE * 1000)
        self._variables = {"LIKENESS_DATABASE_URL": database_url, "LIKENESS_DEADLINE_MS": patient}
        self._server = ExitStack()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.url = ""

    def start(self, name: str) -> None:
        """Start one of the two, and wait until the server takes requests."""
        if name == "server":
            self.url, process = self._server.enter_context(serving(self._home, "serve", **self._variables))
        else:
            process = subprocess.Popen(
                command("index", "watch", COLLECTION, "--every", 0.1, "--bound", 0),
                env=environment(self._home, **self._variables),
                stdout=subprocess.DEVNULL,
            )
        self._running[name] = process

    def kill(self, names: Sequence[str]) -> None:
        """Kill at once; no process has a moment to put its things in order."""
        for name in names:
            assert self._running[name].poll() is None, f"The {name} ended by itself."
            self._running[name].kill()
        for name in names:
            self._running.pop(name).wait(PATIENCE)
            if name == "server":
                self._server.close()

    def command(self, *arguments: object) -> None:
        """Run a command to its end; it has to succeed."""
        subprocess.run(
            command(*arguments),
            env=environment(self._home, **self._variables),
            timeout=PATIENCE,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def close(self) -> None:
        """Kill whatever runs."""
        for process in self._running.values():
            process.kill()
            process.wait(PATIENCE)
        self._server.close()


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Serve an empty collection, with the indexer beside it."""
    if lacking := weights_lacking(tmp_path / "none"):
        pytest.skip(lacking)
    site = Site(tmp_path / "home", database_url)
    try:
        site.start("server")
        with connect(site.url) as server:
            server.create_collection(COLLECTION)
        site.start("indexer")
        yield site
    finally:
        site.close()


def store_references(server: LikenessClient) -> dict[str, str]:
    """Store each picture once, under a key that stays; returns the keys with the addresses of the pictures."""
    return {
        f"picture {number}": str(
            server.put_item(
                COLLECTION, f"picture {number}", picture(number), metadata={"picture": number, "colour": ""}
            ).image_url
        )
        for number in range(PICTURES)
    }


def examine(server: LikenessClient, clients: Sequence[Client], references: Mapping[str, str]) -> None:
    """Compare everything that the server holds, and finds, with what the clients know."""
    items = list(server.items(COLLECTION))
    found = {item.key: content_of(item) for item in items}
    assert len(found) == len(items)
    for client in clients:
        client.ledger.see(found)
    assert set(found) == {key for client in clients for key in client.ledger.stored()} | set(references)
    addresses = list(references.values())
    assert all(item.image_url == addresses[found[item.key].picture] for item in items)
    for number, reference in enumerate(references):
        compare_neighbours(server, reference, number, found)


def compare_neighbours(server: LikenessClient, reference: str, number: int, found: Mapping[str, Content]) -> None:
    """Make sure that every item is found, with its own facts, and with the vector of its own picture."""
    hits = server.search_similar(COLLECTION, reference, k=EVERYTHING).hits
    assert {hit.key: content_of(hit) for hit in hits} == {key: found[key] for key in found if key != reference}
    alike = {hit.key for hit in hits if hit.score > SAME}
    assert alike == {key for key in found if found[key].picture == number and key != reference}


def test_who_is_killed_loses_nothing_that_was_answered(site: Site, faults: Faults) -> None:
    """No answered write is lost, no other is there by half, no deleted item comes back, no vector is another item's."""
    chance = random.Random(faults.seed)
    clients = [Client(str(number), faults.seed) for number in range(CLIENTS)]
    with connect(site.url) as server:
        references = store_references(server)
        pictures = {url: server.picture(url) for url in references.values()}
    answered = 0
    for kill in range(faults.kills):
        enough = threading.Event()
        with ThreadPoolExecutor(CLIENTS) as pool:
            working = [pool.submit(client.work, site.url, enough) for client in clients]
            time.sleep(chance.uniform(0, LOAD_S))
            victims = VICTIMS[kill % len(VICTIMS)]
            site.kill(victims)
            enough.set()
        answered += sum(client.result() for client in working)
        for victim in victims:
            site.start(victim)
        with connect(site.url) as server:
            examine(server, clients, references)
            for client in clients:
                client.take_up(server)
            examine(server, clients, references)
    assert answered >= faults.kills
    with connect(site.url) as server:
        assert {url: server.picture(url) for url in references.values()} == pictures
    site.kill(["indexer"])
    site.command("index", "build", COLLECTION)
    site.command("index", "prune", COLLECTION)
    site.command("index", "verify", COLLECTION)
    with connect(site.url) as server:
        examine(server, clients, references)
