"""Networks are timed by turns, each on crops of its own size."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from benchmarks import person_networks
from benchmarks.person_networks import BATCH, OWN, OWN_FAST, PEER_SIZE, RESNET, compare
from models.reid.canvas import HEIGHT, WIDTH


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], object]]:
    """What would be timed, by name."""
    found: dict[str, Callable[[], object]] = {}

    def takes(actions: Mapping[str, Callable[[], object]], _: int) -> dict[str, float]:
        found.update(actions)
        return dict.fromkeys(actions, 0.16)

    monkeypatch.setattr(person_networks, "median_seconds", takes)
    monkeypatch.setattr(person_networks, "BATCH", 1)
    monkeypatch.setattr(person_networks, "ResNet50", lambda last_stride: nn.Conv2d(3, 5, 16, 16 * last_stride))
    monkeypatch.setattr(torch, "set_num_threads", lambda _: None)
    return found


def test_ours_is_embedded_and_the_baseline_gives_a_mean(timed: dict[str, Callable[[], object]]) -> None:
    """Ours gives unit vectors of 1,536 numbers from its own canvas, the other the mean of its map of more pixels."""
    own, resnet = compare(None, 1, fast=False)
    assert [(own.name, own.size), (resnet.name, resnet.size)] == [(OWN, (HEIGHT, WIDTH)), (RESNET, PEER_SIZE)]
    assert own.seconds == 0.16
    vectors, features = timed[OWN](), timed[RESNET]()
    assert isinstance(vectors, torch.Tensor)
    assert isinstance(features, torch.Tensor)
    assert vectors.shape == (1, 1536)
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(1))
    assert features.shape == (1, 5, 1, 1)


def test_what_is_asked_for_is_timed_too(
    timed: dict[str, Callable[[], object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bfloat16 where the processor has it, and the peer under the name of its file; neither unless asked for."""
    monkeypatch.setattr(person_networks, "_in_onnxruntime", lambda path: lambda: path)
    names = [one.name for one in compare(Path("osnet.onnx"), 1, fast=True)]
    assert names == [OWN, OWN_FAST, "osnet in onnxruntime", RESNET] == list(timed)
    assert BATCH == 16


def test_the_process_gives_what_was_timed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Rounds and the peer's file are handed on, and what is printed is read again as it was."""
    timed = [person_networks.Timed(OWN, (HEIGHT, WIDTH), 0.25)]
    monkeypatch.setattr(person_networks, "compare", lambda peer, rounds, fast: timed if rounds == 7 and peer else [])

    def runs(command: list[str], **_: object) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", command[2:])
            person_networks.main()
        return SimpleNamespace(stdout=capsys.readouterr().out)

    monkeypatch.setattr(subprocess, "run", runs)
    assert person_networks.measure({}, Path("osnet.onnx"), 7) == timed
