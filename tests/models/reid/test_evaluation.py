"""The benchmark, run on made-up people by networks of known worth."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.contracts import Vectors
from models.datasets import MissingData
from models.images import Picture
from models.predictor import Predictor
from models.reid import SPEC
from models.reid.evaluation import embed_listing, evaluate, load_trial, seen_in
from tests.models.reid.people import write_boxes, write_market, write_own

PEOPLE = 20
KEYS = ["rank-1", "rank-5", "mAP", "queries"]


class StandIn:
    """A predictor that embeds crops by a rule of its own and notes its batches."""

    def __init__(self, rule: str) -> None:
        """Follow a rule: perfect, constant or random."""
        self.spec = SPEC
        self.batches: list[int] = []
        self._rule = rule
        self._random = np.random.default_rng(7)

    def prepare_item(self, picture: Picture) -> Tensor:
        """Prepare a crop as the system does."""
        return SPEC.prepare_item(picture)

    def predict_items(self, batch: Tensor) -> Vectors:
        """Embed crops."""
        assert batch.dtype is torch.uint8
        self.batches.append(len(batch))
        middle = batch[:, :, :, 38:58].float().mean(dim=3).flatten(1).numpy() - 128
        rows: NDArray[np.floating] = {
            "perfect": middle,
            "constant": np.ones((len(batch), 4)) / 2,
            "random": self._random.standard_normal((len(batch), 64)),
        }[self._rule]
        unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit


def judged(rule: str, folder: Path) -> dict[str, float]:
    """Judge a stand-in."""
    return dict(evaluate(folder, cast("Predictor", StandIn(rule))))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty people, of whom the last four are the test, with two cameras and three shots each."""
    return write_market(tmp_path_factory.mktemp("market"), PEOPLE, cameras=2, shots=3)


def test_a_perfect_network_gets_everything(folder: Path) -> None:
    """Who knows people by their coats finds them all, in the order in which figures are printed."""
    figures = judged("perfect", folder)
    assert list(figures) == KEYS
    assert figures == {"rank-1": 100, "rank-5": 100, "mAP": 100, "queries": 8}


def test_a_network_that_cannot_tell_gets_nothing(folder: Path) -> None:
    """The same vector for all puts the two matches last of 14, behind twelve others."""
    figures = judged("constant", folder)
    assert figures["rank-1"] == figures["rank-5"] == 0
    assert figures["mAP"] == pytest.approx(100 * (1 / 13 + 2 / 14) / 2)


def test_chance_is_chance(folder: Path) -> None:
    """Random vectors find somebody among five of 14 more often than not, and rarely at once."""
    figures = judged("random", folder)
    assert figures["rank-1"] < 60
    assert 10 < figures["mAP"] < 60


def test_both_layouts_are_judged_alike(folder: Path, tmp_path: Path) -> None:
    """The same pictures in a folder of one's own give the same figures."""
    own = write_own(tmp_path, PEOPLE, cameras=2, shots=3)
    assert judged("perfect", own) == judged("perfect", folder)
    one, other = load_trial(own), load_trial(folder)
    for ours, theirs in ((one.queries, other.queries), (one.gallery, other.gallery)):
        assert [path.read_bytes() for path in ours.paths] == [path.read_bytes() for path in theirs.paths]


def test_a_published_test_is_judged_as_published(tmp_path: Path) -> None:
    """Boxes marked -1 that show the very person are passed over; 0000 is a stranger like any other."""
    train = [f"{who:04}_c{camera}s1_000451_03.jpg" for who in (2, 4) for camera in (1, 2)]
    query = ["0001_c1s1_001051_00.jpg", "0003_c1s1_001051_00.jpg"]
    junk = [f"-1_c1s1_00000{number}_00.jpg" for number in range(5)]
    gallery = [*junk, "0001_c2s1_001051_00.jpg", "0003_c2s1_001051_00.jpg", "0000_c1s1_000151_01.jpg"]
    folder = write_boxes(tmp_path, {"bounding_box_train": train, "query": query, "bounding_box_test": gallery})
    assert judged("perfect", folder) == {"rank-1": 100, "rank-5": 100, "mAP": 100, "queries": 2}
    figures = judged("constant", folder)
    assert figures["rank-1"] == 0
    assert figures["mAP"] == pytest.approx(100 / 3)


def test_queries_without_a_match_are_counted_but_not_judged(tmp_path: Path) -> None:
    """A person seen by one camera is nobody's match: one query more, and the same means."""
    folder = write_market(tmp_path, 10, cameras=2, shots=2)
    lonely = sorted((folder / "bounding_box_train").glob("0026_c2*"))
    for path in lonely:
        path.unlink()
    assert judged("perfect", folder) == {"rank-1": 100, "rank-5": 100, "mAP": 100, "queries": 3}


def test_batches_are_no_larger_than_is_worth_it(folder: Path) -> None:
    """Embedding goes in batches of the description's size, and the order of the rows is kept."""
    predictor = StandIn("perfect")
    gallery = load_trial(folder).gallery
    rows = embed_listing(gallery, cast("Predictor", predictor))
    assert max(predictor.batches) <= SPEC.max_batch
    assert sum(predictor.batches) == len(gallery) == 16
    scores = rows @ rows.T
    identities = seen_in(gallery).identities
    assert ((scores > 0.98) == (identities[:, None] == identities)).all()


def test_few_people_make_no_test(tmp_path: Path) -> None:
    """Of four people none is the last fifth, and the error says so."""
    with pytest.raises(MissingData, match="fewer than five"):
        judged("perfect", write_own(tmp_path, 4))
