"""Reads Dockerfile and docker-compose.yml as an engine does, and carries out on this machine what they command.

Paths of the image lie under a folder, ports are free ones, and the packages that the image would download are those of
the environment that runs the tests. Everything else is done as it is written.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import site
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import yaml

from tests.databases import PostgreSQL

ROOT = Path(__file__).parent.parent
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<operator>:-|:\?)(?P<rest>[^}]*))?\}")


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile, its continued lines joined."""

    name: str
    argument: str

    @property
    def words(self) -> list[str]:
        """The argument in exec form, or its words."""
        if self.argument.startswith("["):
            words: list[str] = json.loads(self.argument)
            return words
        return self.argument.split()


def instructions(text: str) -> list[Instruction]:
    """The instructions of a Dockerfile in order."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines()
    return [Instruction(*line.split(maxsplit=1)) for line in joined]


def stages(text: str) -> list[list[Instruction]]:
    """The instructions of every build stage, each beginning with its FROM."""
    found: list[list[Instruction]] = []
    for instruction in instructions(text):
        if instruction.name == "FROM":
            found.append([])
        found[-1].append(instruction)
    return found


def admitted(path: str, patterns: list[str]) -> bool:
    """Whether .dockerignore lets a path of the tree through to the builder: the last pattern that fits decides."""
    ignored = False
    for line in patterns:
        pattern = line.removeprefix("!").removeprefix("**/")
        parts = path.split("/")
        inside = any(fnmatch("/".join(parts[:length]), pattern) for length in range(1, len(parts) + 1))
        anywhere = "**/" in line and any(fnmatch(part, pattern) for part in parts)
        if inside or anywhere:
            ignored = not line.startswith("!")
    return not ignored


def interpolate(value: Any, variables: Mapping[str, str]) -> Any:
    """A compose document with its variables put in; raises KeyError with the message for a missing required one."""
    if isinstance(value, dict):
        return {key: interpolate(inner, variables) for key, inner in value.items()}
    if isinstance(value, list):
        return [interpolate(inner, variables) for inner in value]
    if not isinstance(value, str):
        return value

    def put_in(match: re.Match[str]) -> str:
        found = variables.get(match["name"], "")
        if not found and match["operator"] == ":?":
            raise KeyError(match["rest"])
        return found or (match["rest"] if match["operator"] == ":-" else "")

    return VARIABLE.sub(put_in, value)


def compose(variables: Mapping[str, str]) -> dict[str, Any]:
    """docker-compose.yml with its merges and variables resolved."""
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    resolved: dict[str, Any] = interpolate(document, variables)
    return resolved


@contextmanager
def named_database(server: PostgreSQL, password: str) -> Iterator[str]:
    """Make the role and the database that the compose file names; lends the folder of the server's socket."""
    address = server.empty()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE likeness LOGIN PASSWORD '{password}'".encode())
        connection.execute("CREATE DATABASE likeness OWNER likeness")
        yield parse_qs(urlsplit(address).query)["host"][0]
        connection.execute("DROP DATABASE likeness WITH (FORCE)")
        connection.execute("DROP ROLE likeness")
    server.drop(address)


@dataclass
class Image:
    """What the Dockerfile makes, under a folder that stands for the root of the image."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def translate(self, text: str) -> str:
        """A text with the image's own folders moved under `root`."""
        return re.sub(r"(?<![\w/.])/(opt/likeness|source|data|pictures|tmp)\b", rf"{self.root}/\1", text)

    def variables(self) -> dict[str, str]:
        """What the image puts into the environment of its processes."""
        path = self.environment["PATH"].replace("$PATH", os.environ["PATH"])
        translated = {name: self.translate(value) for name, value in {**self.environment, "PATH": path}.items()}
        return {"NO_COLOR": "1", **translated}

    def argv(self, words: list[str]) -> list[str]:
        """A command line of the image as this machine runs it."""
        program, *arguments = (self.translate(word) for word in words)
        return [str(shutil.which(program, path=self.variables()["PATH"]) or program), *arguments]


def build(root: Path, extra: str) -> Image:
    """Carry out the Dockerfile."""
    image = Image(root)
    for folder in ("source", "data", "tmp", "opt", "etc"):
        (root / folder).mkdir()
    first, last = stages((ROOT / "Dockerfile").read_text("utf-8"))
    arguments = {"EXTRA": extra}
    for instruction in first:
        if instruction.name == "COPY":
            copy(instruction, root / "source")
        elif instruction.name == "RUN":
            carry_out(image.translate(instruction.argument), root / "source", arguments)
            borrow_packages(root)
    for instruction in last:
        if instruction.name == "RUN" and os.geteuid() == 0:
            in_root = image.translate(instruction.argument).replace("useradd ", f"useradd --prefix {root} ")
            carry_out(in_root, root, {})
        elif instruction.name == "ENV":
            pairs = (word.split("=", 1) for word in instruction.words)
            image.environment |= dict(pairs)
        elif instruction.name == "HEALTHCHECK":
            image.health = json.loads(instruction.argument.split(" CMD ", 1)[1])
        elif instruction.name in {"ENTRYPOINT", "CMD"}:
            setattr(image, "command" if instruction.name == "CMD" else "entrypoint", instruction.words)
    return image


def copy(instruction: Instruction, folder: Path) -> None:
    """Carry out a COPY from the tree, through .dockerignore."""
    *names, target = instruction.words
    patterns = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] not in {"", "#"}]

    def ignored(directory: str, entries: list[str]) -> set[str]:
        inside = Path(directory).relative_to(ROOT)
        return {entry for entry in entries if not admitted((inside / entry).as_posix(), patterns)}

    for name in names:
        assert admitted(name, patterns), f".dockerignore keeps {name} from the builder."
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / target, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder)


def carry_out(script: str, folder: Path, variables: Mapping[str, str]) -> None:
    """Carry out a RUN; nothing is downloaded."""
    # pip reads this switch the wrong way round: 0 asks for a build without an environment of its own.
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environment = {**os.environ, **offline, **variables}
    outcome = subprocess.run(
        ["/bin/sh", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, f"{script}\n{outcome.stdout}\n{outcome.stderr}"


def borrow_packages(root: Path) -> None:
    """Let the image's environment find the distributions of this one, before its own."""
    for packages in (root / "opt/likeness/lib").glob("python*/site-packages"):
        lines = [f"import sys; sys.path.insert(0, {path!r})" for path in site.getsitepackages()]
        (packages / "borrowed.pth").write_text("\n".join(lines), "utf-8")
