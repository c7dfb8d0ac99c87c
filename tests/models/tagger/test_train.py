"""From a table of one's own to a checkpoint that is served, judged and calibrated anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from models.checkpoints import CheckpointStore
from models.choosing import Wanted
from models.contracts import MissingCheckpoint
from models.datasets import MissingData
from models.devices import Device
from models.tagger import SPEC, canvas, finetuning
from models.tagger import calibration as calibrating
from models.tagger.evaluation import evaluate
from models.tagger.layouts import load
from models.tagger.tagger_net import TaggerNet
from models.tagger.train import train
from models.tagger.whole_recipe import WholeRecipe
from models.tagging import load_tagger
from models.training import Stage
from models.training_request import TrainingRequest
from tests.models.tagger.pictures import COLOURS, write_table

CPU = Device("cpu", torch.float32, 1)


@pytest.fixture
def store(tmp_path: Path) -> CheckpointStore:
    """No weights at all."""
    return CheckpointStore(tmp_path / "checkpoints", tmp_path / "shipped")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at small pictures."""
    monkeypatch.setattr(canvas, "SIDE", 64)


@pytest.mark.usefixtures("small")
def test_a_trained_system_can_be_served(store: CheckpointStore, tmp_path: Path) -> None:
    """The checkpoint says labels and is judged, in fp16, with a card that tells how; learnt again it is the same."""
    data = write_table(tmp_path / "data", 60)
    stages: list[Stage] = []
    request = TrainingRequest(SPEC, data, store, tmp_path / "state", CPU, stages.append, steps=40)
    try:
        checkpoint = train(request)
    except MissingCheckpoint as missing:
        pytest.skip(str(missing))
    assert [*dict.fromkeys(stage.name for stage in stages)] == ["features, trained", "features, held out", "labels"]
    assert store.find("tagger") == checkpoint
    card = checkpoint.card
    assert card["labels"] == sorted(COLOURS)
    # Every fifth of the 60 is for the test, every tenth of the rest is held out.
    assert [card["data"][part]["pictures"] for part in ("trained", "held out")] == [43, 5]
    assert card["stages"]["labels"]["recipe"]["order"] == "rare first"
    assert card["stages"]["labels"]["recipe"]["steps"] == 40
    assert all(tensor.dtype is not torch.float32 for tensor in store.load(checkpoint).values())
    predictor = load_tagger(store, "tagger", None, CPU)
    red = torch.tensor([220, 20, 20], dtype=torch.uint8)[:, None, None].expand(3, 64, 64)
    (tags,) = predictor.tag(red[None], [Wanted(most=1)])
    assert predictor.labels[tags[0].label] == "red"
    assert tags[0].heat.shape == (2, 2)
    figures = evaluate(data, predictor)
    assert figures["images"] == 12
    assert figures["own O-F1"] > 80
    stages.clear()
    assert train(request).digest == checkpoint.digest
    assert not stages


@pytest.mark.usefixtures("small")
def test_other_pictures_are_learnt_anew(store: CheckpointStore, tmp_path: Path) -> None:
    """What is left of a run on other pictures is not gone on with; `calibrate` learns from those held out."""
    try:
        one, other = (
            train(TrainingRequest(SPEC, data, store, tmp_path / "state", CPU, lambda _: None, steps=10))
            for data in (write_table(tmp_path / name, count) for name, count in (("one", 40), ("other", 60)))
        )
    except MissingCheckpoint as missing:
        pytest.skip(str(missing))
    assert one.digest != other.digest
    predictor = load_tagger(store, "tagger", other.digest, CPU)
    learnt, quality = calibrating.calibrate(tmp_path / "other" / "my.csv", predictor)
    assert len(learnt.thresholds) == len(COLOURS)
    assert quality["pictures"] == 5
    kept = other.card["calibration"]
    # The card was learnt from the same pictures in float32; weights have since been rounded to fp16.
    np.testing.assert_allclose(learnt.card()["slope"], kept["slope"], rtol=0.1)


@pytest.mark.usefixtures("small")
def test_the_trunk_can_be_taught_too(store: CheckpointStore, tmp_path: Path) -> None:
    """The checkpoint tells of it, sees otherwise than ImageNet's trunk, and is judged; taught again it is the same."""
    data = write_table(tmp_path / "data", 60)
    stages: list[Stage] = []
    request = TrainingRequest(SPEC, data, store, tmp_path / "state", CPU, stages.append, steps=4)
    try:
        frozen = train(request)
    except MissingCheckpoint as missing:
        pytest.skip(str(missing))
    assert not [stage for stage in stages if stage.name == "trunk and labels"]
    taught = finetuning.train(request)
    assert [*taught.card["stages"]] == ["trunk and labels"]
    assert taught.card["stages"]["trunk and labels"]["recipe"]["changes"]["flip"] == 0.5
    one, other = (load_tagger(store, "tagger", found.digest, CPU) for found in (frozen, taught))
    red = torch.full((1, 3, 64, 64), 100, dtype=torch.uint8)
    assert not torch.allclose(one.look(red).features, other.look(red).features)
    assert evaluate(data, other)["images"] == 12
    assert finetuning.train(request).digest == taught.digest


def test_each_picture_is_learnt_from_so_often(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Unless steps are named they follow from the number of pictures."""
    parts = load(write_table(tmp_path, 60))
    asked: list[WholeRecipe] = []

    def noted(recipe: WholeRecipe, *_: object) -> None:
        asked.append(recipe)
        raise InterruptedError

    monkeypatch.setattr(finetuning, "fit", noted)
    start = TaggerNet(len(COLOURS))
    store = CheckpointStore(tmp_path / "checkpoints")
    for steps in (None, 7):
        request = TrainingRequest(SPEC, tmp_path, store, tmp_path / "state", CPU, lambda _: None, steps=steps)
        with pytest.raises(InterruptedError):
            finetuning.learn_whole(start, parts, request)
    assert [one.steps for one in asked] == [round(finetuning.EPOCHS * 43 / asked[0].batch), 7]


def test_without_the_data_nothing_is_trained(store: CheckpointStore, tmp_path: Path) -> None:
    """A folder without labelled pictures is refused before anything is written."""
    with pytest.raises(MissingData):
        train(TrainingRequest(SPEC, tmp_path, store, tmp_path / "state", CPU, lambda _: None))
    assert not (tmp_path / "state").exists()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("learn", [train, finetuning.train])
def test_without_its_weights_the_papers_trunk_is_not_trained(
    store: CheckpointStore, tmp_path: Path, learn: Callable[[TrainingRequest], object]
) -> None:
    """VGG-16 does not start from nothing: the error names the command that fetches the official file."""
    data = write_table(tmp_path / "data", 40)
    request = TrainingRequest(SPEC, data, store, tmp_path / "state", CPU, lambda _: None, network="vgg16")
    with pytest.raises(MissingCheckpoint, match=r"likeness models install tagger https://\S*vgg16"):
        learn(request)
