"""The section on people states what was measured, and says what was not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from benchmarks import people_section, person_networks, saturated
from benchmarks.options import Options
from benchmarks.peer import Peer
from benchmarks.people_report import NO_GPU, NO_PEER, device, networks, searches
from benchmarks.person_device import OnDevice
from benchmarks.person_networks import Timed
from benchmarks.pictures import CROP_HEIGHT, CROP_WIDTH, write_crops
from benchmarks.roofline import Rate, Roof
from benchmarks.saturated import Round, Saturated
from models.images import decode

PEER = Peer(160.0, 200.0)
FOUND = Saturated({1: (Round(50.0, PEER),), 32: (Round(150.0, PEER),)}, {8: PEER, 1: Peer(100.0, 120.0)})
TIMED = [Timed("reid", (192, 96), 0.004), Timed("ResNet-50 in torch", (256, 128), 0.05)]
ON_DEVICE = OnDevice(
    Roof(4e12, {torch.float32: 4e14, torch.bfloat16: 8e14}), (Rate(64, 20_000.0, 80_000.0, 0.9),), 9_000.0, 16
)


def test_every_figure_stands_in_the_section() -> None:
    """Shares of the bare network, times as multiples of ours, and how far the card would go."""
    page = "\n".join([*searches(FOUND, 20_000), *networks(TIMED, with_peer=True), *device(ON_DEVICE)])
    for figure in (
        "| 32 | 1 | 150.0 | 160.0 | 200.0 | 0.75 |",
        "0.25 with 1 and 0.75 with 32",
        "path 0.80",
        "20,000",
        "8 crops at once",
        "| ResNet-50 in torch | 256 x 128 | 50.00 | 20.0 | 12.50 |",
        "4,000 GB a second",
        "800.0 T operations a second in bfloat16",
        "| 64 | 20,000 | 80,000 | 0.25 | 0.90 |",
        "16 threads decoding: 9,000 a second",
    ):
        assert figure in page, figure
    for found in re.findall(r"(?m)(?:^\|.*\n)+", page + "\n"):
        assert len({row.count("|") for row in found.strip().splitlines()}) == 1


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a peer and a GPU the section tells of searches and compares the networks, and says what it lacks."""
    monkeypatch.setattr(person_networks, "measure", lambda *_: TIMED)
    monkeypatch.setattr(people_section, "CROPS", 2)
    monkeypatch.setattr(saturated, "measure", lambda *_: FOUND)
    options = Options(10, 10, 10, 1.0, "cpu", None, tmp_path / "page.md")
    page = "\n".join(people_section.write({}, tmp_path, options))
    for sentence in (NO_PEER, NO_GPU, "## People", "0.25 with 1 and 0.75 with 32"):
        assert sentence in page
    assert "| reid | 192 x 96 |" in page


def test_crops_are_of_different_people(tmp_path: Path) -> None:
    """Each is a JPEG of Market-1501's size that shows somebody else."""
    write_crops(tmp_path, 3)
    crops = [decode(path.read_bytes()).rgb for path in sorted(tmp_path.iterdir())]
    assert {crop.shape for crop in crops} == {(CROP_HEIGHT, CROP_WIDTH, 3)}
    middles = {tuple(crop[50:60, 28:36].mean(axis=(0, 1)).round().tolist()) for crop in crops}
    assert len(middles) == 3


def test_the_command_names_what_was_chosen() -> None:
    """A device and a peer stand in it, the peer without its path."""
    options = Options(10, 20, 30, 1.5, "cpu", Path("models/osnet.onnx"), Path("page.md"))
    assert options.command == (
        'make bench BENCH="--items 10 --requests 20 --pictures 30 --overload 1.5 --device cpu --peer FILE"'
    )
