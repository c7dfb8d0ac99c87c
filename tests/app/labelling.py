"""A server that labels pictures by their colours, as `tests.models.taggers` has it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from app.main import create_app
from models.checkpoints import Checkpoint, CheckpointStore
from models.devices import Device
from models.images import Picture
from models.label_calibration import LabelCalibration
from models.tagging import TaggingPredictor
from tests.app.serving import SPECS, load, settings_in
from tests.models.taggers import LABELS, WEIGHTS, Colours, save_tiny, tiny_spec

HALF = LabelCalibration(1.0, 0.0, (0.5,) * len(LABELS), {0.9: (0.8, 0.8, 0.8, 0.2)})
"""Leaves probabilities as they are; three of four labels must be surer where a precision is asked for."""


def store_in(home: Path) -> CheckpointStore:
    """Open the checkpoints of a server."""
    return CheckpointStore(settings_in(home).paths.checkpoints)


def keep(home: Path, weights: torch.Tensor = WEIGHTS) -> Checkpoint:
    """Keep calibrated weights where the server looks."""
    store = store_in(home)
    checkpoint = save_tiny(store, weights)
    store.calibrate(checkpoint, HALF)
    return checkpoint


def tagger_loader(home: Path) -> Callable[[str, str | None], TaggingPredictor]:
    """Load the tagger as `load_tagger` does, without its having to be installed."""

    def loaded(model: str, digest: str | None) -> TaggingPredictor:
        store = store_in(home)
        checkpoint = store.find(model, digest, "colours")
        network = Colours(len(checkpoint.card["labels"]))
        network.load_state_dict(store.load(checkpoint))
        network.requires_grad_(requires_grad=False)
        return TaggingPredictor(tiny_spec(), checkpoint, network, Device("cpu", torch.float32, 1))

    return loaded


def labelling_application(home: Path, **changes: Any) -> FastAPI:
    """Make a server that embeds and labels; `changes` are settings."""
    return create_app(
        settings_in(home, **changes),
        predictors=load,
        taggers=tagger_loader(home),
        specs={**SPECS, "tiny": tiny_spec()},
    )


def file_of(picture: Picture, orientation: int = 1) -> bytes:
    """Write a picture as a file, as a camera does that was held so."""
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(picture.rgb).save(buffer, "PNG", exif=exif)
    return buffer.getvalue()


def tag(client: TestClient, *contents: bytes, **parameters: Any) -> Any:
    """Ask for labels of picture files; returns the response."""
    files = [("image", ("p.png", content, "image/png")) for content in contents]
    return client.post("/v1/tags", params={"beam": 16, **parameters}, files=files)


def names(answer: Any, picture: int = 0) -> list[str]:
    """The labels of one picture of an answer."""
    assert answer.status_code == 200, answer.text
    return [said["label"] for said in answer.json()["pictures"][picture]["tags"]]
