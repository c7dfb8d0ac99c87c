"""The documents' code blocks, run in order beside a demo, so that what a reader copies works."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from app.demo.shoes.catalogue import catalogue
from app.demo.shoes.painter import paint
from tests.containers import compose, named_database
from tests.databases import PostgreSQL
from tests.documents import ROOT, Block, blocks

RUN = ("README.md", "docs/indexing.md", "docs/operations.md")
SHOWN = frozenset({"csv", "json", "text"})
SERVING = re.compile(r"\blikeness serve( --workers \d)?$")
DEMO_SHOES, DEMO_PEOPLE = 24, 4
PATIENCE_S = 300
LIKENESS = shutil.which("likeness", path=str(Path(sys.prefix) / "bin"))

# Stands before the real command on PATH: what talks to a server talks to the one of the test.
SHIM = """#!/usr/bin/env bash
case "$1 $2" in
    "items erase" | "items expire" | "collections audit") exec {likeness} "$@" ;;
    "search "* | "compare "* | "items "* | "collections "* | "tags "*) exec {likeness} "$@" --url {url} ;;
    *) exec {likeness} "$@" ;;
esac
"""


@dataclass(frozen=True)
class Reader:
    """Somebody with a shell in a folder, and a demo that runs beside it."""

    folder: Path
    url: str
    database: str

    @property
    def environment(self) -> dict[str, str]:
        """What the reader's shell exports."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LIKENESS_")}
        return {**kept, "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "NO_COLOR": "1"}

    def translate(self, text: str) -> str:
        """Put the address of the reader's server, and of a database that is there, in place of the usual ones."""
        return text.replace("http://127.0.0.1:8000", self.url).replace(
            "@localhost:5432/likeness", f"@/likeness?host={self.database}"
        )

    def run(self, argv: list[str]) -> str:
        """Run something to its end and return what it printed."""
        outcome = subprocess.run(
            argv, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert outcome.returncode == 0, f"{argv[-1]}\n{outcome.stdout}\n{outcome.stderr}"
        return outcome.stdout

    def serve(self, command: str) -> None:
        """Start a server, wait until it says where it is, and stop it as Ctrl-C does."""
        script = f"exec env {command} --port 0"
        with subprocess.Popen(
            ["bash", "-c", script], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                assert address_of(process)
                process.send_signal(signal.SIGINT)
                process.wait(timeout=PATIENCE_S)
            finally:
                process.kill()


def address_of(process: subprocess.Popen[str]) -> str:
    """Where a starting server says that it is."""
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://\S+", line):
            return found[0]
    message = "The server ended before it served."
    raise AssertionError(message)


@pytest.fixture(scope="module")
def database(postgresql: PostgreSQL) -> Iterator[str]:
    """Folder of the socket of a PostgreSQL with an empty database `likeness`, whose owner is of that name."""
    with named_database(postgresql, "secret") as folder:
        yield folder


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[Reader]:
    """A folder with a drawing and some pictures, in which `make demo` was called."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / ".venv").symlink_to(sys.prefix)
    draw_shoe(folder / "drawing.png")
    Image.linear_gradient("L").convert("RGB").save(folder / "photo.jpg")
    (folder / "pictures").mkdir()
    for shoe, name in zip(catalogue(4), ("boot", "pump", "sneaker", "sandal"), strict=True):
        paint(shoe.shape).save(folder / "pictures" / f"{name}.jpg")
    (demo,) = subprocess.run(
        ["make", "--dry-run", "--always-make", "demo", "PORT=0"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()[-1:]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIKENESS_")}
    environment = {**kept, "TMPDIR": str(folder)}
    command = [*shlex.split(demo), "--items", str(DEMO_SHOES), "--people", str(DEMO_PEOPLE)]
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = address_of(process)
            shim = folder / "bin" / "likeness"
            shim.parent.mkdir()
            shim.write_text(SHIM.format(likeness=LIKENESS, url=url), "utf-8")
            shim.chmod(0o755)
            yield Reader(folder, url, database)
        finally:
            process.terminate()


def draw_shoe(path: Path) -> None:
    """Draw a low shoe as a person would, with few lines."""
    paper = Image.new("L", (420, 300), "white")
    pen = ImageDraw.Draw(paper)
    upper = [(40, 200), (60, 120), (150, 130), (230, 170), (350, 190), (385, 215), (380, 235), (45, 235), (40, 200)]
    pen.line(upper, fill="black", width=4, joint="curve")
    pen.line([(45, 215), (380, 218)], fill="black", width=4)
    paper.save(path)


def check_docker(command: str) -> None:
    """Hold a docker command to what the container files offer."""
    words = shlex.split(command)
    document = compose({"POSTGRES_PASSWORD": "x"})
    if words[1] == "compose":
        profile = words[words.index("--profile") + 1]
        offered = {name for name, service in document["services"].items() if profile in service.get("profiles", [])}
        assert offered
        if "exec" in words:
            assert words[words.index("exec") + 1] in offered
        if "run" in words:
            assert words[-1] in offered
    elif words[1] == "run":
        assert set(shlex.split("--read-only --tmpfs /tmp")) <= set(words)
        assert words[words.index("--volume") + 1].endswith(":/data")
        if words[-1] == "likeness":
            assert words[words.index("--publish") + 1] == "127.0.0.1:8000:8000"
    else:
        assert words[1] == "build"
        assert words[-1] == "."


def read_shell(block: Block, reader: Reader) -> None:
    """Do what a shell block says."""
    script = []
    for command in block.commands:
        if command.startswith("docker "):
            check_docker(command)
        elif command.startswith("make "):
            subprocess.run(["make", "--dry-run", *shlex.split(command)[1:]], cwd=ROOT, check=True, capture_output=True)
        elif SERVING.search(command):
            reader.serve(reader.translate(command))
        else:
            script.append(reader.translate(command))
    said = reader.run(["bash", "-euo", "pipefail", "-c", "\n".join(script)])
    silent = all(
        re.match(r"export |cat >|make |docker |mkdir ", line) or SERVING.search(line) for line in block.commands
    )
    assert said or silent, f"{block} printed nothing"


@pytest.mark.parametrize("document", RUN)
def test_what_a_reader_copies_works(document: str, reader: Reader) -> None:
    """Every block of a document runs, in order, and what should print something does."""
    for block in blocks(document):
        if block.language == "bash":
            read_shell(block, reader)
        elif block.language == "python":
            assert reader.run([sys.executable, "-c", reader.translate(block.text)]), f"{block} printed nothing"
        else:
            assert block.language in SHOWN, block


def test_an_outdated_command_is_noticed(reader: Reader) -> None:
    """A block whose command does not exist fails."""
    with pytest.raises(AssertionError, match="likeness sketch"):
        read_shell(Block("README.md", 1, "bash", "likeness sketch drawing.png\n"), reader)


@pytest.mark.parametrize(
    "command",
    [
        "docker compose --profile tpu up",
        "docker compose --profile cpu run --rm service-gpu",
        "docker run --volume likeness:/data --publish 8000:8000 likeness",
    ],
)
def test_an_outdated_docker_command_is_noticed(command: str) -> None:
    """A container command that the files do not offer fails."""
    with pytest.raises(AssertionError):
        check_docker(command)
