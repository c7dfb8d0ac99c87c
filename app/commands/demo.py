"""`likeness demo`: a catalogue of drawn shoes, built once, and the server before it."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.building import BuildProgress
from app.commands.configuration import checkpoints_of, load_settings, predictor_of
from app.commands.drawing import draw, generator_digest
from app.commands.keys import require_key
from app.commands.sentences import Refusal
from app.commands.serve import Host, Port, serve_on, take_socket
from app.commands.starting import start_anew
from app.commands.stores import Stores, opened
from app.commands.terminal import AsJson, note

if TYPE_CHECKING:
    from app.settings import Settings
    from indexer.catalogue import Collection

COLLECTION = "shoes"
TITLE = "Shoes"
MODEL = "sketch"
DEFAULT_ITEMS = 600
MARK = "demo.json"
UNKNOWN = 0
"""Id that no collection has."""


@dataclass(frozen=True)
class Mark:
    """What the demo was built from, as a file in its folder remembers it.

    Attributes:
        collection_id: of the collection that the demo made, or was about to make.
        items: how many shoes were asked for.
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
        int | None, typer.Option(min=1, max=5000, help=f"How many shoes to draw; {DEFAULT_ITEMS} unless set.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw a catalogue of shoes, index it, and serve it; the second start only serves."""
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
        serve_on(taken, settings, as_json=as_json)


def prepare(settings: Settings, items: int | None) -> None:
    """Draw and index the demo's catalogue, unless it stands as it should."""
    from models.registry import spec

    folder = settings.paths.home / "demo"
    checkpoint = checkpoints_of(settings).find(MODEL, default_network=spec(MODEL).default_network)
    with opened(settings) as stores:
        mark = read_mark(folder)
        collection = _collection(stores, mark)
        count = items or (DEFAULT_ITEMS if mark is None else mark.items)
        reason = reason_to_build(collection, mark, count, checkpoint.digest)
        if reason is not None:
            note(reason)
            _build(settings, stores, folder, count)


def reason_to_build(collection: Collection | None, mark: Mark | None, items: int, checkpoint: str) -> str | None:
    """Say why the demo has to be built, or to be built anew; None if it stands as it should."""
    if collection is None or mark is None:
        return f"Drawing {items} shoes and indexing them; this happens once and takes a minute or two."
    if mark.checkpoint is None or collection.published is None:
        return "The demo was interrupted while it was built; going on."
    if mark.checkpoint != checkpoint:
        return (
            f"The shipped weights have changed ({mark.checkpoint[:12]} to {checkpoint[:12]}): indexing the demo anew."
        )
    if mark.drawings != generator_digest():
        return "This version draws other shoes: drawing and indexing the demo anew."
    if mark.items != items:
        return f"The demo has {mark.items} shoes and {items} are asked for: drawing and indexing it anew."
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


def _collection(stores: Stores, mark: Mark | None) -> Collection | None:
    """Find the demo's collection; one of the same name that the demo did not make is not touched."""
    from indexer.catalogue import UnknownCollection

    try:
        found = stores.catalogue.collection(COLLECTION)
    except UnknownCollection:
        return None
    # A kill may have come between the making of the collection and the note of its id.
    unnoted = mark is not None and mark.collection_id == UNKNOWN and found.items == 0
    if mark is None or not (unnoted or mark.collection_id == found.id):
        message = (
            f"The collection {COLLECTION} is there already and not the demo's; "
            "name another data folder in LIKENESS_HOME, or look at yours with `likeness serve`."
        )
        raise Refusal(message)
    return found


def _build(settings: Settings, stores: Stores, folder: Path, items: int) -> None:
    """Draw, index and take note; every step goes on where a killed one ended."""
    from app.demo.shoes.catalogue import catalogue
    from indexer.pipeline import build
    from indexer.sources import open_source
    from models.devices import cpu_count

    before, drawings = read_mark(folder), generator_digest()
    if before is not None and (before.items, before.drawings) != (items, drawings):
        _forget(stores, folder)
    collection_id = _made(stores, folder, Mark(UNKNOWN, items, drawings, None))
    with BuildProgress() as progress:
        listed = draw(catalogue(items), items, folder / drawings[:12], cpu_count(), progress)
        report = build(
            stores.catalogue,
            stores.pictures,
            stores.generations,
            predictor_of(settings, MODEL, None),
            COLLECTION,
            open_source(listed),
            checkpoints=stores.checkpoints,
            progress=progress,
        )
    _write_mark(folder, Mark(collection_id, items, drawings, report.digest))
    note(f"The demo has {report.count} shoes, embedded with {report.digest[:12]}.")


def _made(stores: Stores, folder: Path, mark: Mark) -> int:
    """Make the collection if need be, taking note before and after, and return its id."""
    from indexer.catalogue import UnknownCollection

    try:
        return stores.catalogue.collection(COLLECTION).id
    except UnknownCollection:
        _write_mark(folder, mark)
        made = stores.catalogue.create_collection(COLLECTION, MODEL, TITLE)
        _write_mark(folder, Mark(made.id, mark.items, mark.drawings, None))
        return made.id


def _forget(stores: Stores, folder: Path) -> None:
    """Remove shoes that are not drawn any more."""
    from indexer.catalogue import UnknownCollection

    with suppress(UnknownCollection):
        stores.catalogue.delete_collection(COLLECTION)
    shutil.rmtree(folder)
