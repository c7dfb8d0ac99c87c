"""Reid on a device, tried on a CPU with little to do."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from benchmarks import person_device
from benchmarks.person_device import end_to_end, measure
from benchmarks.roofline import Roof
from models.contracts import Vectors
from models.devices import Device
from models.images import Picture, encode_jpeg
from models.predictor import Predictor
from models.reid import SPEC
from tests.models.reid.people import person


class Small(nn.Module):
    """A network of one convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 4, 1)

    def embed_queries(self, batch: Tensor) -> Tensor:
        """Convolve and take the mean."""
        found: Tensor = self.layer(batch.float()).mean(dim=(2, 3))
        return found


class StandIn:
    """A predictor that keeps what it is asked for."""

    spec, device, network = SPEC, Device("cpu", torch.float32, 1), Small().eval()

    def __init__(self) -> None:
        self.seen: list[Tensor] = []

    def prepare_query(self, picture: Picture) -> Tensor:
        """Prepare a crop as the system does."""
        return SPEC.prepare_query(picture)

    def prepare_item(self, picture: Picture) -> Tensor:
        """Nobody asks for items here."""
        raise NotImplementedError

    predict_items = prepare_item

    def predict_queries(self, batch: Tensor) -> Vectors:
        """Keep the batch."""
        self.seen.append(batch)
        return np.zeros((len(batch), 1), np.float32)


CONTENTS = [encode_jpeg(person(who, 0, 0)) for who in range(3)]


def test_batches_are_whole_and_in_turn() -> None:
    """One batch to warm and as many as asked for, of files in turn, prepared as the service does."""
    predictor = StandIn()
    assert end_to_end(cast("Predictor", predictor), CONTENTS, batch=4, threads=2, rounds=3) > 0
    assert [len(batch) for batch in predictor.seen] == [4] * 4
    rows = torch.cat(predictor.seen)
    assert all(torch.equal(rows[place], rows[place % 3]) for place in range(len(rows)))
    assert not torch.equal(rows[0], rows[1])


def test_every_batch_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network alone at each size, the path from files at the largest one."""
    monkeypatch.setattr(person_device, "measure_roof", lambda _: Roof(1e9, {torch.float32: 1e9}))
    predictor = StandIn()
    found = measure(cast("Predictor", predictor), CONTENTS, batches=(1, 2))
    assert [rate.batch for rate in found.rates] == [1, 2]
    assert {len(batch) for batch in predictor.seen} == {2}
    assert found.end_to_end > 0
