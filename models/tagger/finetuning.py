"""From labelled pictures to a checkpoint whose trunk has learnt from them too."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from models.tagger.layouts import load
from models.tagger.tagger_net import TaggerNet
from models.tagger.train import Learnt, keep, learn_labels, named, numbers, telling
from models.tagger.whole_recipe import WholeRecipe, looked_at
from models.training import Stage, fit

if TYPE_CHECKING:
    from pathlib import Path

    from models.checkpoints import Checkpoint, CheckpointStore
    from models.contracts import ModelSpec
    from models.devices import Device
    from models.tagger.datasets import Parts

EPOCHS = 12
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
    """Train as `models.tagger.train.train` does, and then the trunk and the label network together.

    Arguments and errors are the same; steps are those of each stage.
    """
    parts, chosen = load(data), network or spec.default_network
    start = learn_labels(parts, state / chosen, device, report, steps)
    learnt = learn_whole(start, parts, state / f"{chosen} whole", device, report, steps)
    return keep(learnt, parts, spec, chosen, store, device)


def learn_whole(
    start: Learnt, parts: Parts, state: Path, device: Device, report: Callable[[Stage], None], steps: int | None
) -> Learnt:
    """Go on from labels that were learnt with a frozen trunk; `state` is a path to go on from."""
    recipe = WholeRecipe(
        parts.trained,
        parts.held_out,
        start.network.state_dict(),
        steps or max(1, round(EPOCHS * len(parts.trained) / WholeRecipe.batch)),
    )
    found = fit(recipe, named(state, parts, recipe), device, telling(report, "trunk and labels"))
    network = cast("TaggerNet", found.network)
    stages = {**start.stages, "trunk and labels": {**found.card(), "recipe": numbers(recipe)}}
    return Learnt(network, looked_at(parts.held_out, network.eye, device), stages)
