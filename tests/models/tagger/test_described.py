"""Batches of pictures, and tables of what is said of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.tagger.described import Described
from models.tagger.measures import judge
from models.tagger.network import Standardised
from tests.models.tagger.lights import lights


def test_a_batch_is_pictures_with_their_own_labels() -> None:
    """No picture twice, each in one of its views, with its own tags; of fewer pictures all are drawn."""
    features = torch.arange(20).reshape(10, 2, 1)
    tags = np.arange(10)[:, None] == np.arange(10)
    described = Described(features, tags)
    found, labels = described.batch(6, np.random.default_rng(1))
    assert (found.long().squeeze(1) // 2).tolist() == labels.argmax(axis=1).tolist()
    assert len(set(labels.argmax(axis=1).tolist())) == 6
    assert len(described.batch(50, np.random.default_rng(1))[0]) == 10


def test_the_first_view_is_the_picture() -> None:
    """In float32, whatever it is kept as."""
    described = lights(4, 1)
    assert described.plain().dtype is torch.float32
    assert described.plain().tolist() == [views[0] for views in described.features.tolist()]


def test_features_are_brought_to_a_mean_of_0_and_a_deviation_of_1() -> None:
    """Each for itself; one that never differs stays 0 instead of becoming infinite."""
    features = torch.cat([lights(50, 1).features.float() * 7 + 3, torch.full((50, 2, 1), 5.0)], dim=2)
    described, layer = Described(features, np.ones((50, 1), bool)), Standardised(5)
    described.standardise(layer)
    found = layer(described.plain())
    torch.testing.assert_close(found.mean(dim=0), torch.zeros(5), atol=1e-5, rtol=0)
    deviations = [float(np.std(column)) for column in found.T.numpy()]
    assert deviations == pytest.approx([1, 1, 1, 1, 0], abs=1e-3)


def test_labels_that_are_not_met_are_not_judged() -> None:
    """Neither true nor said of any picture: neither precision nor recall counts; of the others all do."""
    tags = np.array([[True, False, False, True, False], [True, False, True, False, False]])
    described = Described(torch.zeros(2, 1, 1), tags)
    said = np.array([[True, False, False, True], [True, True, False, False]])
    expected = judge(said, tags[:, :4])
    figures = {"C-F1": expected.class_f1, "O-F1": expected.overall_f1, "N+": 2.0}
    assert described.figures(np.array([[0, 3], [0, 1]])) == figures
