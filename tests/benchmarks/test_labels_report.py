"""The section on labels states what was measured, and of which weights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import label_paths, labels_section, saturated, untrained_labels
from benchmarks.label_paths import Timed
from benchmarks.labels import REQUESTS
from benchmarks.labels_report import paths, requests, weights
from benchmarks.options import Options
from benchmarks.peer import Peer
from benchmarks.saturated import Asked, Round, Saturated
from benchmarks.untrained_labels import UNTRAINED
from models.checkpoints import Checkpoint

PEER = Peer(160.0, 200.0)
FOUND = Saturated({1: (Round(120.0, PEER),), 4: (Round(144.0, PEER),)}, {8: PEER, 1: Peer(100.0, 120.0)})
TIMED = [Timed(1, 0.02, 0.002, 0.025, 3.0), Timed(16, 0.01, 0.0005, 0.011, 3.5)]
WEIGHTS = Checkpoint("tagger", "efficientnet-lite0", "0123456789ab" + "0" * 52, Path(), {"labels": ["sea", "sun"]})


def test_every_figure_stands_in_the_section() -> None:
    """Shares of the loop and of the backbone; decoding is judged by the dearest batch, all of it by the fullest."""
    page = "\n".join([*weights(WEIGHTS), *requests(FOUND), *paths(TIMED)])
    for figure in (
        "`0123456789ab`",
        "know 2 labels",
        "| 4 | 1 | 144.0 | 160.0 | 200.0 | 0.90 |",
        "reaches 0.75 with 1 and 0.90 with 4 a request",
        "which decodes no file, 0.60 and 0.72.",
        "8 pictures at once",
        "0.85 is asked for",
        "| 16 | 3.5 | 10.00 | 0.50 | 5.0% | 11.00 |",
        "at most 10.0%",
        "up to 15%",
        "reaches 0.91 at 16 at once",
    ):
        assert figure in page, figure
    for found in re.findall(r"(?m)(?:^\|.*\n)+", page + "\n"):
        assert len({row.count("|") for row in found.strip().splitlines()}) == 1


@pytest.mark.parametrize("trained", [True, False])
def test_weights_are_said_to_be_trained_only_if_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trained: bool
) -> None:
    """The section measures what the server will find, on pictures that were written for it, and names it."""
    asked: list[tuple[int, int]] = []

    def measured(environment: Mapping[str, str], folder: Path, pictures: int, what: Asked) -> Saturated:
        assert (environment, what) == ({"A": "b"}, REQUESTS)
        asked.append((pictures, len(list(folder.iterdir()))))
        return FOUND

    def found(store: Any, pictures: list[bytes]) -> Checkpoint:
        assert len(pictures) == 3
        return WEIGHTS if trained else replace(WEIGHTS, card={**WEIGHTS.card, UNTRAINED: True})

    monkeypatch.setattr(labels_section, "PICTURES", 3)
    monkeypatch.setattr(saturated, "measure", measured)
    monkeypatch.setattr(label_paths, "measure", lambda *_: TIMED)
    monkeypatch.setattr(untrained_labels, "find_or_make", found)
    options = Options(10, 400, 10, 1.0, "cpu", None, tmp_path / "page.md")
    page = "\n".join(labels_section.write({"A": "b"}, tmp_path, options))
    assert asked == [(100, 3)]
    assert page.startswith("## Labels")
    assert ("never trained" in page, "`0123456789ab`" in page) == (not trained, trained)
