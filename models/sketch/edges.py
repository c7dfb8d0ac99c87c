"""Photo to edge map: a small U-Net of our own, learnt from photos and the line-like edge maps of the benchmark."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional

_CHANNELS = (24, 40, 64, 96)


class EdgeDetector(nn.Module):
    """Edges of framed photos in the canvas's line style; 0.4 M parameters.

    Input float (n, 3, 256, 256), range 0 to 1; output logits (n, 1, 256, 256): positive where a line would be drawn.
    The deepest level sees the whole thing, so that texture inside a surface can be told from its outline.
    """

    def __init__(self) -> None:
        """Build the detector with random weights."""
        super().__init__()
        first, *_ = _CHANNELS
        self.stem = _Convolution(3, first, stride=2)
        self.downs = nn.ModuleList(
            nn.Sequential(_Convolution(incoming, outgoing, stride=2), _Convolution(outgoing, outgoing))
            for incoming, outgoing in itertools.pairwise(_CHANNELS)
        )
        self.ups = nn.ModuleList(
            _Convolution(deep + shallow, shallow)
            for deep, shallow in zip(_CHANNELS[:0:-1], _CHANNELS[-2::-1], strict=True)
        )
        # Four logits for each pixel at half size, rearranged to one at full size.
        self.head = nn.Conv2d(first, 4, 3, padding=1)

    def forward(self, pixels: Tensor) -> Tensor:
        """Turn RGB (n, 3, h, w), range 0 to 1, h and w multiples of 16, into edge logits (n, 1, h, w)."""
        levels = [self.stem(pixels * 2 - 1)]
        for down in self.downs:
            levels.append(down(levels[-1]))
        features = levels.pop()
        for up in self.ups:
            shallow = levels.pop()
            features = functional.interpolate(features, scale_factor=2.0, mode="nearest")
            features = up(torch.cat([features, shallow], dim=1))
        return functional.pixel_shuffle(self.head(features), 2)

    def draw(self, pixels: Tensor) -> Tensor:
        """Draw the edges of RGB (n, 3, h, w), range 0 to 1, as dark lines on white: (n, 1, h, w), range 0 to 1."""
        return torch.sigmoid(-self(pixels))


def edge_loss(logits: Tensor, lines: Tensor) -> Tensor:
    """Cross-entropy plus one minus the soft Dice overlap, which does not care how rare lines are.

    Args:
        logits: (n, 1, h, w).
        lines: (n, 1, h, w), range 0 (paper) to 1 (line).
    """
    ink = torch.sigmoid(logits)
    overlap = 2 * (ink * lines).sum(dim=(1, 2, 3)) / ((ink + lines).sum(dim=(1, 2, 3)) + 1)
    return functional.binary_cross_entropy_with_logits(logits, lines) + (1 - overlap).mean()


class _Convolution(nn.Sequential):
    def __init__(self, incoming: int, outgoing: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(incoming, outgoing, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(outgoing),
            nn.ReLU(),
        )
