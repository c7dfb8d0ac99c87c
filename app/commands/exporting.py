"""`likeness models export`: a network for programs that do without Likeness."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from app.commands.configuration import checkpoints_of, load_settings
from app.commands.starting import start_anew
from app.commands.terminal import AsJson, facts, show


def export(
    name: Annotated[str, typer.Argument(metavar="MODEL", help="Name of the model, such as sketch.")],
    format_: Annotated[Literal["onnx"], typer.Option("--format", help="Format of the file.")] = "onnx",
    checkpoint: Annotated[
        str | None, typer.Option(help="A digest, its first 8 digits or more, or a network's name.")
    ] = None,
    side: Annotated[
        Literal["item", "query"], typer.Option(help="What the file embeds: what is stored, or what is searched with.")
    ] = "item",
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="File to write; MODEL-SIDE.onnx in this folder unless set.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a network as a file that takes prepared pictures and gives unit vectors, and check its answers.

    They are compared with Likeness's own in float32, at batches of 1 and 7; a file off by more than 0.001 is deleted.
    """
    start_anew()
    import torch

    from models.devices import Device, thread_share
    from models.exporting import export_onnx
    from models.predictor import load_predictor

    # In float32, whatever this machine is fastest in: the file may be run on any other.
    device = Device("cpu", torch.float32, thread_share(1))
    predictor = load_predictor(checkpoints_of(load_settings()), name, checkpoint, device)
    target = output or Path(f"{name}-{side}.{format_}")
    difference = export_onnx(predictor, side, target)
    found = {
        "file": str(target),
        "network": predictor.checkpoint.network,
        "checkpoint": predictor.digest,
        "side": side,
        "bytes": target.stat().st_size,
        "largest_difference": difference,
    }
    show(found, as_json, lambda: facts(found))
