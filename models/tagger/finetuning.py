"""From labelled pictures to a checkpoint whose trunk has learnt from them too."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import torch

from models.tagger.features import describe
from models.tagger.layouts import load
from models.tagger.tagger_net import TaggerNet
from models.tagger.train import Learnt, keep, named, numbers, telling
from models.tagger.whole_recipe import WholeRecipe, looked_at
from models.training import Stage, fit

if TYPE_CHECKING:
    from pathlib import Path

    from models.checkpoints import Checkpoint, CheckpointStore
    from models.contracts import ModelSpec
    from models.devices import Device
    from models.tagger.datasets import Parts

EPOCHS = 20
"""How often each picture is learnt from, on average."""


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
    """Train trunk and label network together, where `models.tagger.train.train` leaves the trunk as it is.

    Arguments and errors are the same.
    """
    parts, chosen = load(data), network or spec.default_network
    start = untaught(parts, state / "features", device, report)
    learnt = learn_whole(start, parts, state / f"{chosen} whole", device, report, steps)
    return keep(learnt, parts, spec, chosen, store, device)


def untaught(parts: Parts, features: Path, device: Device, report: Callable[[Stage], None]) -> TaggerNet:
    """Make the network to start from: ImageNet's trunk, and a label network that has learnt nothing.

    Args:
        parts: the first of which tells how far features are spread.
        features: a folder for what ImageNet's trunk sees of it, as of `models.tagger.features.describe`.
        device: where to look.
        report: called with progress.
    """
    torch.manual_seed(WholeRecipe.seed)
    network = TaggerNet(len(parts.trained.labels)).eval()
    network.eye.load_imagenet()
    seen = describe(parts.trained, network.eye, features, device, telling(report, "features, trained"))
    seen.standardise(network.voice.standardised)
    return network


def learn_whole(
    start: TaggerNet, parts: Parts, state: Path, device: Device, report: Callable[[Stage], None], steps: int | None
) -> Learnt:
    """Teach all of a network; `state` is a path to go on from."""
    recipe = WholeRecipe(
        parts.trained,
        parts.held_out,
        start.state_dict(),
        steps or max(1, round(EPOCHS * len(parts.trained) / WholeRecipe.batch)),
    )
    found = fit(recipe, named(state, parts, recipe), device, telling(report, "trunk and labels"))
    network = cast("TaggerNet", found.network)
    stages = {"trunk and labels": {**found.card(), "recipe": numbers(recipe)}}
    return Learnt(network, looked_at(parts.held_out, network.eye, device), stages)
