"""Where there are no weights, some are made that say about as many labels as trained ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch

from benchmarks import untrained_labels
from benchmarks.pictures import shoes, write_photos
from benchmarks.untrained_labels import LABELS, SAID, UNTRAINED, find_or_make, untrained
from models.checkpoints import CheckpointStore
from models.images import decode
from models.paths import NOTHING, Limits
from models.tagger import SPEC
from models.tagging import labels_of

if TYPE_CHECKING:
    from torch import Tensor


def prepared(folder: Path, count: int) -> tuple[list[bytes], Tensor]:
    """Pictures as files, and as the tagger takes them."""
    write_photos(shoes(count), [folder], count)
    contents = [path.read_bytes() for path in sorted(folder.glob("*.jpg"))]
    return contents, torch.stack([SPEC.prepare_item(decode(content)) for content in contents])


def test_paths_are_as_long_as_asked_for(tmp_path: Path) -> None:
    """On average the most probable path of a picture says so many labels, within one of them."""
    _, batch = prepared(tmp_path, 24)
    network = untrained(batch)
    with torch.no_grad():
        paths = network.label(network.look(batch).features, Limits(), None)
    assert abs(float((paths.labels[:, 0] != NOTHING).sum()) / len(batch) - SAID) <= 1


def test_weights_are_made_only_where_there_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first call makes and keeps them; the second finds what a server would find."""
    monkeypatch.setattr(untrained_labels, "_HALVINGS", 1)
    contents, _ = prepared(tmp_path, 1)
    store = CheckpointStore(tmp_path / "local", tmp_path / "shipped")
    made = find_or_make(store, contents)
    assert made.card[UNTRAINED]
    assert len(labels_of(made)) == LABELS
    assert find_or_make(store, []) == made
