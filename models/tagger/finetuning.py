"""From labelled pictures to a checkpoint whose trunk has learnt from them too."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import torch

from models.tagger.features import describe
from models.tagger.layouts import load
from models.tagger.pretrained import load_imagenet
from models.tagger.tagger_net import TaggerNet
from models.tagger.train import Learnt, features_of, keep, named, numbers
from models.tagger.whole_recipe import WholeRecipe, looked_at
from models.training import fit

if TYPE_CHECKING:
    from models.checkpoints import Checkpoint
    from models.tagger.datasets import Parts
    from models.training_request import TrainingRequest

EPOCHS = 20
"""How often each picture is learnt from, on average."""


def train(request: TrainingRequest) -> Checkpoint:
    """Train trunk and label network together, where `models.tagger.train.train` leaves the trunk as it is.

    Argument and errors are the same.
    """
    parts = load(request.data)
    return keep(learn_whole(untaught(parts, request), parts, request), parts, request)


def untaught(parts: Parts, request: TrainingRequest) -> TaggerNet:
    """Make the network to start from: ImageNet's trunk, and a label network that has learnt nothing.

    How far features are spread it knows from what ImageNet's trunk sees of the pictures that are learnt from. Errors
    are those of `train`.
    """
    torch.manual_seed(WholeRecipe.seed)
    network = TaggerNet(len(parts.trained.labels), eye=request.chosen).eval()
    load_imagenet(network.eye, request.store)
    tell = request.telling("features, trained")
    seen = describe(parts.trained, network.eye, features_of(request), request.device, tell)
    seen.standardise(network.voice.standardised)
    return network


def learn_whole(start: TaggerNet, parts: Parts, request: TrainingRequest) -> Learnt:
    """Teach all of a network."""
    recipe = WholeRecipe(
        parts.trained,
        parts.held_out,
        start.state_dict(),
        request.steps or max(1, round(EPOCHS * len(parts.trained) / WholeRecipe.batch)),
        request.chosen,
    )
    state = named(request.state / f"{request.chosen} whole", parts, recipe)
    found = fit(recipe, state, request.device, request.telling("trunk and labels"))
    network = cast("TaggerNet", found.network)
    stages = {"trunk and labels": {**found.card(), "recipe": numbers(recipe)}}
    return Learnt(network, looked_at(parts.held_out, network.eye, request.device), stages)
