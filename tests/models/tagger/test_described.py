"""Batches of pictures, and tables of what is said of them."""

from __future__ import annotations

import numpy as np
import torch

from models.tagger.described import Described
from models.tagger.measures import judge
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


def test_views_are_averaged_in_full_precision() -> None:
    """The mean of a picture's views, float32."""
    described = lights(4, 1)
    expected = [[sum(view[place] for view in views) / 2 for place in range(4)] for views in described.features.tolist()]
    torch.testing.assert_close(described.mean(), torch.tensor(expected))


def test_what_is_said_is_put_into_a_table() -> None:
    """Label by label; numbers below 0 are nothing."""
    described = lights(3, 1)
    said = described.said(np.array([[0, 4], [2, -1], [-1, -1]]))
    assert [np.flatnonzero(row).tolist() for row in said] == [[0, 4], [2], []]
    assert said.shape == described.tags.shape


def test_labels_that_are_on_no_picture_are_not_judged() -> None:
    """Neither their precision nor their recall counts; of the others all do."""
    tags = np.array([[True, False, False, True], [True, False, True, False]])
    described = Described(torch.zeros(2, 1, 1), tags)
    assert described.judge(np.array([[0, 3], [0, 1]])) == judge(
        np.array([[True, False, True], [True, False, False]]), np.array([[True, False, True], [True, True, False]])
    )
