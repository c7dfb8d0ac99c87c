"""The peer does what it is counted for, no more and no less."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from benchmarks.peer import Peer, best_of
from benchmarks.plain import batches, loop_rate, network_rate, sides
from models.checkpoints import CheckpointStore
from models.contracts import Vectors
from models.devices import Device
from models.paths import Looked
from models.tagging import TaggingPredictor
from tests.app.labelling import file_of
from tests.models.taggers import GREEN, RED, WEIGHTS, Colours, blocks, save_tiny, tiny_spec


class Counting:
    """Counts what is prepared and predicted, and takes some processor time for it."""

    def __init__(self) -> None:
        self.prepared = 0
        self.batches: list[int] = []

    def prepare(self, content: bytes) -> Tensor:
        """Prepare a file of one byte."""
        self.prepared += 1
        return torch.tensor([content[0]])

    def predict(self, batch: Tensor) -> Vectors:
        """Embed prepared files."""
        self.batches.append(len(batch))
        return np.array([[sum(range(2000))] for _ in batch], dtype=np.float32)


@pytest.mark.parametrize(("batch", "pictures", "expected"), [(1, 3, 3), (4, 8, 2), (4, 9, 3)])
def test_batches_are_full_and_take_files_in_turn(batch: int, pictures: int, expected: int) -> None:
    """At least as many pictures as asked for, in whole batches, every file as often as the others."""
    work = list(batches([b"a", b"b", b"c"], batch, pictures))
    assert [len(contents) for contents in work] == [batch] * expected
    assert b"".join(content for contents in work for content in contents) == (b"abc" * pictures)[: batch * expected]


def test_the_loop_prepares_and_predicts_every_picture() -> None:
    """After one batch to warm, each picture is prepared and predicted once."""
    counting = Counting()
    work = list(batches([b"a", b"b"], 4, 12))
    assert loop_rate(counting.prepare, counting.predict, work) > 0
    assert counting.prepared == 4 + 12
    assert counting.batches == [4] * 4


def test_the_bare_network_prepares_only_what_it_repeats() -> None:
    """The network alone predicts as many pictures as the loop, from one prepared batch."""
    counting = Counting()
    assert network_rate(counting.prepare, counting.predict, list(batches([b"a"], 4, 12))) > 0
    assert counting.prepared == 4
    assert counting.batches == [4] * 4


def test_the_best_batch_is_that_of_the_loop() -> None:
    """A batch at which only the bare network is fast is not the peer's best."""
    assert best_of({1: Peer(9.0, 10.0), 8: Peer(12.0, 20.0), 32: Peer(11.0, 30.0)}) == 8


def test_a_tagger_is_timed_up_to_what_it_sees(tmp_path: Path) -> None:
    """From a file to what is seen of it; no label is said, for that is what the service adds."""
    network = Colours(len(WEIGHTS))
    network.load_state_dict({"weight": WEIGHTS})
    checkpoint = save_tiny(CheckpointStore(tmp_path))
    tagger = TaggingPredictor(tiny_spec(), checkpoint, network, Device("cpu", torch.float32, 1))
    ((side, (prepare, predict)),) = sides(tagger).items()
    looked = predict(torch.cat([prepare(file_of(blocks(colour))) for colour in (RED, GREEN)]))
    assert side == "items"
    assert isinstance(looked, Looked)
    torch.testing.assert_close(looked.features, WEIGHTS[:, :2].T)
