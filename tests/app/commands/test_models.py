"""`likeness models`, judged with a system that has no weights, put where systems are found."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx
import pytest
import torch

from models import predictor, registry
from models.calibrating import Scores, fit_calibration, judge_calibration
from models.checkpoints import Checkpoint, CheckpointStore
from models.contracts import RetrievalError
from models.label_calibration import LabelCalibration
from models.tagging import TaggingPredictor
from models.training import Progress
from models.training_request import TrainingRequest
from tests.app.commands.conftest import Run
from tests.models.fakes import FakePredictor, fake_spec
from tests.models.galleries import gallery
from tests.models.taggers import LABELS, WEIGHTS, save_tiny, tiny_spec


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the fake be the only system there is; returns its name."""
    package = ModuleType("models.fake")
    package.__path__ = []
    monkeypatch.setitem(sys.modules, package.__name__, package)
    monkeypatch.setattr(registry, "specs", lambda: {"fake": fake_spec()})
    return "fake"


@pytest.fixture
def kept(home: Path, system: str) -> Checkpoint:
    """Keep weights of the fake in the data folder."""
    store = CheckpointStore(home / "checkpoints")
    return store.save(system, "brightness", {"weight": torch.zeros(1)}, {"preprocessing": 1, "acc@1": 40.0})


def part(monkeypatch: pytest.MonkeyPatch, name: str, function: Callable[..., Any]) -> None:
    """Give the fake system a module with one function."""
    functions = {"evaluation": "evaluate", "train": "train", "calibration": "score", "pretrained": "install"}
    function_name = functions[name]
    monkeypatch.setitem(sys.modules, f"models.fake.{name}", SimpleNamespace(**{function_name: function}))


def test_models_are_listed_with_their_weights(run: Run, kept: Checkpoint) -> None:
    """Each model is a row with its weights; JSON holds the whole digests and the cards."""
    text = run("models", "list").stdout
    assert all(word in text for word in ("fake", "A model for tests", f"brightness ({kept.digest[:12]})"))
    (model,) = json.loads(run("models", "list", "--json").stdout)
    assert (model["name"], model["kind"]) == ("fake", "embed")
    assert [(entry["digest"], entry["card"]["acc@1"]) for entry in model["checkpoints"]] == [(kept.digest, 40.0)]


def test_a_model_is_shown_with_its_cards(run: Run, kept: Checkpoint) -> None:
    """Its networks and what is known of each set of weights are told."""
    assert "acc@1" in run("models", "show", "fake").stdout
    shown = json.loads(run("models", "show", "fake", "--json").stdout)
    assert (shown["networks"], shown["default_network"], shown["dim"]) == (["brightness"], "brightness", 8)


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "nothing"),
        ("export", "nothing"),
        *((command, "nothing", "--data", ".") for command in ("evaluate", "calibrate", "train")),
    ],
)
def test_a_model_that_does_not_exist_is_a_sentence(
    home: Path, run: Run, system: str, arguments: tuple[str, ...]
) -> None:
    """Who mistypes a model's name learns which there are."""
    result = run("models", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'nothing'" in result.stderr
    assert "fake" in result.stderr


@pytest.mark.parametrize("command", ["evaluate", "calibrate", "train"])
def test_a_folder_that_is_not_there_is_refused(run: Run, system: str, command: str) -> None:
    """Data is looked for before anything is loaded."""
    result = run("models", command, "fake", "--data", "/nowhere")
    assert result.exit_code == 2
    assert "/nowhere" in result.stderr


@pytest.mark.parametrize("command", ["evaluate", "calibrate", "train"])
def test_a_system_without_a_benchmark_or_a_recipe_says_so(
    home: Path, run: Run, system: str, tmp_path: Path, command: str
) -> None:
    """A system need not have every part; the command then does not apply."""
    result = run("models", command, "fake", "--data", tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1


def test_a_model_is_judged_by_the_checkpoint_asked_for(
    home: Path, run: Run, system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The benchmark gets the folder and the predictor; what it finds is printed unchanged."""
    asked: list[Any] = []

    def load(store: CheckpointStore, model: str, reference: str | None, device: object) -> FakePredictor:
        asked.append((model, reference))
        return FakePredictor()

    def evaluate(data: Path, judged: FakePredictor) -> Mapping[str, float]:
        asked.append((data, type(judged)))
        return {"acc@1": 50.0, "acc@10": 75.0, "corr": 60.0, "queries": 4}

    monkeypatch.setattr(predictor, "load_predictor", load)
    part(monkeypatch, "evaluation", evaluate)
    result = run("models", "evaluate", "fake", "--data", tmp_path, "--checkpoint", "fafafafa", "--json")
    assert json.loads(result.stdout) == {"acc@1": 50.0, "acc@10": 75.0, "corr": 60.0, "queries": 4}
    assert asked == [("fake", "fafafafa"), (tmp_path, FakePredictor)]
    assert "brightness (fafafafafafa)" in run("models", "evaluate", "fake", "--data", tmp_path).stdout


def test_scores_are_calibrated_beside_the_weights(
    run: Run, kept: Checkpoint, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the system scores becomes a curve that is kept by digest, shown by `show`, and judged by unseen queries."""
    galleries = {"shoes": gallery(1, 60, 5), "boots": gallery(2, 40, 8)}

    def load(store: CheckpointStore, model: str, reference: str | None, device: object) -> FakePredictor:
        loaded = FakePredictor(digest=kept.digest)
        loaded.checkpoint = store.find(model, reference)
        return loaded

    def score(data: Path, judged: FakePredictor) -> Mapping[str, Scores]:
        assert (data, judged.digest) == (tmp_path, kept.digest)
        return galleries

    monkeypatch.setattr(predictor, "load_predictor", load)
    part(monkeypatch, "calibration", score)
    found = json.loads(run("models", "calibrate", "fake", "--data", tmp_path, "--json").stdout)
    expected = fit_calibration(list(galleries.values()))
    assert CheckpointStore(home / "checkpoints").find("fake").calibration == expected
    assert {name: found[name] for name in expected.card()} == expected.card()
    quality = judge_calibration(list(galleries.values())).figures()
    assert {name: found[name] for name in quality} == quality
    assert (found["digest"], found["items of shoes"], found["items of boots"]) == (kept.digest, 5, 8)
    shown = json.loads(run("models", "show", "fake", "--json").stdout)
    assert shown["checkpoints"][0]["card"]["calibration"] == expected.card()
    text = run("models", "calibrate", "fake", "--data", tmp_path, "--checkpoint", "brightness").stdout
    assert all(word in text for word in ("threshold", "calibration_error", ".calibration.json"))


def test_weights_are_trained_and_kept(
    home: Path, run: Run, system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Training gets everything it needs, its progress goes to stderr, and the kept weights are named."""
    seen: dict[str, Any] = {}

    def learn(request: TrainingRequest) -> Checkpoint:
        resumed = (request.state / "run").exists()
        seen.update(network=request.network, steps=request.steps, data=request.data, resumed=resumed)
        (request.state / "run").touch()
        tell = request.telling("edges")
        tell(Progress(1, 2, 0.5, {}))
        tell(Progress(2, 2, 0.25, {"acc@1": 12.5}))
        return request.store.save(request.spec.name, "brightness", {"weight": torch.zeros(1)}, {"preprocessing": 1})

    part(monkeypatch, "train", learn)
    result = run("models", "train", "fake", "--data", tmp_path, "--network", "brightness", "--steps", 2, "--json")
    assert result.stderr == "edges: step 2 of 2, loss 0.2500, acc@1 12.50\n"
    assert seen == {"network": "brightness", "steps": 2, "data": tmp_path, "resumed": False}
    digest = json.loads(result.stdout)["digest"]
    assert [found.digest for found in CheckpointStore(home / "checkpoints").all("fake")] == [digest]
    assert digest[:12] in run("models", "train", "fake", "--data", tmp_path).stdout
    assert seen["resumed"]
    run("models", "train", "fake", "--data", tmp_path, "--fresh")
    assert not seen["resumed"]


def test_a_network_that_does_not_exist_is_refused_before_training(
    home: Path, run: Run, system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hours of training do not begin with a mistyped name."""

    def learn(_: TrainingRequest) -> None:
        message = "It began."
        raise RetrievalError(message)

    part(monkeypatch, "train", learn)
    result = run("models", "train", "fake", "--data", tmp_path, "--network", "vgg")
    assert result.exit_code == 2
    assert "'vgg'" in result.stderr
    assert "brightness" in result.stderr


def stages(seen: list[tuple[Any, ...]]) -> SimpleNamespace:
    """A module of stages that notes what it is asked for and leaves a trace of each run."""

    class StagedTraining:
        def __init__(self, spec: Any, store: CheckpointStore, state: Path, device: Any, report: Any) -> None:
            self.spec, self.store, self.state, self.report = spec, store, state, report

        def run(self, stage: str, data: Path, start: str | None, steps: int | None) -> Checkpoint:
            run = self.state / stage / "run"
            seen.append((stage, data, start, steps, run.exists()))
            run.parent.mkdir(parents=True, exist_ok=True)
            run.touch()
            self.report(SimpleNamespace(name=stage, progress=Progress(2, 2, 0.25, {"acc@1": 12.5})))
            return self.store.save(self.spec.name, "brightness", {"weight": torch.zeros(1)}, {"preprocessing": 1})

    return SimpleNamespace(STAGES=("first", "second"), NETWORK="brightness", StagedTraining=StagedTraining)


def test_a_stage_is_run_alone(
    home: Path, run: Run, system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets its folder, its start and its length, goes on where it was, and anew if asked, as no other stage does."""
    seen: list[tuple[Any, ...]] = []
    monkeypatch.setitem(sys.modules, "models.fake.stages", stages(seen))
    command = ("models", "train", "fake", "--data", tmp_path, "--stage")
    result = run(*command, "second", "--network", "brightness", "--start", "first", "--steps", 2)
    assert result.stderr == "second: step 2 of 2, loss 0.2500, acc@1 12.50\n"
    assert "Kept brightness (" in result.stdout
    assert json.loads(run(*command, "first", "--json").stdout)["network"] == "brightness"
    run(*command, "second", "--fresh")
    run(*command, "first")
    assert seen == [
        ("second", tmp_path, "first", 2, False),
        ("first", tmp_path, None, None, False),
        ("second", tmp_path, None, None, False),
        ("first", tmp_path, None, None, True),
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--stage", "third"), ("'third'", "first, second")),
        (("--stage", "first", "--network", "vgg"), ("'vgg'", "brightness")),
        (("--start", "first"), ("--stage",)),
    ],
)
def test_a_stage_that_does_not_exist_is_refused(
    home: Path,
    run: Run,
    system: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: tuple[str, ...],
) -> None:
    """Neither another stage, nor another network, nor a start without a stage begins anything."""
    seen: list[tuple[Any, ...]] = []
    monkeypatch.setitem(sys.modules, "models.fake.stages", stages(seen))
    result = run("models", "train", "fake", "--data", tmp_path, *arguments)
    assert (result.exit_code, result.stdout, seen) == (2, "", [])
    assert all(words in result.stderr for words in said)


def test_a_system_without_stages_says_so(home: Path, run: Run, system: str, tmp_path: Path) -> None:
    """Not every published training has stages."""
    result = run("models", "train", "fake", "--data", tmp_path, "--stage", "first")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no stages" in result.stderr


def test_what_is_frozen_is_taught_where_it_is_asked_for(
    home: Path, run: Run, system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: Checkpoint
) -> None:
    """By the system's own module for that; one that has none says so, and a stage alone knows nothing of it."""
    without = run("models", "train", "fake", "--data", tmp_path, "--finetune")
    assert (without.exit_code, without.stdout) == (2, "")
    assert "has no finetuning" in without.stderr
    both = run("models", "train", "fake", "--data", tmp_path, "--finetune", "--stage", "first")
    assert (both.exit_code, both.stdout) == (2, "")
    assert "leave --finetune out" in both.stderr
    seen: list[Path] = []

    def learn(request: TrainingRequest) -> Checkpoint:
        seen.append(request.data)
        return kept

    monkeypatch.setitem(sys.modules, "models.fake.finetuning", SimpleNamespace(train=learn))
    assert run("models", "train", "fake", "--data", tmp_path, "--finetune").exit_code == 0
    assert seen == [tmp_path]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, kept: Checkpoint) -> list[bytes]:
    """Let the fake system take published weights; returns what it is given."""
    given: list[bytes] = []

    def install(content: bytes, store: CheckpointStore) -> Checkpoint:
        given.append(content)
        return kept

    part(monkeypatch, "pretrained", install)
    return given


def test_published_weights_are_installed_from_a_file(
    run: Run, tmp_path: Path, installed: list[bytes], kept: Checkpoint
) -> None:
    """The system is given the bytes of the file, and what it kept is told."""
    file = tmp_path / "weights.pth"
    file.write_bytes(b"published")
    assert kept.digest[:12] in run("models", "install", "fake", file).stdout
    assert json.loads(run("models", "install", "fake", file, "--json").stdout)["digest"] == kept.digest
    assert installed == [b"published", b"published"]


def test_published_weights_are_installed_from_an_address(
    run: Run, monkeypatch: pytest.MonkeyPatch, installed: list[bytes]
) -> None:
    """What lies at an address is fetched; an address that does not answer is a sentence with another way."""

    def get(address: str, **_: object) -> httpx.Response:
        status = 200 if address.endswith("there.pth") else 404
        return httpx.Response(status, content=b"fetched", request=httpx.Request("GET", address))

    monkeypatch.setattr(httpx, "get", get)
    assert run("models", "install", "fake", "https://example.org/there.pth").exit_code == 0
    assert installed == [b"fetched"]
    failed = run("models", "install", "fake", "https://example.org/gone.pth")
    assert failed.exit_code == 2
    assert "https://example.org/gone.pth cannot be fetched" in failed.stderr
    assert "name it" in failed.stderr


def test_what_cannot_be_installed_is_a_sentence(run: Run, tmp_path: Path, installed: list[bytes], system: str) -> None:
    """A file that is not there is named."""
    failed = run("models", "install", "fake", tmp_path / "nowhere.pth")
    assert failed.exit_code == 2
    assert "nowhere.pth" in failed.stderr
    assert installed == []


def test_a_model_that_starts_from_nothing_takes_no_weights(run: Run, system: str, tmp_path: Path) -> None:
    """A system without such a part says that the command is not for it."""
    failed = run("models", "install", "fake", tmp_path)
    assert failed.exit_code == 2
    assert "has no pretrained" in failed.stderr


@pytest.fixture
def tagger(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the tagger for tests be the only system there is; returns its name."""
    monkeypatch.setattr(registry, "specs", lambda: {"tiny": tiny_spec(), "fake": fake_spec()})
    return "tiny"


def test_other_weights_of_a_tagger_are_promoted(run: Run, home: Path, tagger: str) -> None:
    """By the first digits of their digest; from then on they are used where none are named."""
    store = CheckpointStore(home / "checkpoints")
    first, second = save_tiny(store), save_tiny(store, WEIGHTS * 0.5)
    for chosen in (second, first):
        told = run("models", "promote", tagger, chosen.digest[:8])
        assert f"says its 4 labels by colours ({chosen.digest[:12]})" in told.stderr
        assert store.find(tagger, None, "colours").digest == chosen.digest
        assert json.loads(run("models", "show", tagger, "--json").stdout)["promoted"] == chosen.digest
    assert run("models", "promote", tagger, "01234567").exit_code == 2
    refused = run("models", "promote", "fake", first.digest)
    assert refused.exit_code == 2
    assert "says no labels" in refused.stderr


def test_weights_that_cannot_be_loaded_are_not_promoted(run: Run, home: Path, tagger: str) -> None:
    """Servers that start later would label nothing; what was promoted before stays."""
    store = CheckpointStore(home / "checkpoints")
    sound, damaged = save_tiny(store), save_tiny(store, WEIGHTS * 0.5)
    store.promote(sound)
    (damaged.folder / "weights.safetensors").write_bytes(b"")
    refused = run("models", "promote", tagger, damaged.digest)
    assert refused.exit_code == 2
    assert "restore the file" in refused.stderr
    assert store.promoted(tagger) == sound.digest


def test_a_tagger_is_listed_and_shown(run: Run, home: Path, tagger: str) -> None:
    """Beside the models that embed, with its kind; it has no length of vectors."""
    kinds = {one["name"]: one["kind"] for one in json.loads(run("models", "list", "--json").stdout)}
    assert kinds == {"tiny": "tag", "fake": "embed"}
    assert json.loads(run("models", "show", tagger, "--json").stdout)["dim"] is None


def test_a_tagger_learns_thresholds(
    run: Run, home: Path, tagger: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own part learns them, on the loaded tagger, and they are kept beside the weights."""
    store = CheckpointStore(home / "checkpoints")
    checkpoint = save_tiny(store)
    learnt = LabelCalibration(0.8, 0.1, (0.2, 0.3, 0.4, 0.5), {0.9: (0.5, 0.6, 0.7, 0.8)})

    def calibrate(data: Path, predictor: TaggingPredictor) -> tuple[LabelCalibration, dict[str, float]]:
        assert (data, predictor.labels) == (tmp_path, LABELS)
        return learnt, {"brier": 0.25}

    monkeypatch.setitem(sys.modules, "models.tiny.calibration", SimpleNamespace(calibrate=calibrate))
    package = ModuleType("models.tiny")
    package.__path__ = []
    monkeypatch.setitem(sys.modules, package.__name__, package)
    told = json.loads(run("models", "calibrate", tagger, "--data", tmp_path, "--json").stdout)
    assert (told["digest"], told["brier"], told["slope"]) == (checkpoint.digest, 0.25, 0.8)
    assert store.find(tagger).calibration == learnt
