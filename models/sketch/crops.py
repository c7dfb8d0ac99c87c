"""The paper's random change of pictures: a smaller square out of each, and its mirror image as often as not."""

from __future__ import annotations

import torch
from torch import Tensor


def random_crops(canvases: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """Cut a square out of each canvas and mirror half of them, each for itself, as the released sampler does.

    Args:
        canvases: (n, channels, height, width), neither side below `side`.
        side: of the squares.
        generator: source of randomness, on the CPU.

    Returns:
        (n, channels, side, side), of the same kind.
    """
    count, _, height, width = canvases.shape
    tops = torch.randint(height - side + 1, (count,), generator=generator).tolist()
    lefts = torch.randint(width - side + 1, (count,), generator=generator).tolist()
    mirrored = (torch.rand(count, generator=generator) < 0.5).tolist()  # noqa: PLR2004 - half
    squares = []
    for canvas, top, left, flip in zip(canvases, tops, lefts, mirrored, strict=True):
        square = canvas[:, top : top + side, left : left + side]
        squares.append(square.flip(-1) if flip else square)
    return torch.stack(squares)
