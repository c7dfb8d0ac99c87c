"""How commands end: exit codes, and one sentence on stderr for whatever a person can mend."""

from __future__ import annotations

import errno
from collections.abc import Iterator

import pytest
import sqlalchemy
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from app.client import LikenessError
from app.commands.sentences import Refusal, SentenceGroup, sentence_of
from models.contracts import RetrievalError


def subclasses(kind: type[Exception]) -> Iterator[type[Exception]]:
    """Every error of a family that is loaded."""
    yield kind
    for subclass in kind.__subclasses__():
        yield from subclasses(subclass)


def outcome_of(error: BaseException | None) -> Result:
    """Run a command that raises, and say how it ended."""
    application = typer.Typer(cls=SentenceGroup)

    @application.command()
    def fail(number: int = 0) -> None:
        if error is not None:
            raise error

    @application.command()
    def other() -> None:
        pass

    return CliRunner().invoke(application, ["fail"])


@pytest.mark.parametrize("kind", [*subclasses(RetrievalError), LikenessError, Refusal])
def test_a_fact_about_the_request_is_a_sentence_and_exit_code_2(kind: type[Exception]) -> None:
    """Every error that carries a sentence for people ends a command with just that sentence on stderr."""
    result = outcome_of(kind("The thing is wrong; mend it."))
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", "The thing is wrong; mend it.\n")


def test_success_is_exit_code_0() -> None:
    """A command that returns has worked and says nothing on stderr."""
    result = outcome_of(None)
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_mistake_of_the_program_keeps_its_traceback() -> None:
    """What nobody at the keyboard can mend is not dressed up as bad input."""
    error = KeyError("mistake")
    assert outcome_of(error).exception is error


def test_control_c_is_exit_code_130_and_a_sentence() -> None:
    """An interrupted command says so instead of printing a traceback."""
    result = outcome_of(KeyboardInterrupt())
    assert result.exit_code == 130
    assert result.stderr == "Interrupted; what was finished before is kept.\n"


def test_a_question_answered_with_no_is_exit_code_2() -> None:
    """Who says no learns that nothing was done."""
    result = outcome_of(typer.Abort())
    assert (result.exit_code, result.stderr) == (2, "Nothing was done.\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fail", "--number", "x"], ["--number", "integer", "`root fail --help`"]),
        (["fail", "--colour"], ["--colour", "`root fail --help`"]),
        (["nothing"], ["nothing", "`root --help`"]),
        (["--nothing"], ["--nothing", "`root --help`"]),
    ],
)
def test_a_mistyped_command_line_names_the_help(arguments: list[str], words: list[str]) -> None:
    """A usage error says what was wrong, in one line, and where to read how it is right."""
    application = typer.Typer(cls=SentenceGroup, name="root")

    @application.command()
    def fail(number: int = 0) -> None:
        pass

    @application.command()
    def other() -> None:
        pass

    result = CliRunner().invoke(application, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert all(word in result.stderr for word in words)


@settings(deadline=None)
@given(
    error=st.one_of(
        st.builds(OSError, st.sampled_from([errno.ENOSPC, errno.EACCES]), st.just("No"), st.just("/a/file")),
        st.builds(OSError, st.just(errno.EPERM), st.just("Not permitted")),
        st.just(OSError()),
        st.just(ConnectionResetError()),
        st.just(sqlalchemy.exc.OperationalError("select 1", {}, Exception("could not\nconnect"))),
        st.just(sqlalchemy.exc.ArgumentError("Could not parse SQLAlchemy URL")),
        st.just(UnicodeEncodeError("utf-8", "a\udcff", 1, 2, "surrogates not allowed")),
    )
)
def test_failures_of_the_machine_are_one_line(error: Exception) -> None:
    """A full disk, a database that is away and a name that is no text are told in one line each."""
    sentence = sentence_of(error)
    assert sentence is not None
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) > 5


def test_a_file_is_named() -> None:
    """Of a file that cannot be opened, the name and the reason are told."""
    with pytest.raises(OSError, match="nowhere") as caught:
        open("/nowhere/file")  # noqa: SIM115, PTH123 (it never opens)
    assert sentence_of(caught.value) == "/nowhere/file: No such file or directory."
