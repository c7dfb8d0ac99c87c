"""How the benchmarks of a system write down what they found, so that it can be pasted into its card."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.judgements import Figure

DATA = "DIR"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a Markdown table, the first column to the left and the others to the right."""
    head = [columns, ["---", *(["---:"] * (len(columns) - 1))]]
    return "\n".join("| " + " | ".join(row) + " |" for row in [*head, *rows])


def with_interval(figure: Figure) -> str:
    """Write a figure in per cent with its 95 % interval."""
    return f"{figure.value:.1f} ({figure.low:.0f} to {figure.high:.0f})"


def typed(module: str, arguments: Sequence[str] | None, data: Path) -> str:
    """Return the command that prints the same again, in code; where the data lie is nobody's business.

    Args:
        module: what was run.
        arguments: of the command line; None for those of this process.
        data: the folder among them that is written as "DIR".
    """
    given = sys.argv[1:] if arguments is None else arguments
    words = ["python", "-m", module, *(word.replace(str(data), DATA) for word in given)]
    return f"`{shlex.join(words)}`"
