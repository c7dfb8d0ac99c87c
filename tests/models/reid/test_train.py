"""From a folder of crops to a checkpoint that can be served, in one step on made-up people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.checkpoints import CheckpointStore
from models.contracts import MissingCheckpoint
from models.datasets import MissingData
from models.devices import Device
from models.predictor import load_predictor
from models.reid import SPEC
from models.reid import train as module
from models.reid.evaluation import evaluate
from models.reid.train import train
from models.training import Stage
from models.training_request import TrainingRequest
from tests.models.reid.people import write_own

CPU = Device("cpu", torch.float32, 1)


@pytest.fixture
def store(tmp_path: Path) -> CheckpointStore:
    """No weights at all."""
    return CheckpointStore(tmp_path / "checkpoints", tmp_path / "shipped")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at small pictures, few at a time."""
    numbers: dict[str, Any] = {"size": (64, 32), "people": 2, "pictures": 2}
    monkeypatch.setattr(module, "NUMBERS", dict.fromkeys(SPEC.networks, numbers))


@pytest.mark.usefixtures("small")
def test_a_trained_system_can_be_served(store: CheckpointStore, tmp_path: Path) -> None:
    """The checkpoint embeds and is judged, in fp16, with a card that tells how."""
    data = write_own(tmp_path / "data", 8, cameras=2, shots=2)
    stages: list[Stage] = []
    request = TrainingRequest(SPEC, data, store, tmp_path / "state", CPU, stages.append, steps=1)
    try:
        checkpoint = train(request)
    except MissingCheckpoint as missing:
        pytest.skip(str(missing))
    assert {stage.name for stage in stages} == {"people"}
    assert store.find("reid") == checkpoint
    assert checkpoint.network == SPEC.default_network
    card = checkpoint.card
    assert card["preprocessing"] == SPEC.preprocessing
    assert "commercial users must retrain" in card["licence"]
    # Of eight people the last is the test, and number 5 is held out.
    assert card["data"] == {"trained": {"identities": 6, "pictures": 24}, "held out": {"identities": 1, "pictures": 4}}
    stage = card["stages"]["people"]
    assert stage["recipe"]["steps"] == 1
    assert stage["recipe"]["design"]["stripes"] == [1, 2, 3]
    assert stage["recipe"]["augmentation"]["flip"] == 0.5
    assert set(stage["held out"]) == {"mAP", "rank-1"}
    # With one held-out person nobody can be confused.
    assert card["calibration"] is None
    tensors = store.load(checkpoint)
    assert all(tensor.dtype is not torch.float32 for tensor in tensors.values())
    assert not any("classifier" in name for name in tensors)
    predictor = load_predictor(store, "reid", None, CPU)
    vectors = predictor.predict_items(torch.full((1, *SPEC.item_shape), 200, dtype=torch.uint8))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert evaluate(data, predictor)["queries"] == 2
    # Called again with the same state, nothing is trained again and the very same checkpoint results.
    assert train(request).digest == checkpoint.digest


def test_without_the_data_nothing_is_trained(store: CheckpointStore, tmp_path: Path) -> None:
    """A folder without the data is refused before anything is written."""
    with pytest.raises(MissingData):
        train(TrainingRequest(SPEC, tmp_path, store, tmp_path / "state", CPU, lambda _: None))
    assert not (tmp_path / "state").exists()


def test_without_its_weights_the_papers_trunk_is_not_trained(store: CheckpointStore, tmp_path: Path) -> None:
    """ResNet-50 does not start from nothing: the error names the command that fetches the official file."""
    data = write_own(tmp_path / "data", 8)
    request = TrainingRequest(SPEC, data, store, tmp_path / "state", CPU, lambda _: None, network="resnet50")
    with pytest.raises(MissingCheckpoint, match=r"likeness models install reid https://\S*resnet50"):
        train(request)
