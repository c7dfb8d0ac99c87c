"""From labelled pictures to a checkpoint."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from models.tagger.calibration import calibrate_trained
from models.tagger.features import describe
from models.tagger.layouts import load
from models.tagger.network import Design
from models.tagger.ordering import Order
from models.tagger.recipe import PathRecipe
from models.tagger.tagger_net import TaggerNet
from models.tagger.variation import Variation
from models.training import Progress, Stage, fit, half_precision

if TYPE_CHECKING:
    from pathlib import Path

    from models.checkpoints import Checkpoint, CheckpointStore
    from models.contracts import ModelSpec
    from models.devices import Device
    from models.tagger.datasets import Listing, Parts
    from models.tagger.described import Described
    from models.tagger.network import LabelNet

LICENCE = "The trunk's weights are Apache-2.0; what was learnt from pictures is subject to their terms."


@dataclass(frozen=True, eq=False)
class Learnt:
    """What has been learnt so far.

    Attributes:
        network: on the CPU, float32, in evaluation mode.
        held_out: the held-out pictures as its trunk sees them.
        stages: for the card: what each stage did.
    """

    network: TaggerNet
    held_out: Described
    stages: Mapping[str, Any]


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
    parts, chosen = load(data), network or spec.default_network
    learnt = learn_labels(parts, state / chosen, device, report, steps)
    return keep(learnt, parts, spec, chosen, store, device)


def learn_labels(
    parts: Parts, state: Path, device: Device, report: Callable[[Stage], None], steps: int | None = None
) -> Learnt:
    """Learn labels of what the frozen trunk sees; arguments and errors as of `train`, `state` a path to go on from."""
    whole = TaggerNet(len(parts.trained.labels))
    whole.eval().eye.load_imagenet()
    trained, held_out = (
        describe(part, whole.eye, state.parent / "features", device, telling(report, f"features, {name}"))
        for name, part in (("trained", parts.trained), ("held out", parts.held_out))
    )
    recipe = PathRecipe(trained, held_out)
    if steps is not None:
        recipe = replace(recipe, steps=steps, evaluate_every=steps)
    found = fit(recipe, named(state, parts, recipe), device, telling(report, "labels"))
    whole.voice.load_state_dict(cast("LabelNet", found.network).state_dict())
    return Learnt(whole, held_out, {"labels": {**found.card(), "recipe": numbers(recipe)}})


def keep(
    learnt: Learnt, parts: Parts, spec: ModelSpec, network: str, store: CheckpointStore, device: Device
) -> Checkpoint:
    """Calibrate what was learnt, and store it."""
    card = {
        "preprocessing": spec.preprocessing,
        "licence": LICENCE,
        "labels": list(parts.trained.labels),
        "data": {"trained": _counts(parts.trained), "held out": _counts(parts.held_out)},
        "device": device.name,
        "stages": dict(learnt.stages),
        "calibration": calibrate_trained(learnt.network.voice, learnt.held_out),
    }
    return store.save(spec.name, network, half_precision(learnt.network), card)


def telling(report: Callable[[Stage], None], name: str) -> Callable[[Progress], None]:
    """Return what tells the progress of a stage."""
    return lambda progress: report(Stage(name, progress))


def named(state: Path, parts: Parts, recipe: object) -> Path:
    """Name what is learnt from and how, so that a run on one's own pictures does not go on where another ended."""
    digest = hashlib.sha256(repr((parts.trained.labels, parts.trained.paths, numbers(recipe))).encode())
    for part in (parts.trained, parts.held_out):
        digest.update(part.tags.tobytes())
    return state.with_name(f"{state.name} {digest.hexdigest()[:16]}.pt")


def numbers(recipe: object) -> Mapping[str, Any]:
    """Return the numbers of a recipe by their names, for a card."""
    large = {"trained", "held_out", "start", "log_frequencies"}
    plain = {name: value for name, value in vars(recipe).items() if name not in large}
    return {name: _plain(value) for name, value in plain.items()}


def _plain(value: Any) -> Any:  # noqa: ANN401 - a number, a name, or a record of such
    if isinstance(value, Design | Variation):
        return asdict(value)
    return str(value) if isinstance(value, Order) else value


def _counts(listing: Listing) -> Mapping[str, int]:
    return {"pictures": len(listing), "tags": int(listing.tags.sum())}
