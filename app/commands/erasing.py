"""`likeness items erase` and `expire`: items leave no byte behind in the data folder, with or without a server."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from app.commands.building import BuildProgress
from app.commands.configuration import load_settings
from app.commands.sentences import Refusal
from app.commands.starting import start_anew
from app.commands.stores import opened
from app.commands.terminal import AsJson, agreed, facts, note, parsed_object, show, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from app.commands.stores import Stores
    from indexer.catalogue import Filter, Ids
    from indexer.erasing import Erasure

JOINING = frozenset({"and", "or", "not"})

Name: TypeAlias = Annotated[str, typer.Argument(metavar="COLLECTION", help="Name of the collection.")]


def erase(
    collection: Name,
    where: Annotated[
        list[str] | None,
        typer.Option(help="NAME=VALUE of their metadata, or a filter as JSON; several all have to hold."),
    ] = None,
    key: Annotated[list[str] | None, typer.Option(help="Key of an item; may be given several times.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase items of the data folder for good: rows, pictures, vectors, and every generation that holds them."""
    start_anew()
    if not where and not key:
        message = "Nothing is named: give --where NAME=VALUE, or --key KEY."
        raise Refusal(message)
    if where and key:
        message = "Give either --where or --key."
        raise Refusal(message)
    chosen = None if not where else _filter(where)
    with opened(load_settings()) as stores:
        ids = _found(stores, collection, chosen, key or [])
        if not yes and not agreed(f"Erase {len(ids):,} items of {collection}, so that nobody can bring them back?"):
            message = "Nothing was erased."
            raise Refusal(message)
        erasure = _erase_with(stores, collection, ids, key or [])
    if not erasure.items:
        note(f"No item of {collection} is like that; what an earlier run may have left was looked for.")
    show(erasure, as_json, lambda: _told(erasure))


def expire(
    collection: Annotated[
        str | None, typer.Argument(metavar="[COLLECTION]", help="Its name; all that state keep_days unless named.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Erase what was not written for longer than its collection's keep_days; asks nothing, for a timer runs it."""
    start_anew()
    from indexer.erasing import overdue

    with opened(load_settings()) as stores:
        catalogue = stores.catalogue
        targets = catalogue.collections() if collection is None else [catalogue.collection(collection)]
        stating = [target for target in targets if target.keep_days is not None]
        if collection is not None and not stating:
            message = f"{collection} keeps items for ever: see `likeness collections change {collection} --keep-days`."
            raise Refusal(message)
        now = datetime.now(UTC)
        erasures = [_erase_with(stores, target.name, overdue(catalogue, target, now)) for target in stating]
    show(erasures, as_json, lambda: _listed(erasures))


def _erase_with(stores: Stores, collection: str, ids: Sequence[int] | Ids, keys: Sequence[str] = ()) -> Erasure:
    """Erase items, showing how far that is, and tell of pictures that may have to go later."""
    from indexer.erasing import erase as run
    from models.devices import cpu_count

    with BuildProgress() as progress:
        erasure = run(
            stores.catalogue,
            stores.pictures,
            stores.generations,
            collection,
            ids,
            keys,
            threads=cpu_count(),
            progress=progress,
        )
    if erasure.unclaimed:
        note(
            f"{erasure.unclaimed:,} pictures stay that no item shows and that are younger than an hour, for their rows "
            "may be on their way; run this again in an hour if they may be of what was erased."
        )
    return erasure


def _listed(erasures: Sequence[Erasure]) -> Table:
    columns = ("collection", "items", "pictures", "vectors", "generations")
    return table(columns, ((e.collection, e.items, e.pictures, e.vectors, len(e.generations)) for e in erasures))


def _told(erasure: Erasure) -> Table:
    return facts(
        {
            "collection": erasure.collection,
            "items": erasure.items,
            "pictures": erasure.pictures,
            "vectors": erasure.vectors,
            "rejected": erasure.rejects,
            "generations": ", ".join(map(str, erasure.generations)) or "none",
            "published": erasure.published,
        }
    )


def _found(stores: Stores, collection: str, chosen: Filter | None, keys: Sequence[str]) -> Sequence[int] | Ids:
    if chosen is not None:
        return stores.catalogue.allowed(collection, chosen)
    return [found.id for found in stores.catalogue.stored(collection, keys).values()]


def _filter(conditions: Sequence[str]) -> Filter:
    """Read conditions, each a filter as JSON, or NAME=VALUE."""
    from indexer.catalogue import parse_filter

    return parse_filter({"and": [_condition(text) for text in conditions]})


def _condition(text: str) -> object:
    """Return the filter, as JSON has it, that a condition stands for."""
    if text.lstrip().startswith("{"):
        return parsed_object(text, "--where")
    name, equals, value = text.partition("=")
    if not name or not equals:
        message = f'--where {text!r} is no condition: write NAME=VALUE, or a filter such as \'{{"identity": "17"}}\'.'
        raise Refusal(message)
    # A backslash makes a name of what would join filters.
    return {f"\\{name}" if name in JOINING else name: {"in": _meanings(value)}}


def _meanings(value: str) -> list[str | float | bool]:
    """Return what a word may stand for: a text, and the number or the truth that is written like it."""
    try:
        read = json.loads(value, parse_constant=str)
    except ValueError:
        return [value]
    return [value, read] if isinstance(read, bool | int | float) else [value]
