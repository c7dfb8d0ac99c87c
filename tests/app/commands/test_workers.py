"""`likeness serve --workers 2` as it is installed: one port, one truth, and nobody left behind."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.processes import PATIENCE, serving

MISSING = 40


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


def misses(url: str) -> float:
    """Return how many requests for what is not there have been counted."""
    return sum(
        value
        for labels, value in samples(url, "likeness_http_request_seconds_count").items()
        if ("status", "404") in labels
    )


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_workers_are_one_server(tmp_path: Path, end: signal.Signals) -> None:
    """Whoever is asked tells all requests, who is killed is followed and loses no count, and all end with the first."""
    with serving(tmp_path / "var", "serve", "--workers", 2) as (url, process):
        try:
            first = workers_of(process.pid)
            assert len(first) == 2
            for _ in range(MISSING):
                assert httpx.get(f"{url}/v1/nothing", timeout=PATIENCE).status_code == 404
            # A request is counted once its answer is sent, which may be just after it was read.
            while misses(url) < MISSING:
                pass
            assert misses(url) == MISSING
            assert set(samples(url, "process_resident_memory_bytes")) == {(("worker", "0"),), (("worker", "1"),)}
            victim = min(first, key=lambda worker: worker.pid)
            victim.kill()
            while len(now := workers_of(process.pid) - {victim}) < 2:
                assert httpx.get(f"{url}/health/live", timeout=PATIENCE).status_code == 200
            assert first - {victim} < now
            assert misses(url) == MISSING
        finally:
            process.send_signal(end)
        assert process.wait(PATIENCE) == {signal.SIGTERM: 0, signal.SIGINT: 130, signal.SIGKILL: -signal.SIGKILL}[end]
        assert psutil.wait_procs(now, PATIENCE)[1] == []
