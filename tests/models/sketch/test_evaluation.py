"""The benchmark, run on made-up data by networks of known worth."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.contracts import Vectors
from models.predictor import Predictor
from models.registry import spec
from models.sketch import SPEC
from models.sketch.datasets import MissingData
from models.sketch.evaluation import embed_drawings, embed_photos, evaluate
from tests.models.sketch.layouts import write_pairs

QUERIES = 21


class StandIn:
    """A predictor that embeds canvases by a rule of its own and notes its batches."""

    def __init__(self, rule: str) -> None:
        """Follow a rule: perfect, constant, opposite or random."""
        self.spec = spec("sketch")
        self.batches: list[int] = []
        self._rule = rule
        self._random = np.random.default_rng(7)

    def predict_queries(self, batch: Tensor) -> Vectors:
        """Embed canvases."""
        assert batch.dtype is torch.uint8
        self.batches.append(len(batch))
        small = torch.nn.functional.avg_pool2d(255 - batch.float(), 8).flatten(1).numpy()
        rows: NDArray[np.floating] = {
            "perfect": small,
            "constant": np.ones_like(small),
            "random": self._random.standard_normal(small.shape),
        }[self._rule]
        unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit

    predict_items = predict_queries


def judged(rule: str, folder: Path) -> dict[str, float]:
    """Judge a stand-in."""
    return dict(evaluate(folder, cast("Predictor", StandIn(rule))))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A test split of 21 pairs, in which people always prefer the true item."""
    return write_pairs(tmp_path_factory.mktemp("shoes"), 2, QUERIES)


def test_a_perfect_network_gets_everything(folder: Path) -> None:
    """Where a drawing is its edge map, every figure is 100, over the queries of the test split alone."""
    assert judged("perfect", folder) == {"acc@1": 100, "acc@10": 100, "corr": 100, "queries": QUERIES}


def test_a_network_that_cannot_tell_gets_nothing(folder: Path) -> None:
    """The same vector for everything finds nothing and agrees with nobody."""
    assert judged("constant", folder) == {"acc@1": 0, "acc@10": 0, "corr": 0, "queries": QUERIES}


def test_chance_is_chance(folder: Path) -> None:
    """Random vectors find about 1 in 21 at once, 10 in 21 among ten, and agree with half of the votes."""
    figures = judged("random", folder)
    assert figures["acc@1"] < 25
    assert figures["acc@10"] == pytest.approx(100 * 10 / QUERIES, abs=35)
    assert figures["corr"] == pytest.approx(50, abs=20)


def test_batches_are_no_larger_than_is_worth_it(folder: Path) -> None:
    """Embedding goes in batches of the description's size, and the order of the rows is kept."""
    predictor = StandIn("perfect")
    canvases = torch.randint(0, 255, (37, 1, 256, 256), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    for embed in (embed_drawings, embed_photos):
        rows = embed(cast("Predictor", predictor), canvases)
        np.testing.assert_allclose(rows, StandIn("perfect").predict_queries(canvases), atol=1e-6)
    assert max(predictor.batches) == SPEC.max_batch
    assert len(predictor.batches) == 2 * -(-37 // SPEC.max_batch)


def test_a_folder_without_the_data_is_refused(tmp_path: Path) -> None:
    """The error is about the data, not about a file in some reader."""
    with pytest.raises(MissingData, match="unpacked QMUL"):
        evaluate(tmp_path, cast("Predictor", StandIn("perfect")))
