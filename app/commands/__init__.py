"""The `likeness` command: starts the server, builds indexes, trains models, and talks to a running server.

Commands import the other decks when they run, so that `likeness --help` answers at once.
"""

from __future__ import annotations

from typing import Annotated

import typer

from app.commands import collections, compare, demo, index, items, keys, models, search, serve, tags
from app.commands.sentences import SentenceGroup
from app.commands.starting import collect_seldom

application = typer.Typer(
    cls=SentenceGroup,
    name="likeness",
    help="Find things by what they look like: draw a shoe, get the shoe.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
application.command("demo")(demo.demo)
application.command("serve")(serve.serve)
application.command("tags")(tags.tags)
for group in (index, models, search, compare, items, collections, keys):
    application.add_typer(group.application, name=group.__name__.rpartition(".")[2])


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(version("likeness"))
        raise typer.Exit


@application.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command that the command line names."""
    collect_seldom()
    application()
