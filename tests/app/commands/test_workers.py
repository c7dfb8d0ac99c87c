"""`likeness serve --workers 2` as it is installed: one port, one truth, and nobody left behind."""

from __future__ import annotations

import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.connections import HEAD_BYTES
from tests.processes import PATIENCE, serving

WORKERS = 2
MISSING = 40
LARGE = 10


def workers_of(supervisor: int) -> set[psutil.Process]:
    """Return the workers that live: what a server started, but for the tracker of Python's own resources."""
    living = [
        child for child in psutil.Process(supervisor).children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE
    ]
    return {child for child in living if "resource_tracker" not in " ".join(child.cmdline())}


def samples(url: str, name: str) -> dict[tuple[tuple[str, str], ...], float]:
    """Ask any worker for a metric, over a connection of its own."""
    return {
        tuple(sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(httpx.get(f"{url}/metrics", timeout=PATIENCE).text)
        for sample in family.samples
        if sample.name == name
    }


def counted(url: str, status: int) -> float:
    """Return how many requests have been counted that were answered with a status."""
    return sum(
        value
        for labels, value in samples(url, "likeness_http_request_seconds_count").items()
        if ("status", str(status)) in labels
    )


def send_large_head(url: str) -> None:
    """Begin a request that no application hears of."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), PATIENCE) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nA: " + b"x" * HEAD_BYTES)
        assert connection.recv(12) == b"HTTP/1.1 431"


def assert_all_end(process: subprocess.Popen[bytes], end: signal.Signals, code: int) -> None:
    """Send a signal to a server, and make sure that it ends with that code and leaves nobody behind."""
    living = workers_of(process.pid)
    assert len(living) == WORKERS
    process.send_signal(end)
    assert process.wait(PATIENCE) == code
    assert psutil.wait_procs(living, PATIENCE)[1] == []


def test_workers_are_one_server(tmp_path: Path) -> None:
    """Whoever is asked tells all requests, who is killed is followed and loses no count, and SIGTERM ends all."""
    with serving(tmp_path / "var", "serve", "--workers", WORKERS) as (url, process):
        first = workers_of(process.pid)
        assert len(first) == WORKERS
        for _ in range(MISSING):
            assert httpx.get(f"{url}/v1/nothing", timeout=PATIENCE).status_code == 404
        # A request is counted once its answer is sent, which may be just after it was read.
        while counted(url, 404) < MISSING:
            pass
        assert counted(url, 404) == MISSING
        for _ in range(LARGE):
            send_large_head(url)
        while counted(url, 431) < LARGE:
            pass
        assert counted(url, 431) == LARGE
        assert set(samples(url, "process_resident_memory_bytes")) == {(("worker", "0"),), (("worker", "1"),)}
        victim = min(first, key=lambda worker: worker.pid)
        victim.kill()
        while len(now := workers_of(process.pid) - {victim}) < WORKERS:
            assert httpx.get(f"{url}/health/live", timeout=PATIENCE).status_code == 200
        assert first - {victim} < now
        assert (counted(url, 404), counted(url, 431)) == (MISSING, LARGE)
        assert_all_end(process, signal.SIGTERM, 0)


@pytest.mark.parametrize(("end", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_nobody_is_left_behind(tmp_path: Path, end: signal.Signals, code: int) -> None:
    """All workers end with the first process, also if it was killed and could not tell them."""
    with serving(tmp_path / "var", "serve", "--workers", WORKERS) as (_, process):
        assert_all_end(process, end, code)
