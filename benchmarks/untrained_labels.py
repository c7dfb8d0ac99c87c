"""Weights of the tagger to measure with where there are none: the trunk as ImageNet left it, and random labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import torch

from benchmarks.labels import MODEL
from models.checkpoints import Checkpoint, CheckpointStore
from models.contracts import MissingCheckpoint
from models.images import decode
from models.paths import NOTHING, Limits
from models.registry import tagging_spec
from models.tagger.beam import search
from models.tagger.tagger_net import TaggerNet
from models.training import half_precision

if TYPE_CHECKING:
    from torch import Tensor

    from models.tagger.eyes import LiteEye

UNTRAINED = "untrained"
LABELS = 260
"""As many as Corel-5K has."""
SAID = 4
"""Labels of a picture, about as many as there: how long paths are is the one thing on which times depend."""
SEED = 2016
# The deviation of scores that makes the best labels of a picture stand out, as training does.
_SPREAD = 6.0
_TINY = 1e-3
_HALVINGS = 12


def find_or_make(store: CheckpointStore, pictures: Sequence[bytes]) -> Checkpoint:
    """Find the weights that a server would use; where there are none, keep untrained ones.

    Args:
        store: where to look, and where to keep them.
        pictures: files of which untrained weights say about `SAID` labels each.

    Returns:
        The weights; the card of untrained ones has `UNTRAINED`.
    """
    spec = tagging_spec(MODEL)
    try:
        return store.find(MODEL, None, spec.default_network)
    except MissingCheckpoint:
        batch = torch.stack([spec.prepare_item(decode(content)) for content in pictures])
        names = [f"label {number}" for number in range(LABELS)]
        card = {"preprocessing": spec.preprocessing, "labels": names, UNTRAINED: True}
        return store.save(MODEL, spec.default_network, half_precision(untrained(batch)), card)


def untrained(batch: Tensor, labels: int = LABELS) -> TaggerNet:
    """Build a network that was never trained, and says about `SAID` labels of prepared pictures, uint8 (n, 3, h, w)."""
    torch.manual_seed(SEED)
    network = TaggerNet(labels).eval()
    cast("LiteEye", network.eye).load_imagenet()
    voice = network.voice
    with torch.no_grad():
        features = network.look(batch).features
        voice.standardised.mean.copy_(features.mean(dim=0))
        # One for all: what hardly differs between pictures is not to be magnified, for it is mostly rounding.
        voice.standardised.deviation.fill_(features.std(dim=0, correction=0).mean() + _TINY)
        voice.embedding.weight.mul_(_SPREAD / voice.score_alone(features)[:, : voice.end].std())
        low, high = -10 * _SPREAD, 10 * _SPREAD
        for _ in range(_HALVINGS):
            # The likelier the end is, the shorter paths are.
            voice.offset[voice.end] = (low + high) / 2
            paths = search(voice, features, Limits()).labels[:, 0]
            if (paths != NOTHING).sum() > SAID * len(batch):
                low = (low + high) / 2
            else:
                high = (low + high) / 2
    return network
