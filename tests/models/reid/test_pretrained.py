"""ImageNet weights of either trunk: what a package brings, and what a person installs."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from models.backbones.efficientnet_lite import EfficientNetLite0, load_imagenet
from models.backbones.resnet import OFFICIAL
from models.checkpoints import CheckpointStore
from models.contracts import CorruptCheckpoint, MissingCheckpoint
from models.reid import pretrained
from models.reid.pretrained import install, loader
from models.reid.trunks import LITE, RESNET


@pytest.fixture
def store(tmp_path: Path) -> CheckpointStore:
    """No weights at all."""
    return CheckpointStore(tmp_path / "checkpoints", tmp_path / "shipped")


class Trunk(nn.Module):
    """Stands in for the trunk: one layer of its names, so that the file need not have 100 MB."""

    def __init__(self) -> None:
        """Start at random."""
        super().__init__()
        self.conv1 = nn.Conv2d(3, 2, 7, bias=False)


def test_what_is_installed_is_what_training_starts_from(
    monkeypatch: pytest.MonkeyPatch, store: CheckpointStore
) -> None:
    """Every weight of the trunk is the file's."""
    whole, fresh, stream = Trunk(), Trunk(), io.BytesIO()
    torch.save({**whole.state_dict(), "fc.weight": torch.zeros(4, 2), "fc.bias": torch.zeros(4)}, stream)
    content = stream.getvalue()
    monkeypatch.setattr(pretrained, "OFFICIAL", replace(OFFICIAL, sha256=hashlib.sha256(content).hexdigest()))
    install(content, store)
    loader(RESNET, store)(fresh)
    assert torch.equal(fresh.conv1.weight, whole.conv1.weight)


def test_another_file_is_not_installed(store: CheckpointStore) -> None:
    """Nothing is kept of a file that is not the official one, and the trunk does not start from nothing."""
    with pytest.raises(CorruptCheckpoint, match="sha256"):
        install(b"not the weights", store)
    with pytest.raises(MissingCheckpoint, match=f"likeness models install reid {OFFICIAL.address}"):
        loader(RESNET, store)


def test_the_small_trunk_brings_its_own(store: CheckpointStore) -> None:
    """EfficientNet-Lite0's come with a package and need no installing."""
    one, other = EfficientNetLite0(), EfficientNetLite0()
    try:
        loader(LITE, store)(one)
    except MissingCheckpoint as missing:
        pytest.skip(str(missing))
    load_imagenet(other)
    assert all(torch.equal(tensor, other.state_dict()[name]) for name, tensor in one.state_dict().items())
