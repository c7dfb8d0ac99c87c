"""From a folder of crops to a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from models.reid.calibration import calibrate_trained
from models.reid.datasets import find_parts, read
from models.reid.network import Design
from models.reid.pretrained import loader
from models.reid.recipe import ClassifiedNet, PersonRecipe
from models.reid.trunks import RESNET
from models.training import fit, half_precision

if TYPE_CHECKING:
    from models.checkpoints import Checkpoint
    from models.reid.listings import Listing
    from models.training_request import TrainingRequest

NUMBERS: Mapping[str, Mapping[str, Any]] = {RESNET: {"rate": 1e-3, "trunk_rate": 1e-4}}
"""What differs from the recipe's own numbers, by trunk: a larger network takes smaller steps."""
LICENCE = "Trained on pictures of people for research; commercial users must retrain on data of their own."


def train(request: TrainingRequest) -> Checkpoint:
    """Train the system and store the weights, fp16, as a checkpoint in the data folder.

    Args:
        request: its data are what `models.reid.datasets.find_parts` reads, whose test part is not looked at; its
            network is a trunk; the ImageNet weights of ResNet-50 are in its store.

    Raises:
        MissingData: the folder does not hold the data.
        MissingCheckpoint: the ImageNet weights are not installed.
        NothingToJudge: nobody of the held-out people was seen by two cameras.
    """
    chosen, spec = request.chosen, request.spec
    parts, load = find_parts(request.data), loader(chosen, request.store)
    recipe = PersonRecipe(
        read(parts.trained),
        read(parts.held_out),
        load,
        replace(Design(), trunk=chosen),
        **{**NUMBERS.get(chosen, {}), **request.length()},
    )
    trained = fit(recipe, request.state / f"{chosen}.pt", request.device, request.telling("people"))
    embedding = cast("ClassifiedNet", trained.network).embedding
    card = {
        "preprocessing": spec.preprocessing,
        "licence": LICENCE,
        "data": {"trained": _counts(parts.trained), "held out": _counts(parts.held_out)},
        "device": request.device.name,
        "stages": {"people": {**trained.card(), "recipe": _numbers(recipe)}},
        "calibration": calibrate_trained(embedding, parts.held_out),
    }
    return request.store.save(spec.name, chosen, half_precision(embedding), card)


def _counts(listing: Listing) -> Mapping[str, int]:
    return {"identities": len(np.unique(listing.identities)), "pictures": len(listing)}


def _numbers(recipe: PersonRecipe) -> Mapping[str, Any]:
    large = {"trained", "held_out", "load", "design", "augmentation"}
    plain = {name: value for name, value in vars(recipe).items() if name not in large}
    return {**plain, "design": asdict(recipe.design), "augmentation": asdict(recipe.augmentation)}
