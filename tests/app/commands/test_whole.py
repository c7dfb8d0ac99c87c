"""The command as it is installed, in processes of its own: build, serve, ask, and stop."""

from __future__ import annotations

import io
import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from tests.processes import PATIENCE, command, environment, serving, weights_lacking


@pytest.fixture(scope="module", autouse=True)
def _weights(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip where no weights are shipped."""
    if lacking := weights_lacking(tmp_path_factory.mktemp("none")):
        pytest.skip(lacking)


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
