"""`likeness demo`: drawn shoes and drawn people, indexed once, and the server before them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sized
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.building import BuildProgress
from app.commands.configuration import checkpoints_of, load_settings, predictor_of
from app.commands.drawing import draw, generator_digest, lay_out
from app.commands.exhibits import PEOPLE, SHOES, Exhibit
from app.commands.keys import require_key
from app.commands.sentences import Refusal
from app.commands.serve import Host, Port, serve_on, take_socket
from app.commands.starting import start_anew
from app.commands.stores import Stores, opened
from app.commands.terminal import AsJson, note

if TYPE_CHECKING:
    from app.settings import Settings
    from indexer.catalogue import Collection

MARK = "demo.json"
QUERIES = "queries"
UNKNOWN = 0
"""Id that no collection has."""


@dataclass(frozen=True)
class Mark:
    """What a collection of the demo was built from, as a file in its folder remembers it.

    Attributes:
        collection_id: of the collection that the demo made, or was about to make.
        items: how many shoes or people were asked for.
        drawings: digest of what drew them.
        checkpoint: digest of the weights they were indexed with; None until they were.
    """

    collection_id: int
    items: int
    drawings: str
    checkpoint: str | None


def demo(
    port: Port = None,
    host: Host = None,
    items: Annotated[
        int | None, typer.Option(min=1, max=5000, help=f"How many shoes to draw; {SHOES.count} unless set.")
    ] = None,
    people: Annotated[
        int | None, typer.Option(min=1, max=1000, help=f"How many people to draw; {PEOPLE.count} unless set.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw shoes, and people before four cameras, index them, and serve them; the second start only serves."""
    start_anew()
    settings = load_settings(host=host, port=port)
    if "log_level" not in settings.model_fields_set:
        # A newcomer is to see the address, not a line per request.
        settings = load_settings(host=host, port=port, log_level="WARNING")
    # First, so that nobody waits for a build that cannot be served.
    with take_socket(settings.host, settings.port) as taken:
        with opened(settings) as stores:
            require_key(settings, stores.keyring)
        prepare(settings, items)
        show_people(settings, people)
        serve_on(taken, settings, as_json=as_json)


def prepare(settings: Settings, items: int | None, exhibit: Exhibit = SHOES) -> None:
    """Draw and index a collection of the demo, unless it stands as it should."""
    from models.registry import spec

    folder = settings.paths.home / exhibit.folder
    network = spec(exhibit.model).default_network
    checkpoint = checkpoints_of(settings).find(exhibit.model, default_network=network)
    with opened(settings) as stores:
        mark = read_mark(folder)
        collection = _collection(stores, exhibit, mark)
        count = items or (exhibit.count if mark is None else mark.items)
        reason = reason_to_build(exhibit, collection, mark, count, checkpoint.digest)
        if reason is not None:
            note(reason)
            _build(settings, stores, exhibit, count)


def show_people(settings: Settings, people: int | None) -> None:
    """Draw and index people, or say in a sentence why there are none; shoes are shown all the same."""
    from models.contracts import MissingCheckpoint

    try:
        prepare(settings, people, PEOPLE)
    except MissingCheckpoint:
        note(
            f"The demo shows no people, for no weights of {PEOPLE.model} are installed; train some with "
            f"`likeness models train {PEOPLE.model} --data DIR` and start the demo again."
        )
    except Refusal as refusal:
        note(str(refusal))


def reason_to_build(
    exhibit: Exhibit, collection: Collection | None, mark: Mark | None, items: int, checkpoint: str
) -> str | None:
    """Say why a collection has to be built, or to be built anew; None if it stands as it should."""
    name = exhibit.name
    if collection is None or mark is None:
        return f"Drawing {items} {name} and indexing them; this happens once and takes a minute or two."
    if mark.checkpoint is None or collection.published is None:
        return f"The demo was interrupted while its {name} were indexed; going on."
    if mark.checkpoint != checkpoint:
        change = f"{mark.checkpoint[:12]} to {checkpoint[:12]}"
        return f"The weights of {exhibit.model} have changed ({change}): indexing the demo's {name} anew."
    if mark.drawings != generator_digest(name):
        return f"This version draws other {name}: drawing and indexing them anew."
    if mark.items != items:
        return f"The demo has {mark.items} {name} and {items} are asked for: drawing and indexing them anew."
    return None


def read_mark(folder: Path) -> Mark | None:
    """Read what the demo was built from; None if nothing says it."""
    try:
        return Mark(**json.loads((folder / MARK).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write_mark(folder: Path, mark: Mark) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{MARK}.new"
    aside.write_text(json.dumps(asdict(mark)), "utf-8")
    aside.replace(folder / MARK)


def _collection(stores: Stores, exhibit: Exhibit, mark: Mark | None) -> Collection | None:
    """Find the demo's collection; one of the same name that the demo did not make is not touched."""
    from indexer.catalogue import UnknownCollection

    try:
        found = stores.catalogue.collection(exhibit.name)
    except UnknownCollection:
        return None
    # A kill may have come between the making of the collection and the note of its id.
    unnoted = mark is not None and mark.collection_id == UNKNOWN and found.items == 0
    if mark is None or not (unnoted or mark.collection_id == found.id):
        message = (
            f"The collection {exhibit.name} is there already and not the demo's; "
            "name another data folder in LIKENESS_HOME, or look at yours with `likeness serve`."
        )
        raise Refusal(message)
    return found


def _build(settings: Settings, stores: Stores, exhibit: Exhibit, items: int) -> None:
    """Draw, index and take note; every step goes on where a killed one ended."""
    from indexer.pipeline import build
    from indexer.sources import open_source
    from models.devices import cpu_count

    folder = settings.paths.home / exhibit.folder
    before, drawings = read_mark(folder), generator_digest(exhibit.name)
    if before is not None and (before.items, before.drawings) != (items, drawings):
        _forget(stores, exhibit, folder)
    collection_id = _made(stores, exhibit, folder, Mark(UNKNOWN, items, drawings, None))
    with BuildProgress() as progress:
        drawn = exhibit.catalogue(items)
        # Shoes are designed one after the other, one item each; of people one knows all the crops at once.
        count = len(drawn) if isinstance(drawn, Sized) else items
        listed = draw(drawn, count, folder / drawings[:12], cpu_count(), progress)
        report = build(
            stores.catalogue,
            stores.pictures,
            stores.generations,
            predictor_of(settings, exhibit.model, None),
            exhibit.name,
            open_source(listed),
            checkpoints=stores.checkpoints,
            progress=progress,
        )
    queries = exhibit.queries(items)
    lay_out(queries, folder / QUERIES)
    _write_mark(folder, Mark(collection_id, items, drawings, report.digest))
    note(f"The demo has {report.count} {exhibit.pictured}, embedded with {report.digest[:12]}.")
    if queries:
        note(f"Crops to look for, of {exhibit.name} who are among them and of others who are not: {folder / QUERIES}")


def _made(stores: Stores, exhibit: Exhibit, folder: Path, mark: Mark) -> int:
    """Make the collection if need be, taking note before and after, and return its id."""
    from indexer.catalogue import UnknownCollection

    try:
        return stores.catalogue.collection(exhibit.name).id
    except UnknownCollection:
        _write_mark(folder, mark)
        made = stores.catalogue.create_collection(exhibit.name, exhibit.model, exhibit.title, personal=exhibit.personal)
        _write_mark(folder, Mark(made.id, mark.items, mark.drawings, None))
        return made.id


def _forget(stores: Stores, exhibit: Exhibit, folder: Path) -> None:
    """Remove what is not drawn any more."""
    from indexer.catalogue import UnknownCollection

    with suppress(UnknownCollection):
        stores.catalogue.delete_collection(exhibit.name)
    shutil.rmtree(folder)
