"""How a command ends badly: one sentence on stderr and exit code 2, never a traceback for what a person can mend."""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup

BAD = 2
INTERRUPTED = 130


class Refusal(Exception):
    """A command cannot be carried out; the message is one sentence that says why and what to do."""


class SentenceGroup(TyperGroup):
    """A group of commands whose failures are sentences."""

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (the arguments are Typer's)
        """Run a command and leave with its exit code."""
        try:
            code = super().main(*args, **{**kwargs, "standalone_mode": False})
        except (Exception, KeyboardInterrupt) as error:
            sentence = sentence_of(error)
            if sentence is None:
                raise
            if sentence:
                complain(sentence)
            sys.exit(BAD)
        if code == INTERRUPTED:
            # Typer has turned Ctrl-C into this code.
            complain("Interrupted; what was finished before is kept.")
        sys.exit(code or 0)


def sentence_of(error: BaseException) -> str | None:
    """Say in one sentence what a person did or can mend; None for a mistake of the program."""
    if isinstance(error, typer.TyperException):
        return _usage(error)
    if isinstance(error, Refusal):
        return str(error)
    if isinstance(error, typer.Abort):
        return "Nothing was done."
    if isinstance(error, UnicodeError):
        return f"The text {error.args[1]!r} cannot be written as UTF-8; name it in plain characters."
    if isinstance(error, OSError):
        return _system(error)
    return _of_other_decks(error)


def complain(sentence: str) -> None:
    """Put a sentence on stderr."""
    from rich.console import Console

    Console(stderr=True, markup=False, highlight=False, emoji=False).print(sentence, style="red", soft_wrap=True)


def _of_other_decks(error: BaseException) -> str | None:
    from app.client import LikenessError
    from models.contracts import RetrievalError

    if isinstance(error, RetrievalError | LikenessError):
        return str(error)
    # Where SQLAlchemy was never imported, the error is none of its own.
    alchemy = sys.modules.get("sqlalchemy.exc")
    if alchemy is not None and isinstance(error, alchemy.SQLAlchemyError):
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        return f"The catalogue cannot be used ({reason}); check LIKENESS_DATABASE_URL and LIKENESS_HOME."
    return None


def _usage(error: typer.TyperException) -> str:
    message = error.format_message().strip()
    context = getattr(error, "ctx", None)
    if not message:
        # Asked for nothing, a group has shown its help.
        return message
    if not message.endswith((".", "?")):
        message += "."
    if context is None:
        return message
    return f"{message} See `{context.command_path} --help`."


def _system(error: OSError) -> str:
    name = "" if error.filename is None else f"{error.filename}: "
    return f"{name}{error.strerror or str(error) or type(error).__name__}."
