"""`likeness index`: build the index of a collection, see how it stands, and choose which generation serves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from app.commands.building import BuildProgress, summary, tell_rejects
from app.commands.configuration import load_settings, predictor_of
from app.commands.sentences import Refusal
from app.commands.starting import start_anew
from app.commands.stores import opened
from app.commands.terminal import AsJson, facts, show, table
from app.commands.watching import watch

if TYPE_CHECKING:
    from rich.console import Group

    from indexer.catalogue import Catalogue, GenerationRecord, Reject
    from indexer.maintenance import IndexStatus
    from indexer.verification import Verified

application = typer.Typer(no_args_is_help=True, help="Build the index of a collection and look after it.")

Name: TypeAlias = Annotated[str, typer.Argument(metavar="COLLECTION", help="Name of the collection.")]
DEFAULT_MODEL = "sketch"
SHORT_DIGEST = 12
UNSOUND = 1


@application.command()
def build(
    collection: Name,
    *,
    source: Annotated[
        Path | None,
        typer.Option(help="A folder of pictures, a CSV file or JSON Lines; what is stored already unless named."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="The model; the collection's own, or sketch for a new one.")] = None,
    checkpoint: Annotated[
        str | None, typer.Option(help="Its weights: a digest, its first 8 digits or more, or a network's name.")
    ] = None,
    factory: Annotated[str | None, typer.Option(help="A FAISS factory string; the size decides unless set.")] = None,
    key_column: Annotated[str, typer.Option(help="Column of the key.")] = "key",
    title_column: Annotated[str, typer.Option(help="Column of the title.")] = "title",
    image_column: Annotated[str, typer.Option(help="Column of the picture's path, from the file on.")] = "image",
    as_json: AsJson = False,
) -> None:
    """Bring a collection up to its source and publish an index of it; a build that was killed goes on."""
    start_anew()
    from indexer.pipeline import build as run
    from indexer.sources import Columns, open_source

    settings = load_settings()
    entries = None
    if source is not None:
        entries = open_source(source, Columns(key=key_column, title=title_column, image=image_column))
    with opened(settings) as stores:
        chosen = _model_for(stores.catalogue, collection, model)
        predictor = predictor_of(settings, chosen, checkpoint)
        with BuildProgress() as progress:
            report = run(
                stores.catalogue,
                stores.pictures,
                stores.generations,
                predictor,
                collection,
                entries,
                factory=factory,
                checkpoints=stores.checkpoints,
                progress=progress,
            )
        if report.rejected:
            tell_rejects(stores.catalogue.rejects(collection))
    show(report, as_json, lambda: summary(report))


application.command()(watch)


@application.command()
def status(collection: Name, as_json: AsJson = False) -> None:
    """Show how an index stands: generations, what changed since, and what was rejected."""
    from indexer.maintenance import status as ask

    with opened(load_settings()) as stores:
        found = ask(stores.catalogue, stores.generations, collection)
        rejects = stores.catalogue.rejects(collection)
    value = {"status": found, "rejects": rejects}
    show(value, as_json, lambda: _status(found, rejects))


@application.command()
def verify(collection: Name, as_json: AsJson = False) -> None:
    """Compare the index with the catalogue, file by file and vector by vector; exit code 1 if they disagree."""
    from indexer.verification import verify as check

    with opened(load_settings()) as stores:
        found = check(stores.catalogue, stores.generations, stores.pictures, collection)
    show(found, as_json, lambda: _verified(found))
    if found.problems:
        raise typer.Exit(UNSOUND)


@application.command()
def publish(
    collection: Name,
    number: Annotated[int, typer.Argument(metavar="GENERATION", help="Number of the generation.")],
    as_json: AsJson = False,
) -> None:
    """Let searches use a generation, after checking that it is sound."""
    from indexer.maintenance import publish as put

    with opened(load_settings()) as stores:
        record = put(stores.catalogue, stores.generations, collection, number)
    show(record, as_json, lambda: _published(collection, record))


@application.command()
def rollback(collection: Name, as_json: AsJson = False) -> None:
    """Let searches use the generation before the published one."""
    from indexer.maintenance import rollback as go_back

    with opened(load_settings()) as stores:
        record = go_back(stores.catalogue, stores.generations, collection)
    show(record, as_json, lambda: _published(collection, record))


@application.command()
def prune(
    collection: Name,
    keep: Annotated[int | None, typer.Option(min=1, help="How many of the newest to keep.")] = None,
    as_json: AsJson = False,
) -> None:
    """Remove old generations, what killed builds left behind, and pictures that no item shows any more."""
    from indexer.maintenance import KEPT
    from indexer.maintenance import prune as remove

    with opened(load_settings()) as stores:
        removed = remove(stores.catalogue, stores.generations, collection, KEPT if keep is None else keep)
        pictures = stores.pictures.prune(stores.catalogue.pictures())
    show({"removed": removed, "pictures": pictures}, as_json, lambda: _pruned(collection, removed, pictures))


def _pruned(collection: str, removed: list[int], pictures: int) -> str:
    said = []
    if removed:
        said.append(f"Removed generations {', '.join(map(str, removed))} of {collection}.")
    if pictures:
        said.append(f"Removed {pictures:,} picture{'s' if pictures > 1 else ''} that no item of any collection shows.")
    return " ".join(said) or "Nothing was to be removed."


def _model_for(catalogue: Catalogue, collection: str, asked: str | None) -> str:
    """Take the model of a collection that exists; another one was a mistake."""
    from indexer.catalogue import UnknownCollection

    try:
        own = catalogue.collection(collection).model
    except UnknownCollection:
        return asked or DEFAULT_MODEL
    if asked not in {None, own}:
        message = (
            f"The collection {collection} is embedded by the model {own}, not by {asked}; "
            "leave --model out, or name another collection."
        )
        raise Refusal(message)
    return own


def _status(status: IndexStatus, rejects: list[Reject]) -> Group:
    from rich.console import Group

    columns = ("generation", "vectors", "index", "recall@10", "checkpoint", "created", "")
    rows = [
        (
            generation.number,
            generation.count,
            generation.factory,
            generation.recall,
            generation.digest and generation.digest[:SHORT_DIGEST],
            generation.created_at,
            "published" if generation.published else ("" if generation.on_disk else "files are missing"),
        )
        for generation in status.generations
    ]
    values: dict[str, Any] = {
        "collection": status.collection,
        "model": status.model,
        "checkpoint": status.digest and status.digest[:SHORT_DIGEST],
        "items": status.items,
        "vectors": status.vectors,
        "changed since": f"{status.pending}{', a build is due' if status.build_due else ''}",
        "rejected": status.rejects,
        "indexed now by": status.lock and status.lock.holder,
    }
    parts = [facts(values), table(columns, rows)]
    if rejects:
        parts.append(table(("rejected", "reason"), ((reject.key, reject.reason) for reject in rejects)))
    return Group(*parts)


def _verified(found: Verified) -> str:
    if found.problems:
        return "\n".join(found.problems)
    return (
        f"{found.collection} is sound: {found.generations} generations, {found.vectors:,} vectors, "
        f"{found.pictures:,} pictures."
    )


def _published(collection: str, record: GenerationRecord) -> str:
    return f"Searches of {collection} use generation {record.number} with {record.count:,} vectors."
