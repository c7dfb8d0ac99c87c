"""`likeness models export`, before an exporter that only writes down what it is given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from models import exporting, predictor
from models.exporting import NotExportable
from tests.app.commands.conftest import Run, Shipped
from tests.models.fakes import FakePredictor

CONTENT = b"a network"


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> list[tuple[FakePredictor, str, Path]]:
    """Write files that hold nothing; returns what was asked for."""
    asked: list[tuple[FakePredictor, str, Path]] = []

    def export(loaded: FakePredictor, side: str, target: Path) -> float:
        asked.append((loaded, side, target))
        target.write_bytes(CONTENT)
        return 0.00025

    monkeypatch.setattr(exporting, "export_onnx", export)
    return asked


def test_a_network_is_exported_where_it_is_asked_to(
    run: Run, shipped: Shipped, exported: list[Any], tmp_path: Path
) -> None:
    """The file, what it was made of and the largest difference are told, as JSON and as text."""
    target = tmp_path / "there.onnx"
    arguments = ("models", "export", "sketch", "--format", "onnx", "--output", target, "--side", "query")
    digest = shipped.checkpoints[-1].digest
    assert json.loads(run(*arguments, "--json").stdout) == {
        "file": str(target),
        "network": "brightness",
        "checkpoint": digest,
        "side": "query",
        "bytes": len(CONTENT),
        "largest_difference": 0.00025,
    }
    text = run(*arguments).stdout
    assert all(words in text for words in ("there.onnx", "0.00025", digest))
    assert [(side, path) for _, side, path in exported] == [("query", target)] * 2


def test_what_is_not_said_is_chosen(
    run: Run, shipped: Shipped, exported: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The default weights, as an item, in ONNX, into this folder, under the name of model and side."""
    monkeypatch.chdir(tmp_path)
    run("models", "export", "sketch")
    ((loaded, side, path),) = exported
    assert (loaded.digest, side, path) == (shipped.checkpoints[-1].digest, "item", Path("sketch-item.onnx"))
    assert (tmp_path / "sketch-item.onnx").read_bytes() == CONTENT


def test_weights_are_chosen_and_loaded_exactly(
    run: Run, shipped: Shipped, exported: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of a digest's first digits, in float32 on the CPU, whatever the machine is fastest in."""
    devices: list[Any] = []

    def load(*given: Any) -> FakePredictor:
        devices.append(given[-1])
        return shipped.load(*given)

    monkeypatch.setattr(predictor, "load_predictor", load)
    monkeypatch.setenv("LIKENESS_DEVICE", "cuda")
    first = shipped.checkpoints[-1].digest
    shipped.change()
    run("models", "export", "sketch", "--checkpoint", first[:8], "--output", tmp_path / "first.onnx")
    assert [loaded.digest for loaded, _, _ in exported] == [first]
    assert [(device.name, device.dtype) for device in devices] == [("cpu", torch.float32)]


def test_a_file_that_was_deleted_is_a_sentence(
    run: Run, shipped: Shipped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command fails with what the exporter says."""

    def export(*_: object) -> float:
        message = "It differs, and it was deleted."
        raise NotExportable(message)

    monkeypatch.setattr(exporting, "export_onnx", export)
    result = run("models", "export", "sketch", "--output", tmp_path / "wrong.onnx")
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", "It differs, and it was deleted.\n")


@pytest.mark.parametrize("arguments", [("--format", "pickle"), ("--side", "both"), ("--output", ".")])
def test_what_cannot_be_written_is_refused_before_anything_is_loaded(
    run: Run, shipped: Shipped, exported: list[Any], arguments: tuple[str, str]
) -> None:
    """Another format, another side, and a folder in place of a file."""
    result = run("models", "export", "sketch", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert arguments[1] in result.stderr
    assert (exported, shipped.predictors) == ([], [])
