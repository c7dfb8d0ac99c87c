"""Random changes of pictures while the trunk is taught: another part of them, mirrored, in another light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

_WHITE = 255


@dataclass(frozen=True)
class Variation:
    """How pictures are changed.

    Attributes:
        least_area: of a picture that is shown at least, 0 to 1.
        shape: largest width over height of that part, and height over width, of the picture's own; at least 1.
        flip: probability of mirroring left to right.
        light: largest relative change of brightness, of contrast and of saturation.
    """

    least_area: float = 0.4
    shape: float = 4 / 3
    flip: float = 0.5
    light: float = 0.2


def vary(pictures: Tensor, side: int, changes: Variation, random: np.random.Generator) -> Tensor:
    """Change pictures at random, each in its own way.

    Args:
        pictures: float (n, 3, h, w), range 0 to 255.
        side: of what comes out, in pixels.
        changes: how.
        random: source of chance.

    Returns:
        float (n, 3, side, side), range 0 to 255.
    """
    count = len(pictures)
    grid = functional.affine_grid(_parts(count, changes, random).to(pictures), [count, 3, side, side], False)  # noqa: FBT003 - positional in torch's stubs
    shown = functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)
    brightness, contrast, saturation = (
        torch.from_numpy(1 + changes.light * random.uniform(-1, 1, (count, 1, 1, 1))).to(shown) for _ in range(3)
    )
    lit = shown * brightness
    mean = lit.mean(dim=(1, 2, 3), keepdim=True)
    lit = mean + contrast * (lit - mean)
    grey = lit.mean(dim=1, keepdim=True)
    return (grey + saturation * (lit - grey)).clamp(0, _WHITE)


def _parts(count: int, changes: Variation, random: np.random.Generator) -> Tensor:
    """Draw which part of each picture is shown: float (count, 2, 3), from places of the result to places of it."""
    area = random.uniform(changes.least_area, 1, count)
    shape = np.exp(random.uniform(-1, 1, count) * np.log(changes.shape))
    width, height = np.sqrt(area * shape).clip(max=1), np.sqrt(area / shape).clip(max=1)
    across, down = (random.uniform(-1, 1, count) * (1 - length) for length in (width, height))
    mirrored = np.where(random.random(count) < changes.flip, -1, 1)
    part = np.zeros((count, 2, 3))
    part[:, 0, 0], part[:, 0, 2] = width * mirrored, across
    part[:, 1, 1], part[:, 1, 2] = height, down
    return torch.from_numpy(part)
