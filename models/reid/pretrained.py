"""The ImageNet weights a trunk starts from: a package brings those of one, a person those of the other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from models.backbones import efficientnet_lite, resnet
from models.contracts import MissingCheckpoint
from models.reid.trunks import LITE, RESNET, Load

if TYPE_CHECKING:
    from torch import Tensor, nn

    from models.checkpoints import Checkpoint, CheckpointStore

ADDRESS = resnet.OFFICIAL_ADDRESS
"""Where the file lies that `install` takes."""
_MODEL = "backbones"
_LICENCE = "ImageNet weights as published with torchvision, for resnet50."


def install(content: bytes, store: CheckpointStore) -> Checkpoint:
    """Keep the official ImageNet weights of ResNet-50 in the data folder, as safetensors, without their classifier.

    Raises:
        CorruptCheckpoint: the content is not that of the file at `ADDRESS`.
    """
    card = {"preprocessing": 1, "licence": _LICENCE, "from": ADDRESS, "sha256": resnet.OFFICIAL_SHA256}
    return store.save(_MODEL, RESNET, resnet.read_official(content), card)


def loader(trunk: str, store: CheckpointStore) -> Load:
    """Return what fills a trunk with its ImageNet weights.

    Raises:
        MissingCheckpoint: they are not installed; the message says how they are.
        CorruptCheckpoint: they are damaged.
    """
    if trunk == LITE:
        return cast("Load", efficientnet_lite.load_imagenet)
    try:
        checkpoint = store.find(_MODEL, trunk)
    except MissingCheckpoint:
        message = (
            f"The ImageNet weights of {trunk} are not installed; "
            f"fetch them with `likeness models install reid {ADDRESS}`, or name the file where it lies."
        )
        raise MissingCheckpoint(message) from None
    return partial(_fill, store.load(checkpoint))


def _fill(state: dict[str, Tensor], trunk: nn.Module) -> None:
    trunk.load_state_dict(state)
