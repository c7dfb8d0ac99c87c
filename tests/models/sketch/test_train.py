"""From a folder of data to a checkpoint that can be served, in two steps on made-up data."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from models.checkpoints import CheckpointStore
from models.datasets import MissingData
from models.devices import Device
from models.predictor import load_predictor
from models.sketch import SPEC, leaks
from models.sketch import train as training
from models.sketch.network import SketchANet, SketchRetrieval
from models.sketch.train import PAIR, draw_edges, train
from models.training import Stage
from models.training_request import TrainingRequest
from tests.models.sketch.layouts import write_icons, write_pairs, write_photo_sketches, write_second_sets

CPU = Device("cpu", torch.float32, 1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """QMUL's first sets and shoe304, a few items each, one of every kind held out."""
    folder = tmp_path_factory.mktemp("data")
    write_pairs(folder / "qmul_v1/shoes", 6, 1)
    write_pairs(folder / "qmul_v1/chairs", 4, 1, "chairs")
    write_photo_sketches(folder / "shoe304", [0, 1, 3], sketches=1)
    return folder


def test_a_trained_system_can_be_served(data: Path, tmp_path: Path) -> None:
    """Two stages are reported, and the checkpoint found by the network's name embeds, with a card that tells how."""
    store = CheckpointStore(tmp_path / "checkpoints", tmp_path / "shipped")
    stages: list[Stage] = []
    request = TrainingRequest(SPEC, data, store, tmp_path / "state", CPU, stages.append, "sketch-a-net", steps=1)
    checkpoint = train(request)
    assert list(dict.fromkeys(stage.name for stage in stages)) == ["edges", "embedding"]
    assert store.find("sketch", "sketch-a-net") == checkpoint
    assert checkpoint.card["preprocessing"] == SPEC.preprocessing
    assert "commercial users must retrain" in checkpoint.card["licence"]
    assert checkpoint.card["stages"]["embedding"]["recipe"]["steps"] == 1
    # One held-out shoe is nothing to calibrate with.
    assert checkpoint.card["calibration"] is None
    assert all(tensor.dtype is not torch.float32 for tensor in store.load(checkpoint).values())
    predictor = load_predictor(store, "sketch", "sketch-a-net", CPU)
    vectors = predictor.predict_items(torch.full((1, *SPEC.item_shape), 200, dtype=torch.uint8))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    # Called again with the same state, nothing is trained again and the very same checkpoint results.
    assert train(request).digest == checkpoint.digest


def test_what_nobody_drew_is_learnt_first(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where icons and photos lie beside the drawings the last stage starts from what they taught."""
    folder = tmp_path / "data"
    shutil.copytree(data, folder)
    write_second_sets(folder, (300, 411, 412, 413))
    write_icons(folder / "icons", 6)
    for limit in ("NEAR_DUPLICATE", "CERTAIN"):
        monkeypatch.setattr(leaks, limit, 2.0)  # all made-up items are alike
    # They are lines already, and an untrained detector's thousands of specks would each be traced and bent.
    monkeypatch.setattr(training, "draw_edges", lambda _, photos: photos[:, :1])
    store = CheckpointStore(tmp_path / "checkpoints", tmp_path / "shipped")
    stages: list[Stage] = []
    state = tmp_path / "state"
    checkpoint = train(TrainingRequest(SPEC, folder, store, state, CPU, stages.append, "sketch-a-net", steps=1))
    assert list(dict.fromkeys(stage.name for stage in stages)) == ["edges", "icons", "pretraining", "embedding"]
    assert [stage.progress.loss for stage in stages if stage.name == "icons"] == [None]
    assert set(checkpoint.card["stages"]) == {"edges", "pretraining", "embedding"}
    assert checkpoint.card["data"]["icons"] == {"items": 5}
    assert checkpoint.card["data"]["chairv2_train"] == {
        "items": 3,
        "dropped as near-duplicates": 0,
        "held out": 1,
        "joined with QMUL-Chair's": 0,
    }
    before, after = (
        torch.load(state / f"sketch-a-net-{name}.pt", weights_only=True)["run"]["weights"]["conv1.weight"]
        for name in ("pretraining", "embedding")
    )
    # One small step lies between them; two random starts would be as far apart as they are long.
    assert 0 < float((after - before).norm()) < 0.2 * float(before.norm())
    torch.testing.assert_close(store.load(checkpoint)["embedding.conv1.weight"].float(), after, atol=1e-5, rtol=1e-3)


def test_a_pair_is_two_networks_that_learnt_apart(data: Path, tmp_path: Path) -> None:
    """Both members take their own steps, are served as they ended, and the card tells of each and of the pair."""
    store = CheckpointStore(tmp_path / "checkpoints", tmp_path / "shipped")
    stages: list[Stage] = []
    state = tmp_path / "state"
    checkpoint = train(TrainingRequest(SPEC, data, store, state, CPU, stages.append, PAIR, steps=1))
    assert list(dict.fromkeys(stage.name for stage in stages)) == ["edges", "embedding 1", "embedding 2"]
    card = checkpoint.card["stages"]
    assert set(card) == {"edges", "embedding 1", "embedding 2", "pair"}
    assert [card[f"embedding {member}"]["recipe"]["seed"] for member in (1, 2)] == [1, 2]
    assert card["pair"]["held out"].keys() == card["embedding 1"]["held out"].keys()
    served, name = store.load(checkpoint), "attended.weight"
    ends = [
        torch.load(state / f"efficientnet-lite0-embedding {member}.pt", weights_only=True)["run"]["weights"][name]
        for member in (1, 2)
    ]
    assert float((ends[0] - ends[1]).abs().max()) > 1e-3
    for number, end in enumerate(ends):
        torch.testing.assert_close(served[f"embedding.members.{number}.{name}"].float(), end, atol=1e-4, rtol=1e-3)
    predictor = load_predictor(store, "sketch", PAIR, CPU)
    vectors = predictor.predict_items(torch.full((1, *SPEC.item_shape), 200, dtype=torch.uint8))
    assert vectors.shape == (1, SPEC.dim)


def test_without_the_data_nothing_is_trained(tmp_path: Path) -> None:
    """A folder without the data is refused before anything is written."""
    store = CheckpointStore(tmp_path / "checkpoints", tmp_path / "shipped")
    with pytest.raises(MissingData):
        train(TrainingRequest(SPEC, tmp_path, store, tmp_path / "state", CPU, lambda _: None))
    assert not (tmp_path / "state").exists()


def test_edges_are_drawn_as_the_served_network_draws_them() -> None:
    """What the embedding is trained on is what a served photo becomes, grey level by grey level."""
    torch.manual_seed(0)
    system = SketchRetrieval(SketchANet()).eval()
    photos = torch.randint(0, 256, (3, 3, 256, 256), dtype=torch.uint8)
    with torch.inference_mode():
        served = system.view_items(photos)
    trained_on = draw_edges(system.edges, photos, batch=2)
    assert (trained_on.dtype, tuple(trained_on.shape)) == (torch.uint8, (3, 1, 256, 256))
    assert int((trained_on[:, 0].int() - served.int()).abs().max()) <= 1
