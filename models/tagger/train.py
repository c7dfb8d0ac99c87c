"""From labelled pictures to a checkpoint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

from models.tagger.calibration import calibrate_trained
from models.tagger.features import describe
from models.tagger.layouts import load
from models.tagger.network import Design
from models.tagger.pretrained import load_imagenet
from models.tagger.recipe import PathRecipe
from models.tagger.tagger_net import TaggerNet
from models.tagger.variation import Variation
from models.training import fit, half_precision

if TYPE_CHECKING:
    from pathlib import Path

    from models.checkpoints import Checkpoint
    from models.tagger.datasets import Listing, Parts
    from models.tagger.described import Described
    from models.tagger.network import LabelNet
    from models.training_request import TrainingRequest

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


def train(request: TrainingRequest) -> Checkpoint:
    """Train the system and store the weights, fp16, as a checkpoint in the data folder.

    The trunk stays as ImageNet left it; what it sees of each picture is computed once. A killed run goes on where it
    was; of other pictures it computes features anew, which are kept in the request's state.

    Args:
        request: its data are what `models.tagger.layouts.load` reads, whose test part is not looked at.

    Raises:
        MissingData: there is no such data, or a file is no picture.
        MissingCheckpoint: the ImageNet weights are not installed.
    """
    parts = load(request.data)
    return keep(learn_labels(parts, request), parts, request)


def learn_labels(parts: Parts, request: TrainingRequest) -> Learnt:
    """Learn labels of what the frozen trunk sees; errors as of `train`."""
    whole = TaggerNet(len(parts.trained.labels), eye=request.chosen).eval()
    load_imagenet(whole.eye, request.store)
    trained, held_out = (
        describe(part, whole.eye, features_of(request), request.device, request.telling(f"features, {name}"))
        for name, part in (("trained", parts.trained), ("held out", parts.held_out))
    )
    recipe = PathRecipe(trained, held_out, **request.length(judgements=1))
    state = named(request.state / request.chosen, parts, recipe)
    found = fit(recipe, state, request.device, request.telling("labels"), optimiser_of=recipe.optimiser_of)
    whole.voice.load_state_dict(cast("LabelNet", found.network).state_dict())
    return Learnt(whole, held_out, {"labels": {**found.card(), "recipe": numbers(recipe)}})


def features_of(request: TrainingRequest) -> Path:
    """Return the folder for what the network's eye sees."""
    return request.state / f"{request.chosen} features"


def keep(learnt: Learnt, parts: Parts, request: TrainingRequest) -> Checkpoint:
    """Calibrate what was learnt, and store it."""
    spec = request.spec
    card = {
        "preprocessing": spec.preprocessing,
        "licence": LICENCE,
        "labels": list(parts.trained.labels),
        "data": {"trained": _counts(parts.trained), "held out": _counts(parts.held_out)},
        "device": request.device.name,
        "stages": dict(learnt.stages),
        "calibration": calibrate_trained(learnt.network.voice, learnt.held_out),
    }
    return request.store.save(spec.name, request.chosen, half_precision(learnt.network), card)


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
    return str(value) if isinstance(value, StrEnum) else value


def _counts(listing: Listing) -> Mapping[str, int]:
    return {"pictures": len(listing), "tags": int(listing.tags.sum())}
