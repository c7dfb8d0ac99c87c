"""Random changes of crops in training: another frame, another pose of the box, something that hides a part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from models.reid.canvas import WHITE

if TYPE_CHECKING:
    from torch import Tensor

# Random erasing as its paper has it: area of the box as a share of the picture, and its height over its width.
_ERASED_AREA = (0.02, 0.4)
_ERASED_SHAPE = (0.3, 1 / 0.3)
_TRIES = 20


@dataclass(frozen=True)
class Augmentation:
    """How crops are changed; every part is off at 0.

    Attributes:
        flip: probability of mirroring left to right.
        shift: by how much the crop moves at most, up, down, left and right, as a share of its height; what comes in
            from outside is `fill`. 0.04 is the usual 10 pixels of 256.
        erase: probability that a random box becomes `fill` (Zhong et al., Random Erasing, 2020).
        jitter: largest relative change of brightness and, half as large, of each colour.
    """

    flip: float = 0.5
    shift: float = 0.04
    erase: float = 0.5
    jitter: float = 0.0


def vary(crops: Tensor, changes: Augmentation, fill: tuple[float, float, float], random: np.random.Generator) -> Tensor:
    """Change crops at random, each in its own way.

    Args:
        crops: float (n, 3, h, w), range 0 to 255; it stays as it is.
        changes: how.
        fill: colour, 0 to 255, of what is not there.
        random: source of chance.

    Returns:
        float (n, 3, h, w), range 0 to 255.
    """
    count = len(crops)
    colour = crops.new_tensor(fill).view(3, 1, 1)
    varied = crops
    if changes.jitter:
        gain = 1 + changes.jitter * random.uniform(-1, 1, (count, 1, 1, 1))
        tint = 1 + changes.jitter / 2 * random.uniform(-1, 1, (count, 3, 1, 1))
        varied = (varied * torch.from_numpy(gain * tint).to(crops)).clamp(0, WHITE)
    flipped = torch.from_numpy(random.random(count) < changes.flip).to(crops.device)
    varied = torch.where(flipped[:, None, None, None], varied.flip(-1), varied)
    if changes.shift:
        varied = _shifted(varied, round(changes.shift * crops.shape[2]), colour, random)
    for row in np.flatnonzero(random.random(count) < changes.erase):
        box = _box(crops.shape[2], crops.shape[3], random)
        if box is not None:
            varied[int(row), :, box[0], box[1]] = colour
    return varied


def _shifted(crops: Tensor, limit: int, colour: Tensor, random: np.random.Generator) -> Tensor:
    height, width = crops.shape[2:]
    padded = colour.expand(len(crops), 3, height + 2 * limit, width + 2 * limit).clone()
    padded[:, :, limit : limit + height, limit : limit + width] = crops
    corners = random.integers(0, 2 * limit + 1, (len(crops), 2))
    return torch.stack(
        [crop[:, top : top + height, left : left + width] for crop, (top, left) in zip(padded, corners, strict=True)]
    )


def _box(height: int, width: int, random: np.random.Generator) -> tuple[slice, slice] | None:
    """Draw boxes until one fits: its rows and columns, or None."""
    for _ in range(_TRIES):
        area = random.uniform(*_ERASED_AREA) * height * width
        shape = np.exp(random.uniform(*np.log(_ERASED_SHAPE)))
        high, wide = round(float(np.sqrt(area * shape))), round(float(np.sqrt(area / shape)))
        if 0 < high < height and 0 < wide < width:
            top, left = random.integers(height - high + 1), random.integers(width - wide + 1)
            return slice(top, top + high), slice(left, left + wide)
    return None
