"""Every command of the container files, run outside a container in the order in which an engine runs them."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.demo.shoes.catalogue import catalogue
from app.demo.shoes.painter import paint
from tests.containers import Image, build, compose, named_database
from tests.databases import PostgreSQL

PASSWORD = "letters4and2digits"
PATIENCE_S = 300

# Imported by every Python that starts: writes down each file and folder that Python code opens for writing or makes.
WATCHER = """
import os, sys
log = os.open(os.environ["WATCHED_WRITES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def watch(event, arguments):
    writing = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if (writing or event in {"os.mkdir", "os.rename", "os.link", "os.symlink"}) and not isinstance(arguments[0], int):
        os.write(log, os.path.abspath(os.fsdecode(arguments[0])).encode() + b"\\n")
sys.addaudithook(watch)
"""


@dataclass(frozen=True)
class Engine:
    """Runs containers of an image as processes of this machine."""

    image: Image
    environment: dict[str, str]

    def variables(self, service: dict[str, Any]) -> dict[str, str]:
        """Environment of a container of a service."""
        return {**self.image.variables(), **service["environment"], **self.environment}

    def run(self, service: dict[str, Any], command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, beside the entry point if it is the service's own."""
        argv = self.image.argv(command)
        return subprocess.run(
            argv, cwd=self.image.root / "data", env=self.variables(service), capture_output=True, text=True, check=False
        )

    def listens(self) -> bool:
        """Whether anybody takes connections at the service's port."""
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", int(self.environment["LIKENESS_PORT"]))) == 0

    @contextmanager
    def serve(self, service: dict[str, Any]) -> Iterator[subprocess.Popen[bytes]]:
        """Run a service until the end of the block, which begins when its health check passes."""
        argv = self.image.argv(self.image.entrypoint + service["command"])
        process = subprocess.Popen(argv, cwd=self.image.root / "data", env=self.variables(service))
        try:
            until = time.monotonic() + PATIENCE_S
            # An engine asks seldom; here each question is a process, so the first one waits for somebody to answer.
            while not self.listens() or self.run(service, self.image.health).returncode != 0:
                assert time.monotonic() < until, "The service did not become healthy."
                with suppress(subprocess.TimeoutExpired):
                    pytest.fail(f"The service ended with {process.wait(timeout=0.1)}.")
            yield process
        finally:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """What the Dockerfile makes, with the packages of this environment."""
    return build(tmp_path_factory.mktemp("image"), "cpu")


@pytest.fixture(scope="module")
def database(postgresql: PostgreSQL) -> Iterator[str]:
    """Folder of the socket of a PostgreSQL that holds the role and the database that the compose file names."""
    with named_database(postgresql, PASSWORD) as folder:
        yield folder


@pytest.fixture(scope="module")
def services(image: Image, database: str) -> dict[str, Any]:
    """The compose file's services, on that database."""
    pictures = image.root / "pictures"
    pictures.mkdir()
    for shoe in catalogue(3):
        paint(shoe.shape).save(pictures / f"{shoe.key}.png")
    document = compose({"POSTGRES_PASSWORD": PASSWORD})
    for service in document["services"].values():
        url = service["environment"].get("LIKENESS_DATABASE_URL")
        if url is not None:
            assert url.endswith("@database:5432/likeness")
            service["environment"]["LIKENESS_DATABASE_URL"] = url.replace(
                "@database:5432/likeness", f"@/likeness?host={database}"
            )
    found: dict[str, Any] = document["services"]
    return found


@pytest.fixture(scope="module")
def engine(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """What runs the services, on a free port, and watches what they write."""
    folder = tmp_path_factory.mktemp("watcher")
    (folder / "sitecustomize.py").write_text(WATCHER, "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return Engine(
        image,
        {"LIKENESS_PORT": str(port), "PYTHONPATH": str(folder), "WATCHED_WRITES": str(folder / "writes")},
    )


@pytest.fixture(scope="module")
def running(engine: Engine, services: dict[str, Any]) -> Iterator[subprocess.Popen[bytes]]:
    """The service of the compose file, healthy, after the key that it waits for was made."""
    for _ in range(2):
        keys = services["keys"]
        outcome = engine.run(keys, engine.image.entrypoint + keys["command"])
        assert outcome.returncode == 0, outcome.stderr
        assert "likeness_" not in outcome.stdout + outcome.stderr
    with engine.serve(services["service"]) as process:
        yield process


def bearer(engine: Engine) -> dict[str, str]:
    """Headers with the key that the first start has made."""
    return {"Authorization": f"Bearer {(engine.image.root / 'data' / 'first-key').read_text('utf-8').strip()}"}


def url_of(engine: Engine) -> str:
    """Where the service answers."""
    return f"http://127.0.0.1:{engine.environment['LIKENESS_PORT']}"


def test_the_installed_command_is_that_of_the_image(image: Image) -> None:
    """The entry point is found in the image's own environment, not in the one that runs the tests."""
    assert image.argv(image.entrypoint)[0] == str(image.root / "opt/likeness/bin/likeness")


def test_the_default_command_is_the_services(image: Image, services: dict[str, Any]) -> None:
    """Without compose the image does what the service does."""
    assert image.command == services["service"]["command"] == services["service-gpu"]["command"]


def test_the_database_is_healthy(services: dict[str, Any], database: str) -> None:
    """The database's health check passes on a database that runs, and fails on one that does not."""
    how, *command = services["database"]["healthcheck"]["test"]
    assert how == "CMD"
    for host, expected in ((database, 0), (f"{database}/nowhere", 2)):
        environment = {**os.environ, "PGHOST": host}
        assert subprocess.run(command, env=environment, check=False, capture_output=True).returncode == expected


def test_the_page_is_served(running: subprocess.Popen[bytes], engine: Engine) -> None:
    """The installed service answers with the page and with what it was built with."""
    assert "<canvas" in httpx.get(url_of(engine)).text
    assert httpx.get(f"{url_of(engine)}/v1/models").status_code == 401
    assert httpx.get(f"{url_of(engine)}/v1/models", headers=bearer(engine)).is_success
    assert running.poll() is None


def test_the_indexer_fills_what_the_service_searches(
    running: subprocess.Popen[bytes], engine: Engine, services: dict[str, Any]
) -> None:
    """The one-shot indexer ends well beside the running service, which finds what was indexed; a second run too."""
    for _ in range(2):
        indexer = services["indexer"]
        outcome = engine.run(indexer, engine.image.entrypoint + indexer["command"])
        assert outcome.returncode == 0, outcome.stderr
    drawing = (engine.image.root / "pictures" / "shoe-0000.png").read_bytes()
    address = f"{url_of(engine)}/v1/search/sketch?collection=shoes"
    answer = httpx.post(address, files={"image": drawing}, headers=bearer(engine), timeout=60)
    assert len(answer.json()["hits"]) == 3


def test_both_profiles_run_the_same_commands(services: dict[str, Any]) -> None:
    """What is shown here for the CPU holds for the commands of the profile for GPUs."""
    for name in ("keys", "service", "indexer"):
        assert services[f"{name}-gpu"]["command"] == services[name]["command"]
        assert services[f"{name}-gpu"]["environment"] == services[name]["environment"]


def test_the_root_can_be_read_only(running: subprocess.Popen[bytes], engine: Engine, services: dict[str, Any]) -> None:
    """Serving and indexing wrote to the data folder and the folder for temporary files, and nowhere else."""
    root = engine.image.root
    written = {Path(line) for line in Path(engine.environment["WATCHED_WRITES"]).read_text("utf-8").splitlines()}
    assert any(path.is_relative_to(root / "data") for path in written)
    writable = (root / "data", root / "tmp", Path("/dev"), Path("/proc"))
    assert {path for path in written if not any(path.is_relative_to(folder) for folder in writable)} == set()


def test_an_engine_can_stop_the_service(running: subprocess.Popen[bytes]) -> None:
    """SIGTERM ends it in order."""
    running.terminate()
    assert running.wait(timeout=PATIENCE_S) == 0
