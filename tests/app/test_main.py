"""The server as a whole: it starts on nothing, describes itself, survives anything that is sent, and stops cleanly."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app import main
from models.devices import Device
from tests.app.serving import ADDRESS, application, build, client_of, create, load, png, put, search
from tests.models.fakes import FakePredictor


def test_it_starts_in_a_folder_that_does_not_exist_and_finds_everything_again(tmp_path: Path) -> None:
    """The first start makes the folders and tables, the second finds what the first stored."""
    home = tmp_path / "deep" / "var"
    with client_of(application(home)) as client:
        create(client)
        put(client, "a", 1)
    with client_of(application(home)) as client:
        assert [hit["key"] for hit in search(client, png(1)).json()["hits"]] == ["a"]


def test_one_application_can_be_started_twice(server: FastAPI) -> None:
    """Everything that is opened belongs to one run, so a second run opens it anew."""
    for name in ("one", "two"):
        with client_of(server) as client:
            create(client, name)
            assert search(client, png(1), collection=name).status_code == 200


def test_making_an_application_touches_nothing(tmp_path: Path) -> None:
    """No folder, no table and no thread comes into being before the start."""
    before = set(threading.enumerate())
    application(tmp_path / "var")
    assert not (tmp_path / "var").exists()
    # Threads of earlier tests may end meanwhile.
    assert set(threading.enumerate()) <= before


def test_what_serves_leaves_training_and_building_unloaded() -> None:
    """A server's process holds neither the pipeline nor any recipe."""
    code = (
        "import sys, app.main\n"
        "from models.registry import specs\n"
        "specs()\n"
        "found = [name for name in sys.modules if name.endswith('.recipe') or name in "
        "('models.training', 'indexer.pipeline', 'app.commands')]\n"
        "sys.exit(', '.join(found) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


class Blocked(FakePredictor):
    """A model that computes only when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = threading.Semaphore(0)
        self.release = threading.Event()

    def predict_queries(self, batch: Any) -> Any:
        """Wait, then embed."""
        self.entered.release()
        assert self.release.wait(60)
        return super().predict_queries(batch)


def post_in_threads(client: TestClient, count: int) -> tuple[list[threading.Thread], list[Any]]:
    """Send searches at once; returns the threads, and the list that their answers come into."""
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(search(client, png(1)))) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads, answers


def join(threads: Sequence[threading.Thread]) -> None:
    """Wait for threads."""
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_a_full_queue_answers_503_with_retry_after_and_recovers(tmp_path: Path) -> None:
    """One query on the device, two waiting, and the fourth is told to come back; all others are answered."""
    model = Blocked()
    server = application(tmp_path, lambda *_: model, queue_size=3)
    with client_of(server) as client:
        create(client)
        put(client, "a", 1)
        first, answers = post_in_threads(client, 1)
        assert model.entered.acquire(timeout=60)
        others, more = post_in_threads(client, 3)
        while not more:
            others[0].join(0.01)
        assert more[0].status_code == 503
        assert more[0].json()["type"] == "urn:likeness:problem:server-busy"
        assert int(more[0].headers["Retry-After"]) >= 1
        model.release.set()
        join([*first, *others])
        assert client.get("/metrics").text.count("likeness_requests_under_way 0.0") == 1
        assert sorted(answer.status_code for answer in answers + more) == [200, 200, 200, 503]
        assert search(client, png(1)).status_code == 200


def test_a_device_that_hangs_is_answered_for(tmp_path: Path) -> None:
    """Past the deadline the caller gets a 503 instead of silence."""
    model = Blocked()
    with client_of(application(tmp_path, lambda *_: model, deadline_ms=20)) as client:
        create(client)
        answer = search(client, png(1))
        model.release.set()
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:likeness:problem:deadline-exceeded")


def test_a_bug_in_a_model_fails_its_callers_with_a_500(tmp_path: Path) -> None:
    """The server goes on, and the details stay in its log."""

    class Broken(FakePredictor):
        def predict_queries(self, batch: Any) -> Any:
            message = "a secret"
            raise FloatingPointError(message)

    with client_of(application(tmp_path, lambda *_: Broken())) as client:
        create(client)
        answer = search(client, png(1))
        assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
        assert "secret" not in answer.text
        assert client.get("/health/live").status_code == 200


def test_a_body_above_the_limit_is_refused_on_every_path(tmp_path: Path) -> None:
    """Searches, uploads and JSON alike, before anything is decoded."""
    giant = b"x" * 5000
    with client_of(application(tmp_path, max_body_bytes=4096)) as client:
        create(client)
        for answer in (
            search(client, giant),
            client.put("/v1/collections/shoes/items/a", files={"image": giant}),
            client.patch("/v1/collections/shoes/items/a", content=giant, headers={"Content-Type": "application/json"}),
            client.post("/v1/collections", content=giant, headers={"Content-Type": "application/json"}),
        ):
            assert (answer.status_code, answer.json()["type"]) == (413, "urn:likeness:problem:content-too-large")
            assert answer.headers["X-Request-ID"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=300),
    media_type=st.sampled_from(
        ["application/json", "multipart/form-data; boundary=b", "multipart/form-data", "text/plain", ""]
    ),
    target=st.sampled_from(
        [
            ("POST", "/v1/search/fake"),
            ("POST", "/v1/view/fake"),
            ("POST", "/v1/embed/fake"),
            ("POST", "/v1/collections"),
            ("PUT", "/v1/collections/shoes/items/a"),
            ("PATCH", "/v1/collections/shoes/items/a"),
        ]
    ),
)
def test_no_body_whatever_makes_the_server_fail(
    client: TestClient, content: bytes, media_type: str, target: tuple[str, str]
) -> None:
    """Any bytes under any type are the caller's fault, and said so as a problem."""
    method, path = target
    framed = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n' + content + b"\r\n--b--\r\n"
    for body in (content, framed):
        answer = client.request(method, path, content=body, headers={"Content-Type": media_type})
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.headers["content-type"] == "application/problem+json"


def test_only_this_machine_and_its_own_page_are_answered(client: TestClient) -> None:
    """On loopback a foreign Host or Origin is refused, whatever is asked."""
    assert client.get("/v1/models", headers={"Host": "evil.example"}).status_code == 403
    assert client.get("/v1/models", headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.get("/v1/models", headers={"Origin": ADDRESS}).status_code == 200


def test_a_server_on_the_network_answers_to_any_name(tmp_path: Path) -> None:
    """Behind other names than loopback's, names are the proxy's business; keys are asked for."""
    with client_of(application(tmp_path, host="0.0.0.0")) as client:  # noqa: S104 - that is what is tested
        assert client.get("/", headers={"Host": "shop.example"}).status_code == 200
        assert client.get("/v1/models", headers={"Host": "shop.example"}).status_code == 401


def test_nothing_is_left_running_after_the_end(server: FastAPI) -> None:
    """The device's thread ends, and who asks the stopped queue is refused."""
    before = set(threading.enumerate())
    with client_of(server) as client:
        create(client)
        assert search(client, png(1)).status_code == 200
        (device,) = (thread for thread in set(threading.enumerate()) - before if thread.name.startswith("device"))
    assert not device.is_alive()


@pytest.mark.parametrize("path", ["/v1/collections/", "/v1/models/", "/health/live/"])
def test_addresses_are_exact(path: str, client: TestClient) -> None:
    """A slash too many is a 404, not a redirect that would drop a body."""
    assert client.get(path).status_code in {404, 405}


def test_the_loader_is_asked_by_name_and_digest(tmp_path: Path) -> None:
    """What a collection was written with is what is loaded when the server starts again."""
    asked: list[tuple[str, str | None]] = []

    def loader(model: str, digest: str | None) -> Any:
        asked.append((model, digest))
        return load(model, digest)

    for _ in range(2):
        with client_of(application(tmp_path, loader)) as client:
            if not asked:
                create(client)
                put(client, "a", 1)
            search(client, png(1))
    assert asked[0] == ("fake", None)
    assert asked[-1] == ("fake", FakePredictor().digest)


class FakeAccelerator:
    """A GPU that has no index of any type, and remembers what happened to it."""

    def __init__(self) -> None:
        self.offered = 0
        self.closed = False

    def load(self, _: Any) -> None:
        """Take nothing."""
        self.offered += 1

    def close(self) -> None:
        """Remember."""
        self.closed = True


@pytest.mark.parametrize("name", ["cpu", "cuda"])
def test_indexes_are_searched_on_the_gpu_where_the_networks_run_there(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On CUDA each loaded generation is offered to the GPU, which is let go at the end; a CPU needs none."""
    accelerator = FakeAccelerator()
    monkeypatch.setattr(main, "choose_device", lambda *_: Device(name, torch.float32, 1))
    monkeypatch.setattr(main, "find_accelerator", lambda: accelerator)
    server = application(tmp_path)
    with client_of(server) as client:
        create(client)
        for seed in range(3):
            put(client, str(seed), seed)
        parts = server.state.services
        build(parts.catalogue, parts.generations, "shoes")
        parts.live.load("shoes")
        assert search(client, png(1)).json()["hits"][0]["key"] == "1"
    assert (accelerator.offered > 0) is accelerator.closed is (name == "cuda")
