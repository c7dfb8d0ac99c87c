"""The benchmark, run by a tagger that reads labels off the pictures, and by one that is wrong."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch
from torch import Tensor

from models.datasets import MissingData
from models.images import Picture
from models.paths import NOTHING, Limits, Looked, Paths
from models.tagger.evaluation import Said, evaluate, figures, judge, tags_of
from models.tagger.tables import load
from models.tagging import TaggingPredictor
from tests.models.tagger.pictures import COLOURS, write_table

LABELS = (*COLOURS, "never", "seldom", "hardly")


class Reader:
    """A tagger that is sure of the colours of a picture, and of nothing else; or all wrong."""

    spec = SimpleNamespace(max_batch=4)
    digest = "ab" * 32

    def __init__(self, labels: tuple[str, ...] = LABELS, *, wrong: bool = False) -> None:
        """Know these labels."""
        self.labels, self._wrong = labels, wrong

    def prepare_item(self, picture: Picture) -> Tensor:
        """Take how much of each colour there is."""
        flat = picture.rgb.reshape(-1, 3)
        return torch.tensor([float((flat == colour).all(axis=1).mean()) for colour in COLOURS.values()])

    def look(self, batch: Tensor) -> Looked:
        """See that."""
        assert len(batch) <= self.spec.max_batch
        return Looked(batch, batch[:, :, None, None])

    def label(self, looked: Looked, limits: Limits) -> Paths:
        """One path that says nothing; what is there is certain, the rest the less likely the higher its number."""
        assert limits == Limits()
        chances = torch.linspace(0.4, 0.1, len(self.labels)).repeat(len(looked.features), 1)
        there = looked.features > 0
        chances[:, : there.shape[1]][there != self._wrong] = 1.0
        paths = torch.full((len(chances), 1, limits.most), NOTHING)
        return Paths(paths, torch.zeros(len(chances), 1), chances[:, None], torch.zeros(chances[:, None].shape).long())

    def probabilities(self, paths: Paths) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """As the paths say."""
        return np.asarray(paths.marginals().double().numpy())

    def thresholds(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """More likely than not."""
        return np.full(len(self.labels), 0.5)


def judged(table: Path, reader: Reader) -> dict[str, float]:
    """Judge it."""
    return dict(evaluate(table, cast("TaggingPredictor", reader)))


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty pictures, of which twelve are the test."""
    return write_table(tmp_path_factory.mktemp("pictures"), 60)


def test_who_reads_the_labels_is_right(table: Path) -> None:
    """At its own length nothing is missed or made up; five a picture recall all, and say what is not there too."""
    found = judged(table, Reader())
    assert list(found)[:5] == ["precision", "recall", "f1", "n_plus", "images"]
    assert [found[f"own {name}"] for name in ("C-P", "C-R", "C-F1", "O-P", "O-R", "O-F1")] == [100] * 6
    true = load(table).test.tags
    assert (found["images"], found["labels"], found["n_plus"]) == (12, 3, 3)
    assert found["own labels"] == pytest.approx(true.sum() / 12)
    assert found["O-R"] == found["MAP@10"] == 100
    # Three colours and two labels that are never true make five.
    assert found["recall"] == 60
    assert found["O-P"] == pytest.approx(100 * true.sum() / (12 * 5))


def test_who_is_wrong_gets_nothing_at_its_own_length(table: Path) -> None:
    """What is not there is said, and nothing else."""
    found = judged(table, Reader(wrong=True))
    assert found["own O-P"] == found["own C-R"] == 0


def test_a_judgement_is_the_figures_and_what_they_are_of(table: Path) -> None:
    """Its figures are those that are printed; each but N+ and the two numbers has an interval around it."""
    reader = Reader()
    found = judge(table, cast("TaggingPredictor", reader))
    assert found.figures == judged(table, reader)
    assert {*found.figures} - {*found.measured} == {"n_plus", "images", "labels"}
    for name, figure in found.measured.items():
        assert figure.value == pytest.approx(found.figures[name])
        assert figure.low <= figure.value <= figure.high
    test = load(table).test
    assert found.paths == test.paths
    assert found.title == "The test part of my.csv"
    assert [{reader.labels[one] for one in np.flatnonzero(row)} for row in found.true] == [
        {test.labels[one] for one in np.flatnonzero(row)} for row in test.tags
    ]
    assert (found.said == found.true).all()
    assert ((found.likely == 1) == found.true).all()
    assert found.agreements().tolist() == [1] * 12


def test_labels_are_matched_by_name(table: Path) -> None:
    """In whatever order the weights know them; what they do not know is not judged."""
    assert judged(table, Reader(("red", "green", "blue")))["own C-F1"] == 100
    listing = load(table).test
    true = tags_of(listing, cast("TaggingPredictor", Reader(("cloud", "red", "blue"))))
    assert not true[:, 0].any()
    assert true[:, 1].tolist() == listing.tags[:, listing.labels.index("red")].tolist()
    assert true[:, 2].tolist() == listing.tags[:, listing.labels.index("blue")].tolist()


def test_weights_of_other_labels_are_refused(table: Path) -> None:
    """The error names a label of the data and says what to name instead."""
    with pytest.raises(MissingData, match=r"'blue'.*--checkpoint"):
        judged(table, Reader(("cloud", "sea")))


def test_labels_of_no_picture_count_where_they_are_said() -> None:
    """Means are over labels that are true or said of some picture: what is never met is left out."""
    true = np.array([[True, False, False, False], [True, True, False, False]])
    order = np.array([[0, 2], [0, 1]])
    said = Said(order, true.astype(float), true)
    found = figures(said, true)
    assert found["precision"] == found["recall"] == pytest.approx(200 / 3)
    assert (found["n_plus"], found["labels"], found["own C-F1"]) == (2, 2, 100)
