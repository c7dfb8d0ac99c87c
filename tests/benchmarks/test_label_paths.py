"""Decoding is timed beside looking, each as a server does it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from benchmarks import label_paths
from benchmarks.label_paths import DECODE, LOOK, TAG, Timed, compare
from models.checkpoints import CheckpointStore
from models.devices import Device
from models.paths import Limits, Looked, Paths
from models.tagging import TaggingPredictor
from tests.app.labelling import file_of
from tests.models.taggers import BLACK, RED, WEIGHTS, YELLOW, Colours, blocks, save_tiny, tiny_spec


@pytest.fixture
def tagger(tmp_path: Path) -> TaggingPredictor:
    """One whose labels follow by hand; its largest batch is of four pictures."""
    network = Colours(len(WEIGHTS))
    network.load_state_dict({"weight": WEIGHTS})
    checkpoint = save_tiny(CheckpointStore(tmp_path))
    return TaggingPredictor(tiny_spec(), checkpoint, network, Device("cpu", torch.float32, 1))


def test_each_batch_is_looked_at_decoded_and_labelled(
    tagger: TaggingPredictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A single picture and the largest batch: times are a picture's, and labels those of the most probable path."""
    batches: list[tuple[int, ...]] = []

    def takes(actions: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
        looked, paths, tags = (actions[name]() for name in (LOOK, DECODE, TAG))
        assert isinstance(looked, Looked)
        assert isinstance(paths, Paths)
        assert isinstance(tags, list)
        assert paths.labels.shape[1] == Limits().beam
        assert rounds == 7
        batches.append((len(looked.features), len(paths.labels), len(tags)))
        return {LOOK: 0.8, DECODE: 0.08, TAG: 1.2}

    monkeypatch.setattr(label_paths, "median_seconds", takes)
    contents = [file_of(blocks(YELLOW)), file_of(blocks(BLACK)), file_of(blocks(RED))]
    one, four = compare(tagger, contents, 7)
    assert batches == [(1,) * 3, (4,) * 3]
    # Red, green and crimson; nothing; red and crimson; and the first picture again.
    assert one == Timed(1, 0.8, 0.08, 1.2, 3.0)
    assert four == Timed(4, 0.2, 0.02, 0.3, 2.0)
    assert four.share == pytest.approx(0.1)
    assert four.pace == pytest.approx(0.2 / 0.3)


def test_the_process_gives_what_was_timed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, tagger: TaggingPredictor
) -> None:
    """Pictures and rounds are handed on, and what is printed is read again as it was."""
    timed = [Timed(1, 0.5, 0.25, 1.0, 3.5)]
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in "ba":
        (folder / name).write_bytes(name.encode())
    monkeypatch.setattr(label_paths, "load_tagger", lambda *_: tagger)
    monkeypatch.setattr(label_paths, "compare", lambda *given: timed if given == (tagger, [b"a", b"b"], 9) else [])

    def runs(command: list[str], **_: object) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", command[2:])
            label_paths.main()
        return SimpleNamespace(stdout=capsys.readouterr().out)

    monkeypatch.setattr(subprocess, "run", runs)
    assert label_paths.measure({}, folder, 9) == timed
