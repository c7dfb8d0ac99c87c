"""From labelled pictures to a checkpoint."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, cast

from models.tagger.calibration import calibrate_trained
from models.tagger.features import describe
from models.tagger.layouts import load
from models.tagger.recipe import PathRecipe
from models.tagger.tagger_net import TaggerNet
from models.training import Progress, Stage, fit, half_precision

if TYPE_CHECKING:
    from pathlib import Path

    from models.checkpoints import Checkpoint, CheckpointStore
    from models.contracts import ModelSpec
    from models.devices import Device
    from models.tagger.datasets import Listing, Parts
    from models.tagger.network import LabelNet

LICENCE = "The trunk's weights are Apache-2.0; what was learnt from pictures is subject to their terms."


def train(
    spec: ModelSpec,
    data: Path,
    store: CheckpointStore,
    state: Path,
    device: Device,
    report: Callable[[Stage], None],
    network: str | None = None,
    steps: int | None = None,
) -> Checkpoint:
    """Train the system and store the weights, fp16, as a checkpoint in the data folder.

    The trunk stays as ImageNet left it; what it sees of each picture is computed once. A killed run goes on where it
    was, if called again with the same `state`; of other pictures it computes features anew.

    Args:
        spec: the system's description.
        data: what `models.tagger.layouts.load` reads; its test part is not looked at.
        store: where the checkpoint goes.
        state: a folder for features and for what a resumed run needs; delete it to start anew.
        device: where to train.
        report: called with progress.
        network: which network; None for the default.
        steps: optimiser steps; None for the recipe's own.

    Raises:
        MissingData: there is no such data, or a file is no picture.
        MissingCheckpoint: the ImageNet weights are not installed.
    """
    parts = load(data)
    chosen = network or spec.default_network
    whole = TaggerNet(len(parts.trained.labels))
    whole.eval().eye.load_imagenet()

    def tell(name: str) -> Callable[[Progress], None]:
        return lambda progress: report(Stage(name, progress))

    trained, held_out = (
        describe(part, whole.eye, state / "features", device, tell(f"features, {name}"))
        for name, part in (("trained", parts.trained), ("held out", parts.held_out))
    )
    recipe = PathRecipe(trained, held_out)
    if steps is not None:
        recipe = replace(recipe, steps=steps, evaluate_every=steps)
    found = fit(recipe, state / f"{chosen} {_name(parts, recipe)}.pt", device, tell("labels"))
    voice = cast("LabelNet", found.network)
    whole.voice.load_state_dict(voice.state_dict())
    card = {
        "preprocessing": spec.preprocessing,
        "licence": LICENCE,
        "labels": list(parts.trained.labels),
        "data": {"trained": _counts(parts.trained), "held out": _counts(parts.held_out)},
        "device": device.name,
        "stages": {"labels": {**found.card(), "recipe": _numbers(recipe)}},
        "calibration": calibrate_trained(voice, held_out),
    }
    return store.save(spec.name, chosen, half_precision(whole), card)


def _name(parts: Parts, recipe: PathRecipe) -> str:
    """Name what is learnt from and how, so that a run on one's own pictures does not go on where another ended."""
    digest = hashlib.sha256(repr((parts.trained.labels, parts.trained.paths, _numbers(recipe))).encode())
    for part in (parts.trained, parts.held_out):
        digest.update(part.tags.tobytes())
    return digest.hexdigest()[:16]


def _counts(listing: Listing) -> Mapping[str, int]:
    return {"pictures": len(listing), "tags": int(listing.tags.sum())}


def _numbers(recipe: PathRecipe) -> Mapping[str, Any]:
    large = {"trained", "held_out", "design"}
    plain = {name: value for name, value in vars(recipe).items() if name not in large}
    return {**plain, "order": str(recipe.order), "design": asdict(recipe.design)}
