"""Batches: however many inputs there are, the rows are those of computing all at once."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.batches import in_batches


@pytest.mark.parametrize(("count", "size", "batches"), [(7, 3, [3, 3, 1]), (6, 3, [3, 3]), (2, 8, [2])])
def test_rows_keep_their_order_and_batches_their_size(count: int, size: int, batches: list[int]) -> None:
    """No batch is larger than asked, none is empty, and row i is that of input i."""
    met = []

    def squared(part: Tensor) -> NDArray[np.float32]:
        met.append(len(part))
        rows: NDArray[np.float32] = part.square().numpy()
        return rows

    inputs = torch.arange(2 * count, dtype=torch.float32).reshape(count, 2)
    np.testing.assert_array_equal(in_batches(squared, inputs, size), inputs.numpy() ** 2)
    assert met == batches


def test_a_tuple_is_computed_like_a_tensor() -> None:
    """What cannot be stacked beforehand is handed over in slices of itself."""
    words = ("one", "three", "fourteen")
    found = in_batches(lambda some: np.array([len(word) for word in some]), words, 2)
    assert found.tolist() == [3, 5, 8]
