"""`likeness index watch`: builds run by themselves, once so much has changed that searches would become slow."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.building import BuildProgress
from app.commands.configuration import load_settings, predictor_of
from app.commands.serving import stop
from app.commands.starting import start_anew
from app.commands.stores import Stores, opened
from app.commands.terminal import AsJson, note

if TYPE_CHECKING:
    from app.settings import Settings
    from indexer.maintenance import IndexStatus
    from indexer.pipeline import BuildReport

EVERY_S = 60.0
FAILED = 1


def watch(
    collections: Annotated[
        list[str] | None, typer.Argument(metavar="[COLLECTION]...", help="Names of collections; all unless named.")
    ] = None,
    *,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = EVERY_S,
    bound: Annotated[
        int | None, typer.Option(min=0, help="Changed vectors past which is built; where searches call it due.")
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Look once, build what is due, and leave; exit code 1 if something failed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fold what servers have written into the indexes, whenever a build is due, until Ctrl-C or SIGTERM."""
    start_anew()
    signal.signal(signal.SIGTERM, stop)
    from indexer.live import DELTA_BOUND

    settings = load_settings()
    with opened(settings) as stores:
        look = partial(
            look_once, settings, stores, tuple(collections or ()), DELTA_BOUND if bound is None else bound, as_json
        )
        if once:
            if not look():
                raise typer.Exit(FAILED)
            return
        keep_looking(look, every)


def keep_looking(look: Callable[[], object], every: float, pause: Callable[[float], None] = time.sleep) -> None:
    """Look again and again, with a pause of `every` seconds after each time, until an exception ends it."""
    while True:
        look()
        pause(every)


def look_once(settings: Settings, stores: Stores, names: tuple[str, ...], bound: int, as_json: bool) -> bool:
    """Build what is due, tell of it, and return whether nothing failed; another indexer at work is no failure."""
    from indexer.generations import BuildRunning
    from indexer.watching import Failed, fold_in

    sound = True
    outcomes = fold_in(stores.catalogue, stores.generations, bound, partial(_build, settings, stores), names)
    for outcome in outcomes:
        if isinstance(outcome, Failed):
            sound = sound and isinstance(outcome.error, BuildRunning)
            note(str(outcome.error))
        elif as_json:
            print(json.dumps(asdict(outcome)), flush=True)
        else:
            told = f"{outcome.collection}: generation {outcome.generation} holds {outcome.count:,} vectors."
            print(told, flush=True)
    return sound


def _build(settings: Settings, stores: Stores, due: IndexStatus) -> BuildReport:
    """Build with the weights that searches use; others are a decision of people."""
    from indexer.pipeline import build

    predictor = predictor_of(settings, due.model, due.digest)
    with BuildProgress() as progress:
        return build(
            stores.catalogue,
            stores.pictures,
            stores.generations,
            predictor,
            due.collection,
            checkpoints=stores.checkpoints,
            progress=progress,
        )
