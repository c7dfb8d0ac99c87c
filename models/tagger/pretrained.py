"""The ImageNet weights an eye starts from: a package brings those of one, a person those of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.backbones.vgg import OFFICIAL
from models.tagger.eyes import Eye, LiteEye, VGGEye

if TYPE_CHECKING:
    from models.checkpoints import Checkpoint, CheckpointStore

_MODEL = "tagger"


def install(content: bytes, store: CheckpointStore) -> Checkpoint:
    """Keep the official ImageNet weights of VGG-16 in the data folder; see `OfficialFile.install`."""
    return OFFICIAL.install(content, store)


def load_imagenet(eye: Eye, store: CheckpointStore) -> None:
    """Fill an eye with its ImageNet weights.

    Raises:
        MissingCheckpoint: they are not installed; the message says how they are.
        CorruptCheckpoint: they are damaged.
    """
    if isinstance(eye, LiteEye):
        eye.load_imagenet()
    if isinstance(eye, VGGEye):
        eye.trunk.load_state_dict(OFFICIAL.load(store, _MODEL))
