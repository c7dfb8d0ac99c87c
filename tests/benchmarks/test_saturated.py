"""A saturated server: shares are of the peer, and each request has the pictures it is said to have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.settings import Settings
from benchmarks import saturated
from benchmarks.load import Load
from benchmarks.peer import Peer
from benchmarks.processes import Usage
from benchmarks.saturated import ROUNDS, Asked, Round, Saturated, measure

ASKED = Asked("/v1/things?k=1", "thing", "items", numbers=(1, 32), connections=3, answered="things")


def test_shares_are_of_the_peer() -> None:
    """The median round counts: of the service for each number of pictures, and of the path for all of them."""
    rounds = {
        1: tuple(Round(service, Peer(80.0, 100.0)) for service in (20.0, 30.0, 90.0)),
        32: tuple(Round(service, Peer(90.0, 200.0)) for service in (150.0, 180.0, 10.0)),
    }
    found = Saturated(rounds, {1: Peer(80.0, 100.0)})
    assert (found.of_network(1), found.of_network(32)) == (0.3, 0.75)
    assert found.of_loop(1) == 0.375
    assert found.of_loop(32) == pytest.approx(150 / 90)
    assert found.path_share == pytest.approx((0.8 + 0.45) / 2)


def test_no_more_is_sent_than_a_server_takes() -> None:
    """As many requests at a time as there are connections, but not more pictures than its queue holds."""
    queue = Settings.model_fields["queue_size"].default
    for number in (1, 2, 16, 21, 22, 32, 64):
        sent = ASKED.together(number)
        assert sent == ASKED.connections or (sent * number <= queue < (sent + 1) * number)
        assert sent * number <= queue
    assert ASKED.together(100) == 1


def test_pictures_are_counted_and_not_requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten pictures a processor second are ten, whether ten requests have one each or one has ten of them."""
    (tmp_path / "a.jpg").write_bytes(b"a")
    sent: list[int] = []
    spent = iter(range(1000))

    def saturates(url: str, contents: list[bytes], requests: int, connections: int, number: int, answered: str) -> Load:
        assert contents == [b"a"]
        assert (url, connections, answered) == ("http://server/v1/things?k=1", {1: 3, 32: 2}[number], "things")
        sent.append(requests * number)
        return Load(requests, 1.0, ())

    def peers(environment: Mapping[str, str], side: str, folder: Path, batches: Any, pictures: int, model: str) -> Any:
        assert (side, folder, model) == ("items", tmp_path, "thing")
        return {batch: Peer(batch, 2 * batch) for batch in batches or (1, 8)}

    @contextmanager
    def serving(environment: Mapping[str, str]) -> Iterator[tuple[Any, str]]:
        yield SimpleNamespace(pid=1), "http://server"

    monkeypatch.setattr(saturated, "saturate", saturates)
    monkeypatch.setattr(saturated, "run_peer", peers)
    monkeypatch.setattr(saturated, "server", serving)
    monkeypatch.setattr(saturated, "usage", lambda _: Usage(float(next(spent)), 1.0))
    found = measure({}, tmp_path, 320, ASKED)
    each = 320 // ROUNDS
    assert set(sent[1 : ROUNDS + 1] + sent[-ROUNDS:]) == {each, each // 32 * 32}
    # A processor second passes between two readings.
    assert {number: {one.service for one in rounds} for number, rounds in found.rounds.items()} == {
        1: {each},
        32: {each // 32 * 32},
    }
    assert {one.peer for rounds in found.rounds.values() for one in rounds} == {Peer(8, 16)}
