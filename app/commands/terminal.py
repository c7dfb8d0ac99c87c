"""How a command speaks: results on stdout as a table or as JSON, progress on stderr if a person is looking."""

from __future__ import annotations

import dataclasses
import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from app.commands.sentences import Refusal

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
WIDE = 100_000


def show(value: object, as_json: bool, as_text: Callable[[], RenderableType]) -> None:
    """Print a result: `value` as JSON, or what `as_text` makes of it for people."""
    if as_json:
        print(json.dumps(value, indent=2, default=_plain_value))
        return
    text = as_text()
    _stdout().print(readable(text) if isinstance(text, str) else text, soft_wrap=isinstance(text, str))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Make a table; numbers are set to the right."""
    from rich.box import SIMPLE
    from rich.table import Table

    cells = [list(row) for row in rows]
    result = Table(box=SIMPLE, pad_edge=False, show_edge=False)
    for number, column in enumerate(columns):
        numeric = {type(row[number]) for row in cells} - {type(None)} in ({int}, {float})
        result.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        result.add_row(*(_cell(value) for value in row))
    return result


def facts(values: Mapping[str, object]) -> Table:
    """Make a table of two columns without a head: names and values."""
    from rich.table import Table

    result = Table.grid(padding=(0, 2))
    for name, value in values.items():
        result.add_row(readable(name), _cell(value))
    return result


def note(sentence: str) -> None:
    """Tell a person on stderr what is going on."""
    stderr().print(readable(sentence), soft_wrap=True)


def agreed(question: str) -> bool:
    """Ask a question on stderr; anything but yes, the end of the input too, is no."""
    stderr().print(f"{readable(question)} [y/N] ", end="", soft_wrap=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def readable(text: str) -> str:
    """Replace control characters, which could rewrite the screen, keeping line ends and tabs."""
    return "".join("\ufffd" if unicodedata.category(sign) == "Cc" and sign not in "\n\t" else sign for sign in text)


def parsed_object(text: str | None, option: str) -> dict[str, Any] | None:
    """Read an option that holds a JSON object."""
    if text is None:
        return None
    try:
        value = json.loads(text)
    except ValueError as error:
        message = f'{option} is not JSON ({error}); write it like \'{{"colour": "red"}}\'.'
        raise Refusal(message) from None
    if not isinstance(value, dict):
        message = f'{option} must be a JSON object; write it like \'{{"colour": "red"}}\'.'
        raise Refusal(message)
    return value


def stderr() -> Console:
    """Return the console for progress and notes, which writes no markup it did not make itself."""
    from rich.console import Console

    return Console(stderr=True, markup=False, highlight=False, emoji=False)


def _stdout() -> Console:
    from rich.console import Console

    # A pipe has no width: nothing is cut or folded for it.
    width = None if sys.stdout.isatty() else WIDE
    return Console(markup=False, highlight=False, emoji=False, width=width)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, Mapping | list | tuple):
        return readable(json.dumps(value, ensure_ascii=False, default=_plain_value))
    return readable(str(value))


def _plain_value(value: object) -> object:
    """Turn what json does not know into what it does."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    message = f"{type(value).__name__} has no place in JSON"
    raise TypeError(message)
