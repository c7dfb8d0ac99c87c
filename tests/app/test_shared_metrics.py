"""Metrics of several workers: what any of them tells is the sum of all, as if one had counted everything."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import values
from prometheus_client.parser import text_string_to_metric_families

from app.shared_metrics import SharedMetrics
from app.telemetry import Telemetry

Told = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture(autouse=True)
def _apart(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Count in memory again afterwards."""
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "unset")
    yield
    close()


def close() -> None:
    """Close the files of all workers of this process."""
    values.close_all_multiprocess_files()  # type: ignore[no-untyped-call]


def told(telemetry: Telemetry) -> Told:
    """Read everything that a telemetry tells of Likeness itself."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(telemetry.exposition().decode())
        for sample in family.samples
        if sample.name.startswith("likeness_") and not sample.name.endswith("_created")
    }


# Durations that add up without rounding, in any order.
REQUESTS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["200", "404", "503"]), st.sampled_from([0.0, 2**-10, 0.25, 64.0])),
    max_size=40,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests=REQUESTS)
def test_every_worker_tells_what_one_process_would(requests: list[tuple[int, str, float]]) -> None:
    """However requests are spread over workers, each of them tells the buckets, sums and counts of all."""
    values.ValueClass = values.MutexValue
    alone = Telemetry()
    with TemporaryDirectory() as folder:
        counting: list[tuple[Telemetry, type]] = []
        for number in range(3):
            telemetry = Telemetry(SharedMetrics(Path(folder), number))
            counting.append((telemetry, values.ValueClass))
        workers = [telemetry for telemetry, _ in counting]
        for number, status, seconds in requests:
            for telemetry, kind in ((alone, values.MutexValue), counting[number]):
                # What a process decides once: where its metrics lie.
                values.ValueClass = kind
                telemetry.requests.labels("GET", "/", status).observe(seconds)
                telemetry.decode.observe(seconds)
        assert [told(worker) for worker in workers] == [told(alone)] * 3
        close()


def test_who_follows_a_dead_worker_goes_on_counting(tmp_path: Path) -> None:
    """What a worker counted before it died is not lost, so that no sum ever falls, and no file is added."""
    first = Telemetry(SharedMetrics(tmp_path, 0))
    other = Telemetry(SharedMetrics(tmp_path, 1))
    first.decode.observe(1.0)
    other.decode.observe(2.0)
    files = sorted(tmp_path.iterdir())
    again = Telemetry(SharedMetrics(tmp_path, 0))
    assert told(again)["likeness_decode_seconds_sum", ()] == 3.0
    again.decode.observe(4.0)
    for worker in (again, other):
        assert told(worker)["likeness_decode_seconds_sum", ()] == 7.0
        assert told(worker)["likeness_decode_seconds_count", ()] == 3
    assert sorted(tmp_path.iterdir()) == files


def test_the_lag_told_is_that_of_the_worker_furthest_behind(tmp_path: Path) -> None:
    """While one worker still loads a generation, the index is as old as that one's."""
    for number, lag in enumerate((3, 40, 0)):
        worker = Telemetry(SharedMetrics(tmp_path, number))
        worker.index_lag.labels("shoes").set(lag)
        assert told(worker)["likeness_index_lag_changes", (("collection", "shoes"),)] == max((3, 40, 0)[: number + 1])


def test_what_was_under_way_in_a_dead_worker_is_over(tmp_path: Path) -> None:
    """Requests under way are those of all living processes, not those that a process took with it."""
    for number, under_way in ((0, 3), (1, 2)):
        Telemetry(SharedMetrics(tmp_path, number)).under_way.set(under_way)
    successor = Telemetry(SharedMetrics(tmp_path, 0))
    assert told(successor)["likeness_requests_under_way", ()] == 2
    successor.under_way.set(5)
    assert told(successor)["likeness_requests_under_way", ()] == 7


def resident(telemetry: Telemetry) -> dict[str, float]:
    """Read the memory of every worker, by its number."""
    return {
        sample.labels["worker"]: sample.value
        for family in text_string_to_metric_families(telemetry.exposition().decode())
        for sample in family.samples
        if sample.name == "process_resident_memory_bytes"
    }


def test_processes_are_told_one_by_one(tmp_path: Path) -> None:
    """Each living worker has its own memory under its number; one that is dead has none."""
    telemetry = Telemetry(SharedMetrics(tmp_path, 0))
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (tmp_path / "1.pid").write_text(str(other.pid))
        memory = resident(telemetry)
        assert set(memory) == {"0", "1"}
        assert all(size > 0 for size in memory.values())
        other.kill()
        other.wait()
        assert set(resident(telemetry)) == {"0"}
    assert (tmp_path / "0.pid").read_text() == str(os.getpid())
