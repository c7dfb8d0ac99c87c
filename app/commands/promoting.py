"""`likeness models promote`: have other weights of a tagger used, also by servers that run."""

from __future__ import annotations

from typing import Annotated

import typer

from app.commands.configuration import checkpoints_of, load_settings
from app.commands.terminal import note

SHORT_DIGEST = 12


def promote(
    name: Annotated[str, typer.Argument(metavar="MODEL", help="Name of the tagger, such as tagger.")],
    checkpoint: Annotated[str, typer.Argument(help="A digest, its first 8 digits or more, or a network's name.")],
) -> None:
    """Have other weights of a tagger used where none are named; running servers go over to them, the old ones stay."""
    from models.devices import choose_device
    from models.tagging import load_tagger

    store = checkpoints_of(load_settings())
    # Loaded beside whatever computes on a GPU: a server that starts with damaged weights would label nothing.
    predictor = load_tagger(store, name, checkpoint, choose_device("cpu"))
    chosen = predictor.checkpoint
    store.promote(chosen)
    note(
        f"{name} says its {len(predictor.labels)} labels by {chosen.network} ({chosen.digest[:SHORT_DIGEST]}) "
        "from now on."
    )
