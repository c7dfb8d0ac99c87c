"""The measure of explanations: what is wiped, and that it tells a true explanation from a false one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.explanations import wiped
from models.explanations import Explanation


def page() -> NDArray[np.uint8]:
    """Forty rows of ink, every sixth row."""
    lines = np.full((256, 256), 255, np.uint8)
    lines[8:248:6] = 0
    return lines


@pytest.mark.parametrize("crop", [256, 224])
@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
def test_as_much_ink_goes_as_is_said(crop: int, share: float) -> None:
    """A share of the ink that the network sees is wiped, first that of the highest order, and nothing else changes."""
    lines = page()
    order = np.random.default_rng(1).standard_normal((256, 256))
    left = wiped(Explanation(lines, order.astype(np.float32)), order, crop, share)
    margin = (256 - crop) // 2
    seen = np.zeros((256, 256), np.bool_)
    seen[margin : margin + crop, margin : margin + crop] = True
    inked = (lines < 255) & seen
    gone = (left != lines) & inked
    assert np.array_equal(left[~gone], lines[~gone])
    assert (left[gone] == 255).all()
    assert gone.sum() == pytest.approx(share * inked.sum(), abs=1)
    assert order[gone].min() >= order[inked & ~gone].max()
