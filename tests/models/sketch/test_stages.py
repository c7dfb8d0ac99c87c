"""The paper's four stages, from folders of made-up data to a checkpoint that can be served."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from models.checkpoints import Checkpoint, CheckpointStore
from models.contracts import MissingCheckpoint, Vectors
from models.datasets import MissingData
from models.devices import Device
from models.predictor import load_predictor
from models.sketch import SPEC, classification, network, stage_recipes, stages
from models.sketch.classification import SketchANetClassifier
from models.sketch.network import LiteEmbedding, SketchANet, SketchRetrieval
from models.sketch.stages import NETWORK, STAGES, StagedTraining
from models.training import Stage, Trained, half_precision
from tests.models.sketch.layouts import write_classes, write_pairs

CPU = Device("cpu", torch.float32, 1)
CLASSES = ("alarm clock", "cat")
FOLDERS = dict(zip(STAGES, ("edge-maps", "tu-berlin", ".", "shoes"), strict=True))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of four edge maps and of four vector sketches, and four shoes."""
    folder = tmp_path_factory.mktemp("data")
    write_classes(folder / "edge-maps", ("Alarm_clock", "cat"), suffix=".jpg", side=64)
    write_classes(folder / "tu-berlin", CLASSES, suffix=".svg")
    write_pairs(folder / "shoes", 4, 1)
    return folder


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store's folder with a checkpoint of the default network, whose edge detector has random weights."""
    torch.manual_seed(5)
    folder = tmp_path_factory.mktemp("served")
    weights = half_precision(SketchRetrieval(LiteEmbedding()))
    CheckpointStore(folder, folder / "none").save(SPEC.name, SPEC.default_network, weights, {"preprocessing": 1})
    return folder


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let fc6 have few outputs: most of the network's weights are its, and are written and read at every stage."""
    for module in (network, classification):
        monkeypatch.setattr(module, "FEATURES", 8)


@pytest.fixture
def told() -> list[Stage]:
    """What was reported."""
    return []


@pytest.fixture
def training(served: Path, tmp_path: Path, told: list[Stage]) -> StagedTraining:
    """A place of its own, without what is shipped."""
    shutil.copytree(served, tmp_path / "served")
    store = CheckpointStore(tmp_path / "served", tmp_path / "shipped")
    return StagedTraining(SPEC, store, tmp_path / "state", CPU, told.append)


class Untrained:
    """Stands for `fit`: keeps what it was called with, and hands out the network to start from."""

    def __init__(self) -> None:
        self.calls: list[SimpleNamespace] = []

    def __call__(self, recipe: Any, state: Path, device: Device, report: Any, **others: Any) -> Trained:
        """Train nothing."""
        built: nn.Module = recipe.build()
        self.calls.append(SimpleNamespace(recipe=recipe, state=state, network=built, **others))
        return Trained(built, 0, {"found": 1.0}, 0.0)


@pytest.fixture
def untrained(monkeypatch: pytest.MonkeyPatch) -> Untrained:
    """Train nothing."""
    fake = Untrained()
    monkeypatch.setattr(stages, "fit", fake)
    return fake


def test_four_stages_lead_to_a_checkpoint(data: Path, training: StagedTraining, told: list[Stage]) -> None:
    """Each starts from the one before, a step away from it; the last one's result embeds, and its card tells it all."""
    kept: dict[str, Checkpoint] = {}
    for stage in STAGES:
        kept[stage] = training.run(stage, data / FOLDERS[stage], steps=1)
    digests = [checkpoint.digest[:12] for checkpoint in kept.values()]
    trained = [f"{after} from {before} {key}" for (before, after), key in zip(pairwise(STAGES), digests, strict=False)]
    assert list(dict.fromkeys(stage.name for stage in told)) == [
        *("drawing edge-maps", "edge-maps from nothing"),
        *("drawing tu-berlin", trained[0]),
        *("describing tu-berlin", "describing edge-maps", trained[1]),
        trained[2],
    ]
    results = CheckpointStore(training.state / "results")
    weights = {stage: results.load(kept[stage]) for stage in STAGES[:3]}
    weights[STAGES[3]] = {
        name.removeprefix("embedding."): part for name, part in training.store.load(kept[STAGES[3]]).items()
    }
    for before, after in pairwise(STAGES):
        one, other = (weights[stage]["fc6.weight"].float() for stage in (before, after))
        assert 0 < float((other - one).norm()) < 0.1 * float(one.norm()), after
    frozen = (weights[stage]["conv1.weight"].half() for stage in STAGES[2:])
    assert torch.equal(*frozen)
    card: Any = kept[STAGES[3]].card
    for stage in reversed(STAGES):
        assert (card["stage"], card["digest"], card["recipe"]["steps"]) == (stage, kept[stage].digest, 1)
        card = card["start"]
    assert card is None
    predictor = load_predictor(training.store, "sketch", NETWORK, CPU)
    assert predictor.digest == kept[STAGES[3]].digest
    vectors = predictor.predict_items(torch.full((1, *SPEC.item_shape), 200, dtype=torch.uint8))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    again = training.run(STAGES[1], data / "tu-berlin", steps=1)
    assert again.digest == kept[STAGES[1]].digest


def test_recipes_are_the_papers(data: Path, training: StagedTraining, untrained: Untrained) -> None:
    """Classes, triplets, margins, what is frozen and the optimisers, stage by stage, at full length."""
    for stage in STAGES:
        training.run(stage, data / FOLDERS[stage])
    classify, fine_tune, rank, people = (call.recipe for call in untrained.calls)
    assert [call.optimiser_of for call in untrained.calls] == [torch.optim.AdamW] * 2 + [torch.optim.SGD] * 2
    assert classify.canvases.classes == ("Alarm_clock", "cat")
    assert (fine_tune.canvases.classes, classify.start) == (CLASSES, None)
    assert (rank.margin, rank.frozen, people.margin, people.frozen) == (0.1, False, 0.3, True)
    assert (people.steps, people.batch, people.rate, people.weight_decay) == (25_000, 128, 1e-3, 5e-4)
    # Of each class three are trained on, of which three in five are two.
    assert (len(rank.source.anchors), len(rank.source.items)) == (4, 4)
    assert len(people.source.pairs) == 3
    assert [type(call.network) for call in untrained.calls] == [SketchANetClassifier] * 2 + [SketchANet] * 2


def test_pseudo_triplets_are_found_once(
    data: Path, training: StagedTraining, untrained: Untrained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resumed run reads the features of the first; another start, or another number of pictures, finds its own."""
    calls: list[int] = []

    def embed(network: nn.Module, side: object, rows: NDArray[np.int64], *_: object) -> Vectors:
        calls.append(len(rows))
        return np.eye(8, 512, dtype=np.float32)[rows]

    monkeypatch.setattr(stage_recipes, "embed_all", embed)
    training.run("edge-maps", data / "edge-maps")
    for _ in range(2):
        training.run("pseudo-triplets", data)
        assert calls == [8, 8]
    first, second = (call.recipe.source for call in untrained.calls[1:])
    np.testing.assert_array_equal(first.item_features, second.item_features)
    training.run("tu-berlin", data / "tu-berlin")
    training.run("pseudo-triplets", data)
    assert calls == [8] * 4
    (features,) = untrained.calls[-1].state.parent.glob("features.pt")
    torch.save([torch.zeros(8, 512), torch.zeros(7, 512)], features)
    training.run("pseudo-triplets", data)
    assert calls == [8] * 6


def test_the_start_can_be_chosen(data: Path, training: StagedTraining, untrained: Untrained) -> None:
    """By stage, by digest, by a checkpoint's network, or none; without a choice it is the nearest stage before."""

    def run(stage: str, start: str | None = None) -> tuple[Checkpoint, Any]:
        kept = training.run(stage, data / FOLDERS[stage], start)
        return kept, untrained.calls[-1].recipe.start

    first, start = run("human-triplets")
    assert (start, untrained.calls[-1].recipe.frozen, first.card["start"]) == (None, False, None)
    edge_maps, start = run("edge-maps")
    assert start is None
    for reference in (None, "edge-maps", edge_maps.digest[:8]):
        kept, start = run("human-triplets", reference)
        assert kept.card["start"]["digest"] == edge_maps.digest
        assert torch.equal(start["conv1.weight"], untrained.calls[1].network.conv1.weight)
    states = {call.state for call in untrained.calls}
    assert len(states) == 3
    served, start = run("tu-berlin", NETWORK)
    assert served.card["start"]["network"] == NETWORK
    assert start["fc6.weight"].dtype is torch.float32
    assert run("human-triplets", "nothing")[1] is None


def test_weights_that_are_not_there_or_do_not_fit_are_refused(
    data: Path, training: StagedTraining, untrained: Untrained, told: list[Stage]
) -> None:
    """The sentence says what there is to start from, before anything is drawn; another network's are no start."""
    with pytest.raises(MissingCheckpoint, match=r"no weights tu-berlin .*none has.*nothing"):
        training.run("edge-maps", data / "edge-maps", "tu-berlin")
    training.run("edge-maps", data / "edge-maps")
    with pytest.raises(MissingCheckpoint, match=r"no weights deadbeef .*edge-maps"):
        training.run("tu-berlin", data / "tu-berlin", "deadbeef")
    with pytest.raises(MissingCheckpoint, match="not Sketch-a-Net's"):
        training.run("tu-berlin", data / "tu-berlin", SPEC.default_network)
    with pytest.raises(MissingCheckpoint, match=r"run the stage tu-berlin first"):
        training.run("pseudo-triplets", data, "nothing")
    assert {stage.name for stage in told} == {"drawing edge-maps"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_folder_of_something_else_gets_a_sentence(tmp_path: Path, training: StagedTraining, stage: str) -> None:
    """It names the folder and the layout that the stage expects, before anything is trained."""
    weights = SketchANet().state_dict()
    CheckpointStore(training.state / "results").save(SPEC.name, "edge-maps", weights, {"preprocessing": 1})
    (tmp_path / "data").mkdir()
    expected = {
        "edge-maps": "expected is a folder for each class, CLASS/*.jpeg or CLASS/*.jpg or CLASS/*.png",
        "tu-berlin": "expected is a folder for each class",
        "pseudo-triplets": "lacks tu-berlin and edge-maps; expected are tu-berlin/CLASS/*.png",
        "human-triplets": r"should hold one \*_sketch_db_train.mat",
    }
    with pytest.raises(MissingData, match=expected[stage].replace("/*.", r"/\*.")) as raised:
        training.run(stage, tmp_path / "data", "edge-maps")
    assert str(tmp_path / "data") in str(raised.value)
    assert not (training.state / stage).exists()


def test_without_an_edge_detector_nothing_is_drawn(data: Path, tmp_path: Path) -> None:
    """Photos need one, and so does what is served; the sentence says how to get it."""
    store = CheckpointStore(tmp_path / "served", tmp_path / "shipped")
    alone = StagedTraining(SPEC, store, tmp_path / "state", CPU, lambda _: None)
    with pytest.raises(MissingCheckpoint, match="likeness models train sketch"):
        alone.run("edge-maps", data / "edge-maps")
