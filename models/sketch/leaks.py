"""Near-duplicates between data sets: what a test part holds must not be met in training under another name."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.sketch.canvas import WHITE

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEAR_DUPLICATE = 0.70
"""Agreement from which two edge maps count as pictures of one thing. All chairs that ChairV2 is known to share with
QMUL-Chair's test part agree by 0.75 or more; what lies between is left out with them, to be safe."""
CERTAIN = 0.75
"""Agreement from which two edge maps are taken for one thing where a mistake either way costs as much."""
_INK = 0.4
"""Darkness, 0 to 1, from which a pixel counts as line."""
_SHIFT = 3
"""Moves that are tried, in pixels of half the canvas, each way: two framings of one photo differ by a little."""


def near_duplicates(candidates: Tensor, items: Tensor) -> NDArray[np.bool_]:
    """Tell which edge maps show a thing that `items` hold too, mirrored or not.

    Args:
        candidates: uint8 (n, 1, 256, 256), dark lines on white.
        items: uint8 (m, 1, 256, 256).

    Returns:
        bool (n,).
    """
    found: NDArray[np.bool_] = agreement(candidates, items).max(axis=1, initial=0) >= NEAR_DUPLICATE
    return found


def twins(candidates: Tensor, items: Tensor) -> NDArray[np.int64]:
    """Tell which of `items` shows the same thing as each edge map: int64 (n,), -1 where none does.

    Args:
        candidates: uint8 (n, 1, 256, 256), dark lines on white.
        items: uint8 (m, 1, 256, 256), at least one.
    """
    likeness = agreement(candidates, items)
    return np.where(likeness.max(axis=1) >= CERTAIN, likeness.argmax(axis=1), -1)


def agreement(candidates: Tensor, items: Tensor) -> NDArray[np.float32]:
    """How well lines lie on lines: 0 to 1, for the best of small shifts and of both mirrorings.

    It is the harmonic mean of two shares: of the candidate's line pixels that have one of the item's within two pixels
    of the canvas, and the other way round.

    Args:
        candidates: uint8 (n, 1, 256, 256), dark lines on white.
        items: uint8 (m, 1, 256, 256).

    Returns:
        float32 (n, m).
    """
    here, near_here = (side.flatten(1) for side in _lines(candidates))
    known = here.sum(dim=1, keepdim=True).clamp_min(1)
    best = torch.zeros(len(candidates), len(items))
    for mirrored in (items, items.flip(-1)):
        there, near_there = _lines(mirrored)
        wanted = there.sum(dim=(1, 2)).clamp_min(1)
        for shift in itertools.product(range(-_SHIFT, _SHIFT + 1), repeat=2):
            moved, near_moved = (torch.roll(side, shift, (-2, -1)).flatten(1) for side in (there, near_there))
            precision = here @ near_moved.T / known
            recall = near_here @ moved.T / wanted
            torch.maximum(best, 2 * precision * recall / (precision + recall).clamp_min(1e-6), out=best)
    return best.numpy()


def _lines(canvases: Tensor) -> tuple[Tensor, Tensor]:
    """Line pixels of halved canvases, and the pixels beside them too: float (n, 128, 128), 0 or 1, both."""
    darkness = functional.max_pool2d(1 - canvases.float() / WHITE, 2)
    lines = (darkness > _INK).float()
    return lines[:, 0], functional.max_pool2d(lines, 3, 1, 1)[:, 0]
