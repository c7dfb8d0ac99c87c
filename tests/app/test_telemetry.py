"""Metrics, logs, and the id that ties an answer to its log lines."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from app.batching import Batch
from app.telemetry import JsonFormatter, RequestTrace, Telemetry, configure_logging, request_id


def sample(telemetry: Telemetry, name: str, **labels: str) -> float | None:
    """Read one number of a telemetry's metrics."""
    return telemetry.registry.get_sample_value(name, labels)


async def echo(_: Request) -> PlainTextResponse:
    """Answer with the request's id, as code deep inside would read it."""
    return PlainTextResponse(str(request_id()))


@pytest.fixture
def telemetry() -> Telemetry:
    """Make fresh metrics."""
    return Telemetry()


@pytest.fixture
def client(telemetry: Telemetry) -> Iterator[TestClient]:
    """Make a traced application of one route."""
    app = RequestTrace(Starlette(routes=[Route("/echo", echo)]), telemetry)
    with TestClient(app) as client:
        yield client


def test_every_answer_carries_the_id_that_the_code_inside_saw(client: TestClient) -> None:
    """An id is made for each request, it is unique, and a 404 has one too."""
    answers = [client.get("/echo") for _ in range(3)]
    assert [answer.text for answer in answers] == [answer.headers["X-Request-ID"] for answer in answers]
    assert len({answer.text for answer in answers}) == 3
    assert client.get("/missing").headers["X-Request-ID"]
    assert request_id() is None


@pytest.mark.parametrize("name", ["4d3c9a51", "trace:7f.3_a-b", "x" * 128])
def test_a_sane_id_of_the_caller_is_taken_over(name: str, client: TestClient) -> None:
    """A proxy's id runs through, so that its logs and ours meet."""
    assert client.get("/echo", headers={"X-Request-ID": name}).headers["X-Request-ID"] == name


@given(name=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=200))
def test_no_id_of_a_caller_can_break_headers_or_logs(name: str) -> None:
    """Whatever is sent, the id in use is short and made of harmless characters."""
    with TestClient(RequestTrace(Starlette(routes=[Route("/echo", echo)]), Telemetry())) as client:
        used = client.get("/echo", headers=[(b"X-Request-ID", name.encode("latin-1"))]).headers["X-Request-ID"]
    assert 1 <= len(used) <= 128
    assert all(character.isascii() and (character.isalnum() or character in "._:-") for character in used)


def test_requests_are_counted_by_route_not_by_path(client: TestClient, telemetry: Telemetry) -> None:
    """Paths that exist nowhere share one line, so that a scanner cannot fill the memory with metrics."""
    for path in ("/echo", "/one", "/two"):
        client.get(path)
    labels = {"method": "GET", "route": "unmatched", "status": "404"}
    assert sample(telemetry, "likeness_http_request_seconds_count", **labels) == 2


def test_a_refused_head_is_a_request_of_which_little_is_known(telemetry: Telemetry) -> None:
    """It stands beside the others, by its status, with the time it took."""
    for status, seconds in ((431, 0.25), (408, 15.0), (408, 16.0)):
        telemetry.refused_head(status, seconds)
    labels = {"method": "unread", "route": "unmatched", "status": "408"}
    assert sample(telemetry, "likeness_http_request_seconds_count", **labels) == 2
    assert sample(telemetry, "likeness_http_request_seconds_sum", **labels) == 31.0


def test_a_batch_is_counted_once_in_size_and_time_and_per_item_in_waits(telemetry: Telemetry) -> None:
    """Three items that waited and one run of the device are three waits, one size, one duration."""
    telemetry.batch("sketch", "queries", Batch(waited=(0.5, 0.25, 0.25), ran=2.0))
    labels = {"model": "sketch", "side": "queries"}
    assert sample(telemetry, "likeness_batch_size_items_sum", **labels) == 3
    assert sample(telemetry, "likeness_batch_size_items_count", **labels) == 1
    assert sample(telemetry, "likeness_inference_seconds_sum", **labels) == 2.0
    assert sample(telemetry, "likeness_queue_seconds_count", **labels) == 3
    assert sample(telemetry, "likeness_queue_seconds_sum", **labels) == 1.0


def test_the_exposition_holds_every_step_as_a_histogram_in_base_units(telemetry: Telemetry) -> None:
    """Prometheus's own parser reads it, and each step is there before it first happened."""
    families = {family.name: family.type for family in text_string_to_metric_families(telemetry.exposition().decode())}
    steps = ("decode", "prepare", "queue", "inference", "index", "metadata")
    assert {families[f"likeness_{step}_seconds"] for step in steps} == {"histogram"}
    assert families["likeness_batch_size_items"] == "histogram"
    assert "process_resident_memory_bytes" in families


def test_two_servers_in_one_process_count_apart(telemetry: Telemetry) -> None:
    """Each has a registry of its own."""
    telemetry.decode.observe(1.0)
    assert sample(Telemetry(), "likeness_decode_seconds_count") == 0


def test_a_log_line_is_one_json_object_with_the_requests_id(client: TestClient) -> None:
    """The access line can be found by the id in the answer, and newlines stay inside it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("likeness.access")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        answer = client.get("/echo%0Ainjected")
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    (line,) = written.getvalue().splitlines()
    facts = json.loads(line)
    assert facts["request_id"] == answer.headers["X-Request-ID"]
    assert (facts["level"], facts["status"], facts["path"]) == ("INFO", 404, "/echo\ninjected")
    assert facts["seconds"] >= 0


def test_an_error_is_logged_with_its_traceback() -> None:
    """The traceback travels inside the JSON object."""
    try:
        raise ValueError("why")  # noqa: EM101, TRY301 - made to be logged
    except ValueError:
        record = logging.getLogger("x").makeRecord("x", logging.ERROR, "f", 1, "it %s", ("failed",), sys.exc_info())
    facts = json.loads(JsonFormatter().format(record))
    assert facts["message"] == "it failed"
    assert "ValueError: why" in facts["traceback"]
    assert "request_id" not in facts


def test_logs_go_to_standard_error_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """What the server starts with replaces whatever was configured before."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        root.handlers = []
        configure_logging("WARNING")
        logging.getLogger("likeness.test").info("not this")
        logging.getLogger("likeness.test").warning("this")
        logging.getLogger("python_multipart.multipart").warning("nor what a stranger can cause")
    finally:
        root.handlers, root.level = handlers, level
    lines = capsys.readouterr().err.splitlines()
    assert [json.loads(line)["message"] for line in lines] == ["this"]
