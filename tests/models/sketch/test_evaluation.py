"""The benchmark, run on made-up data by networks of known worth."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.checkpoints import Checkpoint
from models.contracts import Vectors
from models.datasets import MissingData
from models.predictor import Predictor
from models.registry import spec
from models.sketch import SPEC
from models.sketch.datasets import load_pairs
from models.sketch.evaluation import draw_edges, embed_drawings, embed_photos, evaluate, judge
from tests.models.sketch.chairs import canvas, write_chairs
from tests.models.sketch.layouts import write_pairs

QUERIES = 21


class StandIn:
    """A predictor that embeds canvases by a rule of its own and notes its batches."""

    def __init__(self, rule: str) -> None:
        """Follow a rule: perfect, constant, opposite or random."""
        self.spec = spec("sketch")
        self.batches: list[int] = []
        self.checkpoint = Checkpoint("sketch", "sketch-a-net", "fa" * 32, Path(), {})
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

    def predict_items(self, batch: Tensor) -> Vectors:
        """Embed photos by their grey levels, and canvases as they are."""
        return self.predict_queries(grey(batch))

    def view_items(self, batch: Tensor) -> NDArray[np.uint8]:
        """Draw photos as their grey levels."""
        assert len(batch) <= self.spec.max_batch
        levels: NDArray[np.uint8] = grey(batch)[:, 0].numpy()
        return levels


def grey(batch: Tensor) -> Tensor:
    """Grey levels of pictures, uint8 (n, 1, 256, 256)."""
    return batch.float().mean(dim=1, keepdim=True).to(torch.uint8)


def judged(rule: str, folder: Path, views: int = 1) -> dict[str, float]:
    """Judge a stand-in."""
    return dict(evaluate(folder, cast("Predictor", StandIn(rule)), views))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A test split of 21 pairs, in which people always prefer the true item."""
    return write_pairs(tmp_path_factory.mktemp("shoes"), 2, QUERIES)


@pytest.fixture(scope="module")
def chairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-eight photos, of which four are held out, with two drawings each."""
    return write_chairs(tmp_path_factory.mktemp("chairs"), 20)


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


@pytest.mark.parametrize("views", [1, 10])
def test_vector_sketches_are_looked_for_among_held_out_photos(chairs: Path, views: int) -> None:
    """Eight drawings of four photos are all found, through edges found here; people voted on none."""
    assert judged("perfect", chairs, views) == {"acc@1": 100, "acc@10": 100, "queries": 8}


def test_ten_views_of_what_is_alike_find_everything(folder: Path) -> None:
    """A drawing that is its edge map is so in every view; to a network that cannot tell, all stay the same."""
    assert judged("perfect", folder, 10) == judged("perfect", folder)
    scores = judge(folder, cast("Predictor", StandIn("constant")), 10).scores
    np.testing.assert_allclose(scores, scores[0, 0], atol=1e-5)


def test_ten_views_are_compared_with_their_like(folder: Path) -> None:
    """Both sides are embedded ten times; the same picture still scores 1, and others not as by one view."""
    predictor = StandIn("perfect")
    scores = judge(folder, cast("Predictor", predictor), 10).scores
    assert sum(predictor.batches) == 2 * 10 * QUERIES
    np.testing.assert_allclose(np.diag(scores), 1, atol=1e-5)
    assert float(np.abs(scores - judge(folder, cast("Predictor", StandIn("perfect"))).scores).max()) > 0.01


def test_another_number_of_views_is_refused(folder: Path) -> None:
    """There are two protocols, and the error names both."""
    with pytest.raises(ValueError, match="1 or 10 views, not 3"):
        judged("perfect", folder, 3)


def test_a_judgement_shows_what_was_compared(folder: Path) -> None:
    """Pictures of drawings and edge maps are those of the test split, and the figures are those of `evaluate`."""
    predictor = cast("Predictor", StandIn("random"))
    judgement = judge(folder, predictor)
    assert judgement.moments == ()
    assert judgement.scores.shape == (QUERIES, QUERIES)
    test = load_pairs(folder, "test")
    np.testing.assert_array_equal(judgement.queries, test.sketches[:, 0])
    for shown in (judgement.items, judgement.outlines):
        np.testing.assert_array_equal(shown, test.edges[:, 0])
    assert judgement.figures == judged("random", folder)


def test_a_judgement_of_vector_sketches_goes_on_while_drawing(chairs: Path) -> None:
    """Its items are photos in colour, their outlines grey; the last quarter is the whole drawing with its ranks."""
    judgement = judge(chairs, cast("Predictor", StandIn("perfect")))
    assert judgement.items.shape == (4, 256, 256, 3)
    assert judgement.outlines.shape == (4, 256, 256)
    np.testing.assert_array_equal(judgement.queries, [canvas(item) for item in (3, 3, 8, 8, 13, 13, 18, 18)])
    assert [moment.share for moment in judgement.moments] == [0.25, 0.5, 0.75, 1]
    np.testing.assert_array_equal(judgement.moments[-1].found, judgement.found)
    np.testing.assert_array_equal(judgement.moments[-1].queries, judgement.queries)


def test_edges_are_drawn_in_batches() -> None:
    """Photos are drawn no more at a time than is worth it, and their order is kept."""
    photos = torch.randint(0, 255, (19, 3, 256, 256), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    drawn = draw_edges(cast("Predictor", StandIn("perfect")), photos)
    np.testing.assert_array_equal(drawn, grey(photos)[:, 0])
