"""The command as it is installed, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from models.checkpoints import CheckpointStore
from models.contracts import MissingCheckpoint
from models.registry import spec
from models.startup import STARTUP_ENVIRONMENT

PATIENCE = 300
"""Seconds for what a busy machine does in a few."""


def weights_lacking(folder: Path) -> str | None:
    """Say why the shipped weights cannot be used; None if they can."""
    try:
        CheckpointStore(folder).find("sketch", default_network=spec("sketch").default_network)
    except MissingCheckpoint as error:
        return str(error)
    return None


def command(*arguments: object) -> list[str]:
    """Write a command line."""
    return [sys.executable, "-m", "app.commands", *map(str, arguments)]


def environment(home: Path, **variables: str) -> Mapping[str, str]:
    """Environment of a process with a data folder of its own, in which nothing has to start itself anew."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("LIKENESS_")}
    ours = {"LIKENESS_HOME": str(home), "LIKENESS_DEVICE": "cpu", "LIKENESS_LOG_LEVEL": "WARNING"}
    return {**STARTUP_ENVIRONMENT, **own, **ours, **variables}


@contextmanager
def serving(home: Path, *arguments: object, **variables: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve until the block ends; gives the address, read from the server's first line, and the process."""
    line = command(*arguments, "--port", 0, "--json")
    with subprocess.Popen(line, env=environment(home, **variables), stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["url"], process
        finally:
            process.kill()
