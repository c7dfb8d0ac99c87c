"""Published files: checked before they are opened, installed once, and the same in what starts from them."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from models.backbones.official import OfficialFile
from models.checkpoints import WEIGHTS, CheckpointStore
from models.contracts import CorruptCheckpoint, MissingCheckpoint

STATE = {
    "conv1.weight": torch.rand(2, 3),
    "conv1.bias": torch.rand(2),
    "fc.weight": torch.ones(3),
    "fc.bias": torch.ones(1),
}


def written(state: dict[str, Tensor]) -> bytes:
    """Weights as torchvision's are written."""
    stream = io.BytesIO()
    torch.save(state, stream)
    return stream.getvalue()


CONTENT = written(STATE)
FILE = OfficialFile("net", "https://weights.example/net.pth", hashlib.sha256(CONTENT).hexdigest(), "fc.")


@pytest.fixture
def store(tmp_path: Path) -> CheckpointStore:
    """No weights at all."""
    return CheckpointStore(tmp_path / "checkpoints", tmp_path / "shipped")


def test_it_is_read_without_its_classifier() -> None:
    """Every weight is taken but those of the last layer, number by number."""
    found = FILE.read(CONTENT)
    assert set(found) == {"conv1.weight", "conv1.bias"}
    assert all(torch.equal(tensor, STATE[name]) for name, tensor in found.items())


@pytest.mark.parametrize("content", [b"", b"no weights", written({"conv1.weight": torch.ones(2)})])
def test_another_file_is_not_even_opened(
    content: bytes, store: CheckpointStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has another digest is refused with the right one's address, before anything is unpickled, and not kept."""
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("It was opened."))
    with pytest.raises(
        CorruptCheckpoint, match=rf"{FILE.sha256[:12]}; take the file at https://weights\.example/net\.pth"
    ):
        FILE.install(content, store)
    with pytest.raises(MissingCheckpoint):
        FILE.load(store, "reid")


def test_what_is_installed_is_what_training_starts_from(store: CheckpointStore) -> None:
    """Every weight is the file's, through safetensors; the card tells whence; damage in the data folder is found."""
    kept = FILE.install(CONTENT, store)
    assert (kept.card["from"], kept.card["sha256"]) == (FILE.address, FILE.sha256)
    found = FILE.load(store, "reid")
    assert set(found) == {"conv1.weight", "conv1.bias"}
    assert all(torch.equal(tensor, STATE[name]) for name, tensor in found.items())
    path = kept.folder / WEIGHTS
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CorruptCheckpoint):
        FILE.load(store, "reid")


def test_who_lacks_it_is_told_the_command(store: CheckpointStore) -> None:
    """By the system that asks; weights of another network do not serve."""
    FILE.install(CONTENT, store)
    other = replace(FILE, network="other")
    with pytest.raises(
        MissingCheckpoint, match=r"of other are not .*`likeness models install tagger https://weights\S*`"
    ):
        other.load(store, "tagger")
