"""What is installed, with which versions, and how the Makefile sets a bare machine up."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
SYSTEMS_MAY_TAKE = 48 * 2**20


def project() -> dict[str, Any]:
    """The project table of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return table


def constraints() -> list[str]:
    """The lines of constraints.txt that are no comments."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def pins() -> dict[str, str]:
    """Tested version of every pinned distribution."""
    pairs = (line.split("==") for line in constraints())
    return {canonicalize_name(name): version for name, version in pairs}


def declared() -> dict[str, list[Requirement]]:
    """Direct requirements: the base under an empty name, then each extra."""
    groups = {"": project()["dependencies"], **project()["optional-dependencies"]}
    return {group: [Requirement(line) for line in lines] for group, lines in groups.items()}


def reachable(requirement: Requirement, seen: set[tuple[str, str]]) -> Iterator[Requirement]:
    """A requirement and everything installed that it stands on; of Likeness itself the groups are declared here."""
    if requirement.name == "likeness":
        return
    yield requirement
    try:
        lines = distribution(requirement.name).requires or []
    except PackageNotFoundError:
        return
    for extra in ("", *sorted(requirement.extras)):
        if (requirement.name, extra) in seen:
            continue
        seen.add((requirement.name, extra))
        for needed in map(Requirement, lines):
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                yield from reachable(needed, seen)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    """Likeness as it would be published, built from a copy so that nothing is left in the tree."""
    source = tmp_path_factory.mktemp("source")
    target = tmp_path_factory.mktemp("wheel")
    for name in ("app", "indexer", "models", "migrations", "tests"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", target, source], check=True, capture_output=True)
    with ZipFile(next(target.glob("*.whl"))) as archive:
        yield archive


def test_every_pin_is_one_public_version() -> None:
    """The constraints name versions that any registry has: no paths, no local builds, each once and in order."""
    assert [line for line in constraints() if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line)] == []
    assert constraints() == sorted(set(constraints()))
    assert pins()["torch"] == "2.13.0"


def test_every_requirement_is_pinned() -> None:
    """What make install installs is what was tested, down to the last distribution."""
    seen: set[tuple[str, str]] = set()
    needed = {
        canonicalize_name(found.name)
        for group in declared().values()
        for requirement in group
        for found in reachable(requirement, seen)
    }
    assert needed - set(pins()) == set()


def test_every_pin_is_allowed() -> None:
    """No tested version contradicts what pyproject.toml says works."""
    wrong = [
        str(requirement)
        for group in declared().values()
        for requirement in group
        if requirement.name != "likeness"
        and not requirement.specifier.contains(pins()[canonicalize_name(requirement.name)])
    ]
    assert wrong == []


def test_faiss_is_a_choice() -> None:
    """The two builds of faiss are one module: each has its extra, and the base has neither."""
    names = {group: {requirement.name for requirement in found} for group, found in declared().items()}
    assert names["cpu"] == {"faiss-cpu"}
    assert names["gpu"] == {"faiss-gpu"}
    assert not {name for name in names[""] | names["dev"] if name.startswith("faiss")}


def test_the_wheel_holds_all_that_serves(wheel: ZipFile) -> None:
    """An installed service has every module, weight, page and migration of the source tree, and its licence."""
    kept = {
        path.relative_to(ROOT).as_posix()
        for deck in ("app", "indexer", "models", "migrations")
        for path in (ROOT / deck).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert kept - set(wheel.namelist()) == set()
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def test_the_wheel_holds_nothing_else(wheel: ZipFile) -> None:
    """Tests and benchmarks stay at home."""
    tops = {name.split("/", 1)[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"app", "indexer", "migrations", "models"}


def test_shipped_weights_are_small_and_safe(wheel: ZipFile) -> None:
    """All systems together stay within 48 MiB, and no weight file can run code when it is read."""
    weights = [entry for entry in wheel.infolist() if "/weights/" in entry.filename]
    assert sum(entry.file_size for entry in weights) <= SYSTEMS_MAY_TAKE
    assert {Path(entry.filename).suffix for entry in weights} <= {".safetensors", ".json"}


STUB = """#!/usr/bin/env bash
# Stands for a Python: answers what the Makefile asks of one, and writes down how it was called.
echo "$(basename "$0") $*" >> "$CALLS"
case "$*" in
    *version_info*) exit "${TOO_OLD:-0}" ;;
    *ensurepip*) exit "${NO_VENV:-0}" ;;
    --version) echo "Python 3.11.0" ;;
    "-m venv --clear .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    "-m pip --version") exit "${NO_PIP:-0}" ;;
esac
"""


class BareMachine:
    """A folder with the Makefile and a PATH on which Python is a stub that writes down its calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tools = folder / "tools"
        self.calls = folder / "calls"
        self.tools.mkdir()
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, folder)
        for tool in ("bash", "basename", "cat", "cp", "env", "expand", "make", "mkdir", "rm", "sed", "touch"):
            (self.tools / tool).symlink_to(str(shutil.which(tool)))
        self.add_python("python3")

    def add_python(self, name: str) -> None:
        """Put a stub on PATH."""
        stub = self.tools / name
        stub.write_text(STUB, "utf-8")
        stub.chmod(stub.stat().st_mode | stat.S_IXUSR)

    def make(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run make, with the record of calls emptied before."""
        self.calls.write_text("", "utf-8")
        variables = {"PATH": str(self.tools), "CALLS": str(self.calls), **environment}
        return subprocess.run(
            [self.tools / "make", *arguments],
            cwd=self.folder,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )

    def installs(self) -> list[str]:
        """The extras that the last run of make installed."""
        return re.findall(r"--editable \.\[(\w+),dev\] --constraint constraints\.txt", self.calls.read_text("utf-8"))

    def raise_versions(self) -> None:
        """Make constraints.txt newer than what was installed."""
        later = max(path.stat().st_mtime for path in (self.folder / ".venv").iterdir()) + 10
        os.utime(self.folder / "constraints.txt", (later, later))


@pytest.fixture
def machine(tmp_path: Path) -> BareMachine:
    """A machine on which nothing is installed yet."""
    if shutil.which("make") is None:
        pytest.skip("needs make: apt-get install make")
    return BareMachine(tmp_path)


def test_install_makes_an_environment_once(machine: BareMachine) -> None:
    """The first call sets up everything, the second has nothing to do."""
    assert machine.make("install").returncode == 0
    assert machine.installs() == ["cpu"]
    assert machine.make("install").returncode == 0
    assert machine.installs() == []


@pytest.mark.parametrize("target", ["test", "check", "demo"])
def test_the_commands_of_the_readme_set_up_first(machine: BareMachine, target: str) -> None:
    """On a bare machine every target installs before it runs."""
    machine.make(target)
    assert machine.installs() == ["cpu"]


def test_changed_versions_are_installed(machine: BareMachine) -> None:
    """After constraints.txt has changed, the next target installs again, into the same environment."""
    machine.make("install")
    machine.raise_versions()
    machine.make("install")
    assert machine.installs() == ["cpu"]
    assert "-m venv" not in machine.calls.read_text("utf-8")


def test_the_gpu_stays_chosen(machine: BareMachine) -> None:
    """Once asked for, faiss for GPUs is not silently replaced, and the other build is removed first."""
    machine.make("install")
    machine.make("install", "EXTRA=gpu")
    assert machine.installs() == ["gpu"]
    assert "uninstall --quiet --yes faiss-cpu" in machine.calls.read_text("utf-8")
    machine.raise_versions()
    machine.make("test")
    assert machine.installs() == ["gpu"]


def test_a_broken_environment_is_made_anew(machine: BareMachine) -> None:
    """An environment whose making was interrupted does not have to be deleted by hand."""
    (machine.folder / ".venv" / "bin").mkdir(parents=True)
    assert machine.make("install").returncode == 0
    assert machine.installs() == ["cpu"]


def test_a_newer_python_is_found_by_name(machine: BareMachine) -> None:
    """Where python3 is too old, a newer Python beside it is taken."""
    (machine.tools / "python3").write_text("#!/bin/sh\nexit 1\n", "utf-8")
    machine.add_python("python3.12")
    assert machine.make("install").returncode == 0
    assert "python3.12 -m venv --clear .venv" in machine.calls.read_text("utf-8")


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"TOO_OLD": "1"}, "Likeness needs Python 3.11 or newer"),
        ({"NO_VENV": "1"}, "apt-get install python3-venv"),
        ({"EXTRA": "tpu"}, "EXTRA is cpu or gpu, not 'tpu'."),
    ],
)
def test_what_is_missing_is_said(machine: BareMachine, environment: dict[str, str], sentence: str) -> None:
    """A machine that cannot run Likeness is told what to install, and nothing is half made."""
    outcome = machine.make("install", **environment)
    assert outcome.returncode != 0
    assert sentence in outcome.stderr
    assert not (machine.folder / ".venv").exists()


def test_help_names_every_target(machine: BareMachine) -> None:
    """Running make alone says what there is."""
    targets = set(re.findall(r"(?m)^\.PHONY: (.*)$", (ROOT / "Makefile").read_text("utf-8"))[0].split())
    assert set(re.findall(r"(?m)^  make (\w+)", machine.make().stdout.expandtabs())) == targets


def test_ci_goes_on_without_a_browser(tmp_path: Path) -> None:
    """Where no browser can be installed, the checks and the tests still run, in that order."""
    for name in ("env", "bash", "dirname"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    for name, body in {"id": "echo 1000", "make": 'echo "made $1"'}.items():
        (tmp_path / name).write_text(f"#!/bin/bash\n{body}\n", "utf-8")
        (tmp_path / name).chmod(0o755)
    outcome = subprocess.run(
        ["bash", ROOT / ".ci" / "run"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert outcome.stdout.split("\n") == ["made check", "made test", ""]
    assert "the page's tests will skip" in outcome.stderr
