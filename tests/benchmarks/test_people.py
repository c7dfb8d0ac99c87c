"""Searching for people: shares are of the bare network, and each search has the crops it is said to have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks import people
from benchmarks.load import Load
from benchmarks.peer import Peer
from benchmarks.people import CROPS, MODEL, ROUNDS, People, Round, measure
from benchmarks.processes import Usage


def test_shares_are_of_the_bare_network() -> None:
    """The median round counts: of the service for each number of crops, and of the path for all of them."""
    rounds = {
        1: tuple(Round(service, Peer(80.0, 100.0)) for service in (20.0, 30.0, 90.0)),
        32: tuple(Round(service, Peer(90.0, 200.0)) for service in (150.0, 170.0, 10.0)),
    }
    found = People(rounds, {1: Peer(80.0, 100.0)})
    assert (found.share(1), found.share(32)) == (0.3, 0.75)
    assert found.path_share == pytest.approx((0.8 + 0.45) / 2)


def test_crops_are_counted_and_not_searches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten crops a processor second are ten, whether ten searches have one each or one has ten of them."""
    (tmp_path / "a.jpg").write_bytes(b"a")
    sent: list[int] = []
    spent = iter(range(1000))

    def saturates(url: str, contents: list[bytes], requests: int, connections: int, a_search: int) -> Load:
        assert contents == [b"a"]
        assert url == "http://server/v1/search/person?collection=people"
        sent.append(requests * a_search)
        return Load(requests, 1.0, ())

    def peers(environment: Mapping[str, str], side: str, folder: Path, batches: Any, crops: int, model: str) -> Any:
        assert (side, folder, model) == ("queries", tmp_path, MODEL)
        return {batch: Peer(batch, 2 * batch) for batch in batches or (1, 8)}

    @contextmanager
    def serving(environment: Mapping[str, str]) -> Iterator[tuple[Any, str]]:
        yield SimpleNamespace(pid=1), "http://server"

    monkeypatch.setattr(people, "saturate", saturates)
    monkeypatch.setattr(people, "run_peer", peers)
    monkeypatch.setattr(people, "server", serving)
    monkeypatch.setattr(people, "usage", lambda _: Usage(float(next(spent)), 1.0))
    found = measure({}, tmp_path, 320)
    each = 320 // ROUNDS
    assert set(sent[1 : ROUNDS + 1] + sent[-ROUNDS:]) == {each, each // max(CROPS) * max(CROPS)}
    # A processor second passes between two readings.
    assert {crops: {one.service for one in rounds} for crops, rounds in found.rounds.items()} == {
        1: {each},
        max(CROPS): {each // max(CROPS) * max(CROPS)},
    }
    assert {one.peer for rounds in found.rounds.values() for one in rounds} == {Peer(8, 16)}
