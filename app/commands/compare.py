"""`likeness compare`: ask a running server whether two pictures show the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.search import percent
from app.commands.server import DEFAULT_URL, Url, connect
from app.commands.terminal import AsJson, facts, show

if TYPE_CHECKING:
    from rich.table import Table

    from app.search_answers import Comparison

application = typer.Typer(no_args_is_help=True, help="Compare two pictures on a running server.")


@application.callback()
def _compare() -> None:
    pass  # With it `person` stays a word of the command, though there is no other yet.


@application.command()
def person(
    one: Annotated[typer.FileBinaryRead, typer.Argument(metavar="CROP", help="A picture of one person.", lazy=True)],
    other: Annotated[typer.FileBinaryRead, typer.Argument(metavar="OTHER", help="Another; - for stdin.", lazy=True)],
    fmr: Annotated[
        float, typer.Option("--fmr", help="Of pairs of different people so many may say match: 0.01 or 0.001.")
    ] = 0.01,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Tell whether two pictures show the same person, and which parts of them agree."""
    with connect(url) as client:
        answer = client.compare_person(one.read(), other.read(), fmr=fmr)
    show(answer, as_json, lambda: _told(answer))


def _told(answer: Comparison) -> Table:
    return facts(
        {
            "verdict": answer.verdict,
            "the same person": percent(answer.probability),
            "score": answer.score,
            **{f"score of the {name}": score for name, score in answer.stripes.items()},
        }
    )
