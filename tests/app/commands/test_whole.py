"""The command as it is installed, in processes of its own: build, serve, ask, and stop."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from models.checkpoints import CheckpointStore
from models.contracts import MissingCheckpoint
from models.registry import spec

PATIENCE = 300


@pytest.fixture(scope="module", autouse=True)
def _weights(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip where no weights are shipped."""
    try:
        CheckpointStore(tmp_path_factory.mktemp("none")).find("sketch", default_network=spec("sketch").default_network)
    except MissingCheckpoint as error:
        pytest.skip(str(error))


def shoe(heel: int, ink: str = "black", ground: str = "white") -> bytes:
    """Draw the side of a shoe with a heel of some height, as a PNG file."""
    image = Image.new("RGB", (300, 220), ground)
    outline = [(40, 190 - heel), (60, 70 - heel // 3), (110, 110), (250, 160), (262, 190), (90, 190 - heel // 2)]
    ImageDraw.Draw(image).line([*outline, (60, 190), (40, 190 - heel)], fill=ink, width=5, joint="curve")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def likeness(home: Path, *arguments: object, code: int = 0) -> str:
    """Run a command to its end and return what stood on stdout."""
    done = subprocess.run(
        command(*arguments), env=environment(home), capture_output=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode()


def command(*arguments: object) -> list[str]:
    """Write a command line."""
    return [sys.executable, "-m", "app.commands", *map(str, arguments)]


def environment(home: Path) -> Mapping[str, str]:
    """Environment of a process with a data folder of its own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("LIKENESS_", "MALLOC_", "GOMP_"))}
    return {**own, "LIKENESS_HOME": str(home), "LIKENESS_DEVICE": "cpu", "LIKENESS_LOG_LEVEL": "WARNING"}


@contextmanager
def serving(home: Path, *arguments: object) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve until the block ends; gives the address, read from the server's first line, and the process."""
    line = command(*arguments, "--port", 0, "--json")
    with subprocess.Popen(line, env=environment(home), stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["url"], process
        finally:
            process.kill()


def hits(printed: str) -> list[Any]:
    """Take the keys out of a search's answer."""
    return [hit["key"] for hit in json.loads(printed)["hits"]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a collection of four shoes; returns the data folder."""
    folder = tmp_path_factory.mktemp("whole")
    for heel in (0, 30, 60, 90):
        (folder / f"{heel}.png").write_bytes(shoe(heel))
    report = json.loads(likeness(folder / "var", "index", "build", "shoes", "--source", folder, "--json"))
    assert (report["embedded"], report["rejected"]) == (4, 0)
    return folder / "var"


def test_build_serve_put_search_and_stop(home: Path, tmp_path: Path) -> None:
    """What was built is served, what is put is found by the next search, and SIGTERM ends the server in order."""
    drawing = tmp_path / "drawing.png"
    drawing.write_bytes(shoe(120, ink="white", ground="black"))
    with serving(home, "serve") as (url, process):
        ask = ("search", "sketch", drawing, "--json", "--url", url)
        assert sorted(hits(likeness(home, *ask))) == ["0.png", "30.png", "60.png", "90.png"]
        likeness(home, "items", "put", "shoes", "new/one", drawing, "--title", "New", "--url", url)
        assert "new/one" in hits(likeness(home, *ask))
        likeness(home, "items", "delete", "shoes", "new/one", "--url", url)
        assert "new/one" not in hits(likeness(home, *ask))
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    likeness(home, *ask, code=2)


def test_control_c_ends_the_server(home: Path) -> None:
    """Ctrl-C is an order too, told apart from SIGTERM by the exit code."""
    with serving(home, "serve") as (_, process):
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
