"""What every test of the models deck runs under: one thread, so that they neither crowd a machine nor each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Compute on one core, whatever a loaded predictor asked for."""
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(1)
