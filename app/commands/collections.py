"""`likeness collections`: the collections of a running server, and who has searched them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from app.commands.configuration import load_settings
from app.commands.sentences import Refusal
from app.commands.server import DEFAULT_URL, Url, connect
from app.commands.stores import opened
from app.commands.terminal import AsJson, agreed, facts, show, table

if TYPE_CHECKING:
    from rich.table import Table

    from app.answers import Collection

MOST_DAYS = 36_500
"""A century, far from where the calendar of Python begins."""

application = typer.Typer(
    no_args_is_help=True,
    help="List, make, show, change and delete collections of a running server, and show who searched them.",
)

Name: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="Name of the collection.")]
Threshold: TypeAlias = Annotated[
    float | None,
    typer.Option(
        min=-1, max=1, help="Cosine that the best hit must reach to be a match; what the weights say if unset."
    ),
]
Personal: TypeAlias = Annotated[
    bool | None, typer.Option("--personal/--not-personal", help="Whether its pictures are of people.")
]
KeepDays: TypeAlias = Annotated[
    int | None, typer.Option(min=1, help="Days for which items may keep a picture until `items expire` erases them.")
]


@application.command("list")
def list_(url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """List the collections."""
    with connect(url) as client:
        found = client.collections()
    columns = ("name", "title", "model", "items", "generation")
    rows = ((c.name, c.title, c.model, c.items, c.generation) for c in found)
    show(found, as_json, lambda: table(columns, rows))


@application.command()
def get(name: Name, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show one collection."""
    with connect(url) as client:
        collection = client.collection(name)
    show(collection, as_json, lambda: _facts(collection))


@application.command()
def create(
    name: Name,
    model: Annotated[str, typer.Option(help="The model that embeds its items.")] = "sketch",
    title: Annotated[str, typer.Option(help="What people read.")] = "",
    threshold: Threshold = None,
    personal: Personal = None,
    keep_days: KeepDays = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Make an empty collection."""
    with connect(url) as client:
        collection = client.create_collection(
            name, model, title, threshold=threshold, personal=bool(personal), keep_days=keep_days
        )
    show(collection, as_json, lambda: _facts(collection))


@application.command()
def change(
    name: Name,
    *,
    title: Annotated[str | None, typer.Option(help="What people read from now on.")] = None,
    threshold: Threshold = None,
    no_threshold: Annotated[
        bool, typer.Option("--no-threshold", help="Let the weights say again what is a match.")
    ] = False,
    personal: Personal = None,
    keep_days: KeepDays = None,
    no_keep_days: Annotated[bool, typer.Option("--no-keep-days", help="Keep items for ever again.")] = False,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Change a collection's title, what a match must reach, whether it is of people, or how long items are kept."""
    named = {"title": title, "threshold": threshold, "personal": personal, "keep_days": keep_days}
    changes: dict[str, str | float | None] = {fact: value for fact, value in named.items() if value is not None}
    for fact, option, is_taken_back in (
        ("threshold", "--threshold", no_threshold),
        ("keep_days", "--keep-days", no_keep_days),
    ):
        if is_taken_back and fact in changes:
            message = f"Give either {option} or --no{option[1:]}."
            raise Refusal(message)
        if is_taken_back:
            changes[fact] = None
    if not changes:
        message = (
            "Nothing is to be changed: give --title, --threshold, --personal, --keep-days or what takes them back."
        )
        raise Refusal(message)
    with connect(url) as client:
        collection = client.change_collection(name, changes)
    show(collection, as_json, lambda: _facts(collection))


@application.command()
def delete(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Delete a collection with everything in it."""
    if not yes and not agreed(f"Delete the collection {name} with everything in it?"):
        message = "Nothing was deleted."
        raise Refusal(message)
    with connect(url) as client:
        client.delete_collection(name)
    show({"deleted": name}, as_json, lambda: f"Deleted {name}.")


@application.command()
def audit(
    name: Name,
    limit: Annotated[int, typer.Option(min=0, help="How many of the latest; 0 for all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show who has searched a collection of people, from the data folder; a server is not asked."""
    with opened(load_settings()) as stores:
        noted = stores.catalogue.noted_searches(name, limit or None)
        if not noted:
            # A name that was mistyped must not look like a collection that nobody has searched.
            stores.catalogue.collection(name)
    columns = ("when", "who", "query", "hits", "matched")
    show(noted, as_json, lambda: table(columns, ((n.searched_at, n.caller, n.query, n.hits, n.matched) for n in noted)))


@application.command("trim-audit")
def trim_audit(
    name: Name,
    keep_days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="Age up to which lines stay, in days.")],
    as_json: AsJson = False,
) -> None:
    """Delete what was noted of searches longer ago than so many days, from the data folder; a server is not asked."""
    with opened(load_settings()) as stores:
        deleted = stores.catalogue.forget_searches(name, datetime.now(UTC) - timedelta(days=keep_days))
        if not deleted and not stores.catalogue.noted_searches(name, 1):
            stores.catalogue.collection(name)
    show({"deleted": deleted}, as_json, lambda: f"Lines older than {keep_days:,} days: {deleted:,} deleted.")


def _facts(collection: Collection) -> Table:
    return facts(
        {
            "name": collection.name,
            "title": collection.title,
            "model": collection.model,
            "items": collection.items,
            "changes": collection.change_seq,
            "generation": collection.generation,
            "threshold": collection.threshold,
            "personal": collection.personal,
            "keep days": collection.keep_days,
            "created": collection.created_at,
        }
    )
