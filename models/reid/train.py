"""From a folder of crops to a checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from models.reid.calibration import calibrate_trained
from models.reid.datasets import find_parts, read
from models.reid.network import Design
from models.reid.pretrained import loader
from models.reid.recipe import ClassifiedNet, PersonRecipe
from models.reid.trunks import RESNET
from models.training import Progress, Stage, fit, half_precision

if TYPE_CHECKING:
    from pathlib import Path

    from models.checkpoints import Checkpoint, CheckpointStore
    from models.contracts import ModelSpec
    from models.devices import Device
    from models.reid.listings import Listing

NUMBERS: Mapping[str, Mapping[str, Any]] = {RESNET: {"rate": 1e-3, "trunk_rate": 1e-4}}
"""What differs from the recipe's own numbers, by trunk: a larger network takes smaller steps."""
LICENCE = "Trained on pictures of people for research; commercial users must retrain on data of their own."


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

    A killed run goes on where it was, if called again with the same `state`.

    Args:
        spec: the system's description.
        data: what `models.reid.datasets.find_parts` reads; its test part is not looked at.
        store: where the checkpoint goes, and where the ImageNet weights of ResNet-50 are.
        state: a folder for what a resumed run needs; delete it to start anew.
        device: where to train.
        report: called with progress.
        network: which trunk; None for the default.
        steps: optimiser steps; None for the recipe's own.

    Raises:
        MissingData: the folder does not hold the data.
        MissingCheckpoint: the ImageNet weights are not installed.
        NothingToJudge: nobody of the held-out people was seen by two cameras.
    """
    chosen = network or spec.default_network
    length = {} if steps is None else {"steps": steps, "evaluate_every": max(1, steps // 10)}
    parts, load = find_parts(data), loader(chosen, store)
    recipe = PersonRecipe(
        read(parts.trained),
        read(parts.held_out),
        load,
        replace(Design(), trunk=chosen),
        **{**NUMBERS.get(chosen, {}), **length},
    )

    def tell(progress: Progress) -> None:
        report(Stage("people", progress))

    trained = fit(recipe, state / f"{chosen}.pt", device, tell)
    embedding = cast("ClassifiedNet", trained.network).embedding
    card = {
        "preprocessing": spec.preprocessing,
        "licence": LICENCE,
        "data": {"trained": _counts(parts.trained), "held out": _counts(parts.held_out)},
        "device": device.name,
        "stages": {"people": {**trained.card(), "recipe": _numbers(recipe)}},
        "calibration": calibrate_trained(embedding, parts.held_out),
    }
    return store.save(spec.name, chosen, half_precision(embedding), card)


def _counts(listing: Listing) -> Mapping[str, int]:
    return {"identities": len(np.unique(listing.identities)), "pictures": len(listing)}


def _numbers(recipe: PersonRecipe) -> Mapping[str, Any]:
    large = {"trained", "held_out", "load", "design", "augmentation"}
    plain = {name: value for name, value in vars(recipe).items() if name not in large}
    return {**plain, "design": asdict(recipe.design), "augmentation": asdict(recipe.augmentation)}
