"""The ImageNet weights a trunk starts from: a package brings those of one, a person those of the other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from models.backbones import efficientnet_lite
from models.backbones.resnet import OFFICIAL
from models.reid.trunks import LITE, Load

if TYPE_CHECKING:
    from torch import Tensor, nn

    from models.checkpoints import Checkpoint, CheckpointStore

_MODEL = "reid"


def install(content: bytes, store: CheckpointStore) -> Checkpoint:
    """Keep the official ImageNet weights of ResNet-50 in the data folder; see `OfficialFile.install`."""
    return OFFICIAL.install(content, store)


def loader(trunk: str, store: CheckpointStore) -> Load:
    """Return what fills a trunk with its ImageNet weights.

    Raises:
        MissingCheckpoint: they are not installed; the message says how they are.
        CorruptCheckpoint: they are damaged.
    """
    if trunk == LITE:
        return cast("Load", efficientnet_lite.load_imagenet)
    return partial(_fill, OFFICIAL.load(store, _MODEL))


def _fill(state: dict[str, Tensor], trunk: nn.Module) -> None:
    trunk.load_state_dict(state)
