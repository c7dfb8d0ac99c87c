"""`likeness items`: what a collection holds; all but erasing asks a running server."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from app.commands.building import BuildProgress
from app.commands.erasing import erase, expire
from app.commands.labelling import tag
from app.commands.server import DEFAULT_URL, Url, connect
from app.commands.terminal import AsJson, facts, note, parsed_object, show, table

if TYPE_CHECKING:
    from rich.table import Table

    from app.answers import Item

application = typer.Typer(
    no_args_is_help=True,
    help="List, show, store, change, label and delete items of a running server, and erase them for good.",
)

CollectionName: TypeAlias = Annotated[str, typer.Argument(metavar="COLLECTION", help="Name of the collection.")]
Key: TypeAlias = Annotated[str, typer.Argument(metavar="KEY", help="Key of the item.")]
Metadata: TypeAlias = Annotated[str | None, typer.Option(help='A JSON object, such as \'{"colour": "red"}\'.')]
Version: TypeAlias = Annotated[
    str | None, typer.Option("--if-version", help="Only if the item is in this version, which `get` shows.")
]
MOST_A_PAGE = 100
INCOMPLETE = 1


@application.command("list")
def list_(
    collection: CollectionName,
    filter_: Annotated[str | None, typer.Option("--filter", help="Only items with this metadata, as JSON.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many at most; 0 for all.")] = 50,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List the items of a collection."""
    where = parsed_object(filter_, "--filter")
    with connect(url) as client:
        visited = client.items(collection, where=where, page_size=min(limit or MOST_A_PAGE, MOST_A_PAGE))
        items = list(islice(visited, limit or None))
    show(items, as_json, lambda: table(("key", "title", "metadata"), ((i.key, i.title, i.metadata) for i in items)))


@application.command()
def get(collection: CollectionName, key: Key, url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show one item."""
    with connect(url) as client:
        item = client.item(collection, key)
    show(item, as_json, lambda: _facts(item))


@application.command()
def put(
    collection: CollectionName,
    key: Key,
    picture: Annotated[typer.FileBinaryRead, typer.Argument(metavar="FILE", help="Its picture; - for stdin.")],
    *,
    title: Annotated[str, typer.Option(help="Its title.")] = "",
    metadata: Metadata = None,
    version: Version = None,
    only_new: Annotated[bool, typer.Option("--only-new", help="Only if the key holds no item yet.")] = False,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Store an item with its picture, in place of what the key held before."""
    content = parsed_object(metadata, "--metadata")
    with connect(url) as client:
        item = client.put_item(
            collection, key, picture.read(), title=title, metadata=content, version=version, only_new=only_new
        )
    show(item, as_json, lambda: _facts(item))


@application.command()
def put_all(
    collection: CollectionName,
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="A folder of pictures, a CSV file or JSON Lines.")],
    key_column: Annotated[str, typer.Option(help="Column of the key.")] = "key",
    title_column: Annotated[str, typer.Option(help="Column of the title.")] = "title",
    image_column: Annotated[str, typer.Option(help="Column of the picture's path, from the file on.")] = "image",
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Store the items of a folder or file, in batches; exit code 1 if some could not be stored."""
    from app.commands.sending import send
    from indexer.sources import Columns, open_source

    entries = open_source(source, Columns(key=key_column, title=title_column, image=image_column))
    stored, refused = 0, []
    with connect(url) as client, BuildProgress() as progress:
        for results in send(client.put_items, collection, entries):
            refused += [result for result in results if result.item is None]
            stored += sum(result.item is not None for result in results)
            progress(stored + len(refused), len(entries), "Sending")
    outcome = {"stored": stored, "refused": [{"key": result.key, "reason": result.reason} for result in refused]}
    show(outcome, as_json, lambda: f"Stored {stored} of {stored + len(refused)} items.")
    for result in refused:
        note(f"Refused {result.key}: {result.reason}")
    if refused:
        raise typer.Exit(INCOMPLETE)


@application.command()
def patch(
    collection: CollectionName,
    key: Key,
    title: Annotated[str | None, typer.Option(help="Its new title.")] = None,
    metadata: Annotated[
        str | None, typer.Option(help="A JSON object to merge into its metadata; null removes a name.")
    ] = None,
    version: Version = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Change an item's title or metadata."""
    changes = parsed_object(metadata, "--metadata")
    with connect(url) as client:
        item = client.patch_item(collection, key, title=title, metadata=changes, version=version)
    show(item, as_json, lambda: _facts(item))


@application.command()
def delete(
    collection: CollectionName, key: Key, version: Version = None, url: Url = DEFAULT_URL, as_json: AsJson = False
) -> None:
    """Delete an item."""
    with connect(url) as client:
        client.delete_item(collection, key, version=version)
    show({"deleted": key}, as_json, lambda: f"Deleted {key}.")


application.command()(tag)
application.command()(erase)
application.command()(expire)


def _facts(item: Item) -> Table:
    return facts(
        {
            "key": item.key,
            "title": item.title,
            "metadata": item.metadata,
            "picture": item.image_url,
            "version": item.version,
            "updated": item.updated_at,
        }
    )
