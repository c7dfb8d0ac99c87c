"""What an ablation has done so far: a JSON object a line, so that a killed run goes on where it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from models.training import Progress

Record = dict[str, Any]
"""One trained variant: how it was trained, and its figures."""


def recorded(path: Path) -> list[Record]:
    """Read what was done; nothing where there is no file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def write_down(record: Record, path: Path) -> None:
    """Append what was done."""
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(record) + "\n")


def said(name: str) -> Callable[[Progress], None]:
    """Return what prints the progress of a training on one line."""

    def report(progress: Progress) -> None:
        print(f"\r{name}: {progress.step} of {progress.steps}, loss {progress.loss:.3f}  ", end="", flush=True)

    return report
